import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// Whole messages, as a stranger would change them: every byte, every length, every context (A133, S1).
@Suite struct HostileMessageTests {
    /// Each byte flipped in one bit, each truncation by one byte at both ends, and bytes put in front and behind.
    static func variants(of message: [UInt8]) -> [[UInt8]] {
        let flipped = message.indices.map { index in
            var copy = message
            copy[index] ^= 1 << UInt8(index % 8)
            return copy
        }
        return flipped + [
            [], Array(message.dropLast()), Array(message.dropFirst()), message + [0],
            [0] + message, message + message,
        ]
    }

    @Test func `A133 no change to a request for a card is accepted`() throws {
        var world = try World(attestorThreshold: 1)
        let question = world.question()
        let (bytes, _) = try world.request(alice, question)
        _ = try world.accept(bytes, question)
        for variant in Self.variants(of: bytes) {
            #expect(throws: ProofError.self) { try world.accept(variant, question) }
        }
    }

    @Test func `A133 no change to an ID-bound answer is accepted`() throws {
        var world = try World()
        let question = world.question("door", purpose: "check")
        let (blinding, session, verified) = try world.session(alice, question)
        let answer = try IdentityAnswer.make(
            session, verified: verified, blinding: blinding, question: question,
            using: &world.random)
        let (attestors, keys, edition, now) = (
            world.attestors, world.keys, world.edition, world.now
        )
        for variant in Self.variants(of: answer) {
            #expect(throws: ProofError.self) {
                try IdentityAnswer.verify(
                    variant, attestors: attestors, keys: keys, edition: edition,
                    question: question, at: now)
            }
        }
        for other in Self.contexts(question) {
            #expect(throws: ProofError.self) {
                try IdentityAnswer.verify(
                    answer, attestors: attestors, keys: keys, edition: edition,
                    question: other, at: now)
            }
        }
        #expect(throws: ProofError.expired) {
            try IdentityAnswer.verify(
                answer, attestors: attestors, keys: keys, edition: edition, question: question,
                at: now + 300)
        }
    }

    @Test func `A133 no change to a presentation is accepted`() throws {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let attributes = [attribute("tier", "gold"), attribute("year", "2026")]
        let (opening, row) = try world.card(alice, attributes: attributes)
        let scope = PseudonymScope(verifier: [1], edition: world.edition, epoch: 1)
        let question = world.question("door", purpose: "door").about(row.hash.array)
        let shown = try PseudonymousPresentation.make(
            opening, revealing: [0], scope: scope, question: question, using: &world.random)
        func verify(
            _ bytes: [UInt8], commitment: Point? = nil, attributes revealed: [Scalar?]? = nil,
            scope other: PseudonymScope? = nil, question asked: ProofContext? = nil
        ) throws(ProofError) {
            _ = try PseudonymousPresentation.verify(
                bytes, commitment: commitment ?? row.commitment,
                attributes: revealed ?? [attributes[0], nil], scope: other ?? scope,
                question: asked ?? question)
        }
        try verify(shown)
        for variant in Self.variants(of: shown) {
            #expect(throws: ProofError.self) { try verify(variant) }
        }
        for other in Self.contexts(question) {
            #expect(throws: ProofError.invalidProof) { try verify(shown, question: other) }
        }
        // Another value, another attribute in the open, another number of attributes.
        for other: [Scalar?] in [
            [attribute("tier", "silver"), nil], [nil, attributes[1]], [nil, nil],
            [attributes[0], attributes[1]], [attributes[0], nil, nil], [attributes[0]], [],
            [.zero, nil],
        ] {
            #expect(throws: ProofError.self) { try verify(shown, attributes: other) }
        }
        for other in [
            PseudonymScope(verifier: [2], edition: world.edition, epoch: 1),
            PseudonymScope(verifier: [1], edition: world.edition, epoch: 2),
            PseudonymScope(verifier: [1], edition: row.hash, epoch: 1),
        ] {
            #expect(throws: ProofError.invalidProof) { try verify(shown, scope: other) }
            #expect(opening.pseudonym(in: other) != opening.pseudonym(in: scope))
        }
        let (_, stranger) = try world.card(bob, attributes: attributes)
        #expect(throws: ProofError.invalidProof) {
            try verify(shown, commitment: stranger.commitment)
        }
    }

    @Test func `A133 no change to a visitor's request is accepted`() throws {
        var random = SeededRandomness("visitor")
        let question = try World(nodes: 1, threshold: 1).question("visit")
        let (request, _) = try VisitorRequest.make(question: question, using: &random)
        _ = try VisitorRequest(parsing: request.encoded).verify(question: question)
        for variant in Self.variants(of: request.encoded) {
            #expect(throws: ProofError.self) {
                try VisitorRequest(parsing: variant).verify(question: question)
            }
        }
        for other in Self.contexts(question) {
            #expect(throws: ProofError.invalidProof) { try request.verify(question: other) }
        }
    }

    @Test func `no change to a row is accepted`() throws {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let (_, row) = try world.card(alice, attributes: [])
        let issuer = world.issuer.publicKey.xOnly
        #expect(try Row(parsing: row.encoded, issuer: issuer) == row)
        for variant in Self.variants(of: row.encoded) {
            #expect(throws: ProofError.self) { try Row(parsing: variant, issuer: issuer) }
        }
        #expect(throws: ProofError.invalidSignature) {
            try Row(parsing: row.encoded, issuer: world.attestorKeys[0].publicKey.xOnly)
        }
        let salt: FixedBytes<32> = world.random.fixed()
        #expect(row.leaf(salt: salt) != row.leaf(salt: world.edition))
    }

    @Test func `no change to a kiosk's result is accepted`() throws {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let (_, row) = try world.card(alice, attributes: [])
        let index = PersonIndex(edition: world.edition, point: row.index)
        let list = try MemberList(edition: world.edition, [index])
        let nonce: FixedBytes<32> = world.random.fixed()
        let signed = try KioskResult(index, in: list, nonce: nonce, time: world.now)
            .signed(by: world.issuer, using: &world.random)
        for variant in Self.variants(of: signed) {
            #expect(throws: ProofError.self) {
                try KioskResult(
                    parsing: variant, kiosk: world.issuer.publicKey.xOnly, nonce: nonce)
            }
        }
    }

    @Test func `no change to the list of members goes unseen`() throws {
        let world = try World(nodes: 1, threshold: 1)
        let points = (1...3).compactMap { Point.generator.times(Scalar($0)) }
            .map(\.encoded).sorted { $0.lexicographicallyPrecedes($1) }
        _ = try MemberList(edition: world.edition, parsing: points.flatMap { $0 })
        for wrong in [
            points.reversed().flatMap { $0 }, points[0] + points[0], points[0] + [2],
            [0] + points[0],
        ] {
            #expect(throws: ProofError.malformed) {
                try MemberList(edition: world.edition, parsing: wrong)
            }
        }
    }

    /// The same question with one field changed at a time.
    static func contexts(_ question: ProofContext) -> [ProofContext] {
        let changes: [(inout ProofContext) -> Void] = [
            { $0.edition[0] ^= 1 }, { $0.edition = [] }, { $0.audience += [0] },
            { $0.nonce = Array("other".utf8) }, { $0.nonce = [] }, { $0.purpose = [] },
            { $0.expires += 1 }, { $0.subject += [1] },
            // The same bytes, with the border between two fields moved.
            { context in
                context.audience.append(context.nonce.removeFirst())
            },
        ]
        return changes.map { change in
            var copy = question
            change(&copy)
            return copy
        }
    }
}
