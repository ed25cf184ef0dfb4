import Foundation
import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// `Vectors/tegata/binding.json`: made here bit for bit, and read back as another implementation would.
@Suite struct BindingVectors {
    struct File: Codable, Equatable {
        /// One message, what is known to whoever checks it, and the answer.
        struct Case: Codable, Equatable {
            let name: String
            let comment: String
            let format: String
            let message: String
            let question: String
            let expect: String
        }
        let comment: String
        let parameters: [String: String]
        let values: [String: String]
        let cases: [Case]
    }

    static let url = VectorFolder.packageRoot.appending(path: "Vectors/tegata/binding.json")

    @Test func `the vectors are what this code makes`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let made = try encoder.encode(Self.make()) + [0x0a]
        if ProcessInfo.processInfo.environment["WRITE_VECTORS"] != nil {
            try made.write(to: Self.url)
        }
        #expect(try Data(contentsOf: Self.url) == made)
    }

    @Test func `every case answers as it says`() throws {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.url))
        let world = try World()
        #expect(file.parameters["keys"] == Hex.encode(world.keys.encoded))
        for vector in file.cases {
            let message = try #require(Hex.decode(vector.message))
            let question = try #require(Hex.decode(vector.question))
            #expect(
                Self.answer(vector.format, message, question, world, file) == vector.expect,
                "\(vector.name)")
        }
    }

    /// What a reader of this format says about these bytes.
    private static func answer(
        _ format: String, _ message: [UInt8], _ question: [UInt8], _ world: World, _ file: File
    ) -> String {
        do {
            try check(format, message, context(question), world, file)
            return "accept"
        } catch {
            return (error as? ProofError)?.rawValue ?? "\(error)"
        }
    }

    private static func check(
        _ format: String, _ message: [UInt8], _ question: ProofContext, _ world: World,
        _ file: File
    ) throws {
        let (attestors, keys, edition) = (world.attestors, world.keys, world.edition)
        switch format {
        case "issuance-request":
            let request = try IssuanceRequest(
                parsing: message, attestors: attestors, keys: keys)
            _ = try request.verify(
                attestors: attestors, keys: keys, edition: edition, question: question,
                at: world.now)
        case "identity-answer":
            _ = try IdentityAnswer.verify(
                message, attestors: attestors, keys: keys, edition: edition,
                question: question, at: world.now)
        case "presentation":
            let commitment = try #require(Hex.decode(file.values["D"] ?? ""))
            let scope = PseudonymScope(
                verifier: Array("https://door.example".utf8), edition: edition, epoch: 1)
            _ = try PseudonymousPresentation.verify(
                message, commitment: Point(parsing: commitment),
                attributes: [attribute("tier", "gold"), nil], scope: scope, question: question)
        case "row": _ = try Row(parsing: message, issuer: world.issuer.publicKey.xOnly)
        case "keys": _ = try EditionKeys(parsing: message)
        default: Issue.record("unknown format \(format)")
        }
    }

    /// A context as `ProofContext.encoded` writes it.
    private static func context(_ bytes: [UInt8]) throws(ProofError) -> ProofContext {
        var reader = Reader(bytes)
        var fields: [[UInt8]] = []
        while reader.remaining > 0 {
            _ = try reader.prefixed()
            fields.append(try reader.prefixed())
        }
        guard fields.count == 6 else { throw .malformed }
        return ProofContext(
            edition: fields[0], audience: fields[1], nonce: fields[2], purpose: fields[3],
            expires: fields[4].reduce(0) { $0 << 8 | UInt64($1) }, subject: fields[5])
    }

    private static func make() throws -> File {
        var world = try World()
        let asked = world.question("issuer's nonce")
        let (blinding, session, verified) = try world.session(alice, asked)
        let (request, pending) = try IssuanceRequest.make(
            session, verified: verified, blinding: blinding, question: asked,
            using: &world.random)
        let accepted = try world.accept(request.encoded, asked)
        let attributes = [attribute("tier", "gold"), attribute("year", "2026")]
        let (commitment, delta) = try accepted.wallet.commit(
            to: attributes, using: &world.random)
        let opening = try pending.complete(
            commitment: commitment, attributes: attributes, blinding: delta)
        let row = Row(
            position: 7, index: accepted.index, commitment: commitment, epoch: 0,
            status: .active, signedBy: world.issuer, using: &world.random)
        var door = world.question("door's nonce", purpose: "door")
        door.audience = Array("https://door.example".utf8)
        door.subject = row.hash.array
        let scope = PseudonymScope(verifier: door.audience, edition: world.edition, epoch: 1)
        let shown = try PseudonymousPresentation.make(
            opening, revealing: [0], scope: scope, question: door, using: &world.random)
        let fresh = try world.session(alice, door, nodes: [1, 3])
        let answer = try IdentityAnswer.make(
            fresh.session, verified: fresh.verified, blinding: fresh.blinding, question: door,
            using: &world.random)
        var values = [
            "person_input": Hex.encode(alice), "edition": world.edition.description,
            "rho": blinding.secret.exposed.description,
            "P": Generators.person(alice).description,
            "R": blinding.blinded.base.description,
            "alpha": blinding.blinded.person.description,
            "beta": verified.evaluated.description, "L": accepted.index.point.description,
            "token_hash": verified.token.hash.description, "D": commitment.description,
            "s": opening.secret.exposed.description,
            "r": opening.blinding.exposed.description, "delta": Hex.encode(delta),
            "a_1 = tier, gold": attributes[0].description,
            "a_2 = year, 2026": attributes[1].description,
            "V": Generators.pseudonym(scope).description,
            "N": opening.pseudonym(in: scope).description, "row_hash": row.hash.description,
            "H": Generators.blinding.description, "G_1": Generators.cardSecret.description,
        ]
        for (index, generator) in Generators.attributes.enumerated() {
            values["G_\(index + 2)"] = generator.description
        }
        for share in world.shares {
            values["k_\(share.node)"] = share.secret.exposed.description
        }
        return File(
            comment: "The binding protocol, Spec/binding.md. All bytes in hexadecimal; a "
                + "question is an encoded context; keys are test keys.",
            parameters: [
                "n": "3", "t": "2", "t_A": "2", "time": "\(world.now)",
                "keys": Hex.encode(world.keys.encoded),
                "issuer": world.issuer.publicKey.xOnly.description,
                "attestors": world.attestorKeys.map { $0.publicKey.xOnly.description }
                    .joined(separator: " "),
            ], values: values,
            cases: cases(
                request: request.encoded, asked, answer: answer, door, shown: shown, row: row,
                keys: world.keys.encoded))
    }

    private static func cases(
        request: [UInt8], _ asked: ProofContext, answer: [UInt8], _ door: ProofContext,
        shown: [UInt8], row: Row, keys: [UInt8]
    ) -> [File.Case] {
        func flip(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
            var copy = bytes
            copy[index] ^= 1
            return copy
        }
        func swap(_ bytes: [UInt8], _ first: Range<Int>, _ second: Range<Int>) -> [UInt8] {
            var copy = bytes
            copy.replaceSubrange(first, with: bytes[second])
            copy.replaceSubrange(second, with: bytes[first])
            return copy
        }
        var cases: [File.Case] = []
        func add(
            _ format: String, _ comment: String, _ message: [UInt8],
            _ question: ProofContext, _ expect: String
        ) {
            cases.append(
                File.Case(
                    name: "\(format)-\(cases.count { $0.format == format } + 1)",
                    comment: comment, format: format, message: Hex.encode(message),
                    question: Hex.encode(question.encoded), expect: expect))
        }
        var other = asked
        other.nonce = Array("another nonce".utf8)
        let order = Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
        let format = "issuance-request"
        let proof = request.count - 128
        add(format, "as made", request, asked, "accept")
        add(format, "answers another question", request, other, "mismatch")
        add(format, "a trailing byte", request + [0], asked, "malformed")
        add(format, "one byte short", request.dropLast(), asked, "malformed")
        add(format, "unknown version", flip(request, 0), asked, "malformed")
        add(format, "another card class", flip(request, 3), asked, "invalid_signature")
        add(format, "a changed signature", flip(request, 120), asked, "invalid_signature")
        add(
            format, "attestors out of order", swap(request, 112..<180, 180..<248), asked,
            "malformed")
        add(
            format, "one attestor twice",
            Array(request[..<180] + request[112..<180] + request[248...]), asked,
            "threshold_not_met")
        add(format, "a changed node proof", flip(request, 345), asked, "invalid_proof")
        add(
            format, "one node twice",
            Array(request[..<346] + request[248..<346] + request[444...]), asked,
            "threshold_not_met")
        add(
            format, "L and D_h exchanged", swap(request, 444..<477, 477..<510), asked,
            "invalid_proof")
        add(
            format, "a response of q", Array(request.dropLast(32)) + (order ?? []), asked,
            "invalid_proof")
        add(format, "a changed challenge", flip(request, proof), asked, "invalid_proof")
        add(
            format, "an uncompressed prefix",
            Array(request[..<444]) + [4] + Array(request[445...]), asked, "malformed")
        let bound = "identity-answer"
        add(bound, "as made, by nodes 1 and 3", answer, door, "accept")
        add(bound, "answers another question", answer, asked, "mismatch")
        add(bound, "another L", swap(answer, 444..<477, 46..<79), door, "invalid_signature")
        add(bound, "a changed proof", flip(answer, answer.count - 1), door, "invalid_proof")
        add(bound, "a trailing byte", answer + [0], door, "malformed")
        let open = "presentation"
        add(open, "reveals a_1, hides a_2", shown, door, "accept")
        add(open, "for another question", shown, asked, "invalid_proof")
        add(open, "a changed response", flip(shown, 160), door, "invalid_proof")
        add(open, "the identity as pseudonym", [0] + shown.dropFirst(), door, "malformed")
        add(open, "another size", shown + shown[..<32], door, "malformed")
        add("row", "as made", row.encoded, door, "accept")
        add("row", "another position", flip(row.encoded, 35), door, "invalid_signature")
        var status = row.encoded
        status[106] = 0
        add("row", "no such status", status, door, "malformed")
        add("keys", "as announced", keys, door, "accept")
        add("keys", "one piece missing", keys.dropLast(33), door, "malformed")
        add("keys", "t above n", [3, 4] + keys.dropFirst(2), door, "malformed")
        return cases
    }
}
