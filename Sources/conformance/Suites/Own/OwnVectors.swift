import Tegata
import TegataArchive
import TegataCrypto
import TegataProofs
import TegataSDJWT

/// What a function makes of a case's input. The expected output is there for secrets that the library does not show:
/// a function checks those instead of computing them.
typealias OwnFunction =
    @Sendable (_ input: Vector, _ output: Vector) async throws -> [String:
    Vector]

/// Our own vectors (`Vectors/README.md`), read as another implementation would: everything is in the file.
func runOwnVectors(_ folder: Folder, _ report: inout Report) async throws {
    let functions = [
        valueFunctions, sessionFunctions, messageFunctions, rowFunctions,
        editionFunctions, cardFunctions, presentationFunctions, serviceFunctions, statusFunctions,
        listFunctions, issuanceFunctions, stateFunctions, trustFunctions, noticeFunctions,
        archiveFunctions, nodeFunctions, walletFunctions, linkFunctions, changeFunctions,
    ].reduce(
        into: [:]
    ) { $0.merge($1) { first, _ in first } }
    for file in try folder.files("", ".json") {
        let json = try file.json
        for vector in json.cases.list {
            let name = "\(file.stem) \((try? vector.name.string) ?? "?")"
            guard let function = functions[try vector.function.string] else {
                report.skip(name, "of an unknown function")
                continue
            }
            let difference = try await difference(of: vector, given: json.given, function)
            if let difference {
                report.fail(name, difference)
            } else {
                report.expect(name) { true }
            }
        }
    }
}

/// How the outcome differs from what the case says; `nil` when it does not.
private func difference(
    of vector: Vector, given: Vector, _ function: OwnFunction
) async throws -> String? {
    let expect = try vector.expect.string
    var input = Dictionary(uniqueKeysWithValues: given.members.map { ($0.name, $0.value) })
    for member in vector.input.members { input[member.name] = member.value }
    let made: [String: Vector]
    do {
        made = try await function(.object(input), vector.output)
    } catch {
        let reason = reason(for: error)
        return reason == expect ? nil : "\(reason) instead of \(expect)"
    }
    guard expect == "ok" else { return "accepted instead of \(expect)" }
    return vector.output.members.first { made[$0.name] != $0.value }.map {
        "another \($0.name): \(made[$0.name].map { "\($0)" } ?? "none")"
    }
}

private func reason(for error: any Error) -> String {
    switch error {
    case let error as ProofError: error.rawValue
    case let error as Refusal: error.rawValue
    case Tegata.IssuingError.refused(let refusal): refusal.rawValue
    case is CryptoError: "malformed"
    case let error as ArchiveFault: error.reason
    case let error as VectorError: error.what
    default: "\(error)"
    }
}

/// The values of our formats as vectors write them.
extension Vector {
    var point: Point {
        get throws { try Point(parsing: try hex) }
    }

    var scalar: Scalar {
        get throws { try Scalar(parsing: try hex) }
    }

    var utf8: [UInt8] {
        get throws { Array(try string.utf8) }
    }

    var time: UInt64 {
        get throws { UInt64(try int) }
    }

    func fixed<let count: Int>() throws -> FixedBytes<count> {
        guard let bytes = FixedBytes<count>(try hex) else { throw ProofError.malformed }
        return bytes
    }

    /// A question or another context, by its fields.
    var context: ProofContext {
        get throws {
            ProofContext(
                edition: try self["edition"].hex, audience: try self["audience"].utf8,
                nonce: try self["nonce"].utf8, purpose: try self["purpose"].utf8,
                expires: try self["expires"].time, subject: try self["subject"].hex)
        }
    }

    /// The attestors of an input, each with one key.
    var attestorSet: AttestorSet {
        get throws {
            var keys: [String: [FixedBytes<32>]] = [:]
            for key in self["attestors"].list { keys[try key.string] = [try key.fixed()] }
            guard let set = AttestorSet(keys, threshold: try self["attestor_threshold"].int) else {
                throw ProofError.malformed
            }
            return set
        }
    }

    /// Where the pseudonyms of an input stay the same.
    var pseudonymScope: PseudonymScope {
        get throws {
            PseudonymScope(
                verifier: try self["verifier"].utf8, edition: try self["edition"].fixed(),
                epoch: try self["epoch"].time)
        }
    }

    static func hex(_ bytes: [UInt8]) -> Vector { .string(Hex.encode(bytes)) }
    static func hex(_ point: Point) -> Vector { .hex(point.encoded) }
    static func hex(_ scalar: Scalar) -> Vector { .hex(scalar.encoded) }
    static func hex<let count: Int>(_ bytes: FixedBytes<count>) -> Vector { .hex(bytes.array) }
    static func whole(_ number: some BinaryInteger) -> Vector { .number(Double(number)) }
}

/// A source of randomness that gives one value: the secret of a vector in place of a fresh one.
struct Drawn: Randomness {
    private let value: [UInt8]

    init(_ value: [UInt8]) { self.value = value }

    mutating func bytes(_ count: Int) -> [UInt8] { Array(value.prefix(count)) }
}
