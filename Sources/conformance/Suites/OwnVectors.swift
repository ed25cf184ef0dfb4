import TegataCrypto
import TegataProofs

/// Our own vectors, read as another implementation would read them: everything known to the checker is in the file.
func runOwnVectors(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        guard file.stem == "binding" else {
            for vector in json.cases.list {
                report.skip(
                    "\(file.stem) \((try? vector.name.string) ?? "?")", "of an unknown file")
            }
            return
        }
        let checker = try BindingChecker(json)
        for vector in json.cases.list {
            report.expect("\(file.stem) \(try vector.name.string)") {
                try checker.answer(vector) == vector.expect.string
            }
        }
    }
}

/// What whoever checks a message of the binding protocol knows.
private struct BindingChecker {
    let attestors: AttestorSet
    let keys: EditionKeys
    let edition: FixedBytes<32>
    let issuer: FixedBytes<32>
    let commitment: Point
    let revealed: [Scalar?]
    let scope: PseudonymScope
    let time: UInt64

    init(_ file: Vector) throws {
        let parameters = file.parameters
        let published = try parameters.attestors.string.split(separator: " ").map {
            try fixed(Hex.decode($0))
        }
        let operators = published.enumerated().map { ("operator \($0)", [$1]) }
        guard let threshold = Int(try parameters.t_A.string),
            let time = UInt64(try parameters.time.string),
            let attestors = AttestorSet(
                Dictionary(uniqueKeysWithValues: operators), threshold: threshold)
        else { throw VectorError(what: "no parameters") }
        self.attestors = attestors
        self.time = time
        keys = try EditionKeys(parsing: try parameters.keys.hex)
        issuer = try fixed(try parameters.issuer.hex)
        edition = try fixed(try file.values.edition.hex)
        commitment = try Point(parsing: try file.values.D.hex)
        revealed = [try Scalar(parsing: try file.values["a_1 = tier, gold"].hex), nil]
        // The door of the file's presentations, in its first epoch.
        scope = PseudonymScope(
            verifier: Array("https://door.example".utf8), edition: edition, epoch: 1)
    }

    /// `accept`, or the reason of the refusal.
    func answer(_ vector: Vector) throws -> String {
        let message = try vector.message.hex
        let question = try context(try vector.question.hex)
        let format = try vector.format.string
        do throws(ProofError) {
            switch format {
            case "issuance-request":
                _ = try IssuanceRequest(parsing: message, attestors: attestors, keys: keys)
                    .verify(
                        attestors: attestors, keys: keys, edition: edition, question: question,
                        at: time)
            case "identity-answer":
                _ = try IdentityAnswer.verify(
                    message, attestors: attestors, keys: keys, edition: edition,
                    question: question, at: time)
            case "presentation":
                _ = try PseudonymousPresentation.verify(
                    message, commitment: commitment, attributes: revealed, scope: scope,
                    question: question)
            case "row": _ = try Row(parsing: message, issuer: issuer)
            case "keys": _ = try EditionKeys(parsing: message)
            default: return "unknown format \(format)"
            }
        } catch {
            return error.rawValue
        }
        return "accept"
    }
}

/// A question as it stands in the transcript: six fields, each behind its label.
private func context(_ bytes: [UInt8]) throws -> ProofContext {
    var reader = Reader(bytes)
    var fields: [[UInt8]] = []
    while reader.remaining > 0 {
        _ = try reader.prefixed()
        fields.append(try reader.prefixed())
    }
    guard fields.count == 6 else { throw VectorError(what: "no question") }
    return ProofContext(
        edition: fields[0], audience: fields[1], nonce: fields[2], purpose: fields[3],
        expires: fields[4].reduce(0) { $0 << 8 | UInt64($1) }, subject: fields[5])
}

private func fixed(_ bytes: [UInt8]?) throws -> FixedBytes<32> {
    guard let bytes, let value = FixedBytes<32>(bytes) else {
        throw VectorError(what: "not 32 bytes")
    }
    return value
}
