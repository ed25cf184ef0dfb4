import Foundation
import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// The Python model of the protocol as a differential oracle, where Python and the model are present.
@Suite(.enabled(if: Model.isAvailable, "no Python or no model here"))
struct ModelTests {
    struct Ask: Encodable {
        struct Case: Encodable {
            let label: String
            let points: [String: String]
            var attributes: [String?] = []
            let context: [String: String]
            let witness: [String]
            let proof: String
        }
        let nodes: Int
        let threshold: Int
        let seeds: [String]
        let edition: String
        let uid: String
        let rho: String
        let quorum: [Int]
        let s: String
        let r: String
        let attributes: [String]
        let statements: [Case]
    }

    struct Answer: Decodable {
        struct Case: Decodable {
            let holds: Bool
            let proof: String
        }
        let P: String
        let R: String
        let alpha: String
        let beta: String
        let L: String
        let D: String
        let K: String
        let nodeKeys: [String]
        let shares: [String]
        let statements: [Case]
    }

    @Test(arguments: [
        (1, 1, [1]), (3, 2, [1, 3]), (5, 3, [2, 3, 5]), (5, 1, [4]), (4, 4, [1, 2, 3, 4]),
    ])
    func `the model computes the same values and accepts the same proofs`(
        nodes: Int, threshold: Int, quorum: [Int]
    ) throws {
        var random = SeededRandomness("model \(nodes) \(threshold)")
        let sharing = try #require(Sharing(nodes: nodes, threshold: threshold))
        let edition: FixedBytes<32> = random.fixed()
        let pieces = sharing.holders.map { _ in random.bytes(32) }
        let seeds = try (1...nodes).map { node in
            var mine: [Int: SecretBytes] = [:]
            for piece in sharing.pieces(of: node) {
                let bytes = pieces[piece]
                mine[piece] = SecretBytes(copying: bytes.span)
            }
            return try #require(NodeSeeds(sharing: sharing, node: node, seeds: mine))
        }
        var publications: [Int: [Int: Point]] = [:]
        for seed in seeds { publications[seed.node] = try seed.publication(for: edition) }
        let keys = try EditionKeys(sharing: sharing, publications: publications)
        let shares = try seeds.map { seed throws(ProofError) in try seed.share(for: edition) }

        let rho = SecretScalar.random(using: &random)
        let blinding = Blinding(of: alice, secret: rho)
        let blinded = blinding.blinded
        let values = quorum.map { blinded.person.times(shares[$0 - 1].secret) }
        let beta = try #require(
            Point.sum(zip(values, Sharing.lagrange(quorum)).compactMap { $0.times($1) }))
        let index = blinding.unblind(beta)
        let attributes = [attribute("tier", "gold"), attribute("year", "2026")]
        let opening = CardOpening(
            secret: .random(using: &random), blinding: .random(using: &random),
            attributes: attributes)
        let commitment = try #require(opening.commitment)
        let scope = PseudonymScope(verifier: [1], edition: edition, epoch: 7)
        let context = ProofContext(
            edition: edition.array, audience: Array("https://door.example".utf8),
            nonce: random.bytes(32), purpose: Array("door".utf8), expires: 1_800_000_000,
            subject: random.bytes(32))
        let handed = PendingCard(secret: opening.secret, blinding: opening.blinding)
        let commitmentOfHolder = try #require(handed.commitment)
        let hidden = try #require(SecretScalar(attributes[1]))

        let statements: [(String, SigmaProof<Point>, [String: Point], [SecretScalar])] = [
            (
                "attest",
                Statement.blinding(blinded, of: Generators.person(alice), context),
                ["R": blinded.base, "alpha": blinded.person, "P": Generators.person(alice)],
                [rho]
            ),
            (
                "evaluate",
                Statement.evaluation(
                    key: shares[quorum[0] - 1].publicKey, blinded,
                    value: PersonPoints(person: values[0]), context),
                [
                    "K": keys.nodeKeys[quorum[0] - 1], "beta": values[0],
                    "alpha": blinded.person,
                ],
                [shares[quorum[0] - 1].secret]
            ),
            (
                "issue",
                Statement.issuance(
                    base: blinded.base, evaluated: PersonPoints(person: beta),
                    index: PersonPoints(person: index),
                    commitment: commitmentOfHolder, context),
                ["R": blinded.base, "beta": beta, "L": index, "D": commitmentOfHolder],
                [rho, opening.secret, opening.blinding]
            ),
            (
                "wallet", Statement.wallet(commitmentOfHolder, context),
                ["D": commitmentOfHolder], [opening.secret, opening.blinding]
            ),
            (
                "identity",
                Statement.identity(
                    base: blinded.base, evaluated: PersonPoints(person: beta),
                    index: PersonPoints(person: index), context),
                ["R": blinded.base, "beta": beta, "L": index], [rho]
            ),
            (
                "present",
                Statement.opening(
                    of: commitment, attributes: [attributes[0], nil],
                    pseudonym: opening.pseudonym(in: scope), base: Generators.pseudonym(scope),
                    context),
                [
                    "D": commitment, "N": opening.pseudonym(in: scope),
                    "V": Generators.pseudonym(scope),
                ],
                [opening.secret, hidden, opening.blinding]
            ),
        ]
        let fields = [
            "edition": context.edition, "audience": context.audience, "nonce": context.nonce,
            "purpose": context.purpose, "expires": bigEndian(context.expires),
            "subject": context.subject,
        ].mapValues(Hex.encode)
        let cases = try statements.map { label, statement, points, witness in
            let proof = try statement.prove(witness, using: &random)
            return Ask.Case(
                label: label, points: points.mapValues { Hex.encode($0.encoded) },
                attributes: label == "present" ? [Hex.encode(attributes[0].encoded), nil] : [],
                context: fields, witness: witness.map { Hex.encode($0.exposed.encoded) },
                proof: Hex.encode(proof))
        }
        let answer = try ask(
            Ask(
                nodes: nodes, threshold: threshold, seeds: pieces.map(Hex.encode),
                edition: Hex.encode(edition.array), uid: Hex.encode(alice),
                rho: Hex.encode(rho.exposed.encoded), quorum: quorum,
                s: Hex.encode(opening.secret.exposed.encoded),
                r: Hex.encode(opening.blinding.exposed.encoded),
                attributes: attributes.map { Hex.encode($0.encoded) }, statements: cases))

        #expect(answer.P == Generators.person(alice).description)
        #expect(answer.R == blinded.base.description)
        #expect(answer.alpha == blinded.person.description)
        #expect(answer.beta == beta.description)
        #expect(answer.L == index.description)
        #expect(answer.D == commitment.description)
        #expect(answer.K == keys.key.description)
        #expect(answer.nodeKeys == keys.nodeKeys.map(\.description))
        #expect(answer.shares == shares.map { $0.secret.exposed.description })
        for ((label, statement, _, _), reply) in zip(statements, answer.statements) {
            #expect(reply.holds, "the model refuses our proof of \(label)")
            let theirs = try #require(Hex.decode(reply.proof))
            #expect(statement.isValid(theirs), "we refuse the model's proof of \(label)")
        }
    }

    private func ask(_ ask: Ask) throws -> Answer {
        let output = try Model.run([Model.driver, Model.script], JSONEncoder().encode(ask))
        return try JSONDecoder().decode(Answer.self, from: output)
    }
}

/// The model, and how it is run.
enum Model {
    static let script = VectorFolder.packageRoot.appending(path: "../shared/protocol/model.py").path
    static let driver = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "model_driver.py").path
    static let isAvailable =
        FileManager.default.fileExists(atPath: script)
        && (try? run(["-c", "import ctypes; ctypes.CDLL('libsecp256k1.so.1')"], Data())) != nil

    static func run(_ arguments: [String], _ input: Data) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let stdin = Pipe()
        let stdout = Pipe()
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return output
    }
}
