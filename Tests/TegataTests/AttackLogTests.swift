import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Rows A96 to A99 and A103, where a door sees them: what is shown as the proof that a card is in its issuer's log.
@Suite struct AttackLogTests {
    private let world: World
    private let proof: LogProof
    private var policy = VerifierPolicy.strict

    init() async throws {
        world = try await World.secp256k1.value
        proof = try Self.proof(in: world.issued)
        policy.requiresLogProof = true
    }

    private static func proof(in issued: String) throws -> LogProof {
        let text = try JSON(parsing: Array(issued.utf8))["proof"]?.string ?? ""
        return try LogProof(parsing: Array(text.utf8))
    }

    private func attack(_ name: String, _ reason: Refusal?, log: JSON?) -> Attack {
        Attack(name, reason) {
            $0.bind = { payload in
                let member: JSONObject = log.map { ["log": $0] } ?? [:]
                payload["tegata"] = JSON.object(member).text
            }
        }
    }

    private func run(_ name: String, _ reason: Refusal?, _ proof: LogProof) async throws {
        try await attack(name, reason, log: .string(proof.encoded)).run(in: world, policy: policy)
    }

    @Test func `the genuine proof passes, from forgery kit and wallet alike`() async throws {
        try await run("control", nil, proof)
        let door = try world.door(world.statuses(), policy: policy)
        let challenge = try await door.challenge(asking: ["tier"])
        let answer = try world.holder.present(world.card, revealing: [], to: challenge)
        #expect(try await door.verify(answer).claims == ["tier": "gold"])
    }

    @Test func `a card without a proof, or with something else, is refused (A103)`() async throws {
        let door = try world.door(world.statuses(), policy: policy)
        let challenge = try await door.challenge(asking: ["tier"])
        await #expect(throws: Refusal.logProofInvalid) {
            try await door.verify(try world.forgery().presentation(for: challenge))
        }
        for log: JSON? in [
            nil, .null, "", true, 1, [], [:], "c2sp.org/tlog-proof@v1",
            .string(proof.encoded + " "), .string(proof.encoded.uppercased()),
            [.string(proof.encoded)],
        ] {
            let presented = try world.forgery()
            var changed = presented
            try attack("", nil, log: log).change(&changed)
            await #expect(throws: Refusal.logProofInvalid, "\(String(describing: log))") {
                try await door.verify(changed.presentation(for: challenge))
            }
        }
    }

    @Test func `another card's proof, or this one's with anything changed, is refused (A96, A97)`()
        async throws
    {
        let other = try await world.issuer.issue(
            to: try await world.holder.request(world.visitors), claims: [:])
        let foreign = try Self.proof(in: other)
        let wrong: [(String, LogProof)] = [
            ("another card's", foreign),
            (
                "another card's index",
                LogProof(
                    index: foreign.index, path: proof.path, extra: proof.extra, note: proof.note)
            ),
            (
                "another card's blind",
                LogProof(
                    index: proof.index, path: proof.path, extra: foreign.extra, note: proof.note)
            ),
            (
                "an empty path",
                LogProof(index: proof.index, path: [], extra: proof.extra, note: proof.note)
            ),
            (
                "beyond the end",
                LogProof(index: 1 << 40, path: proof.path, extra: proof.extra, note: proof.note)
            ),
            ("no extra", LogProof(index: proof.index, path: proof.path, note: proof.note)),
            (
                "a longer extra",
                LogProof(
                    index: proof.index, path: proof.path, extra: proof.extra + [0], note: proof.note
                )
            ),
            (
                "the kind of a revocation",
                LogProof(
                    index: proof.index, path: proof.path, extra: [7] + proof.extra.dropFirst(),
                    note: proof.note)
            ),
            (
                "another epoch",
                LogProof(
                    index: proof.index, path: proof.path,
                    extra: [2, 0, 0, 0, 1] + proof.extra.dropFirst(5), note: proof.note)
            ),
        ]
        for (name, proof) in wrong {
            let door = try world.door(world.statuses(), policy: policy)
            let challenge = try await door.challenge(asking: ["tier"])
            var forgery = try world.forgery()
            try attack(name, nil, log: .string(proof.encoded)).change(&forgery)
            let text = try forgery.presentation(for: challenge)
            await #expect(throws: Refusal.logProofInvalid, "\(name)") {
                try await door.verify(text)
            }
        }
    }

    @Test func `a log of somebody else, and one made for one victim, are refused (A97, A99)`()
        async throws
    {
        let leaf = try LogEntry(
            parsing: [2] + Edition.digest(issuer: World.club, id: "visitors").array
                + TreeHash(leaf: []).array)
        let origin = world.issuer.logSigner.key.name
        for signer in [
            try NoteSigner(name: origin, kind: .log), try NoteSigner(name: "other", kind: .log),
            try NoteSigner(name: origin, kind: .witness),
        ] {
            let note = signer.sign(
                try SignedNote(
                    text: try Checkpoint(
                        origin: origin, size: 1, root: TreeHash(leaf: leaf.encoded)
                    ).text), at: 1)
            let door = try world.door(world.statuses(), policy: policy)
            let challenge = try await door.challenge(asking: [])
            var forgery = try world.forgery()
            let forged = LogProof(index: 0, path: [], extra: proof.extra, note: note)
            try attack("", nil, log: .string(forged.encoded)).change(&forgery)
            let text = try forgery.presentation(for: challenge)
            await #expect(throws: Refusal.logProofInvalid) { try await door.verify(text) }
        }
    }

    @Test func `a door that asks for witnesses counts them itself`() async throws {
        let witnesses = try ["a", "b", "c"].map { try NoteSigner(name: $0, kind: .witness) }
        var policy = policy
        policy.witnesses = witnesses.map(\.key)
        policy.witnessQuorum = 2
        func cosigned(_ count: Int) -> LogProof {
            LogProof(
                index: proof.index, path: proof.path, extra: proof.extra,
                note: witnesses[..<count].reduce(proof.note) { $1.sign($0, at: 1) })
        }
        for (count, isEnough) in [(0, false), (1, false), (2, true), (3, true)] {
            let door = try world.door(world.statuses(), policy: policy)
            let challenge = try await door.challenge(asking: [])
            var forgery = try world.forgery()
            try attack("", nil, log: .string(cosigned(count).encoded)).change(&forgery)
            let text = try forgery.presentation(for: challenge)
            if isEnough {
                _ = try await door.verify(text)
            } else {
                await #expect(throws: Refusal.logProofInvalid) { try await door.verify(text) }
            }
        }
        // A quorum that can never be reached refuses everybody instead of nobody.
        policy.witnessQuorum = 4
        let door = try world.door(world.statuses(), policy: policy)
        let challenge = try await door.challenge(asking: [])
        let answer = try world.holder.present(world.card, revealing: [], to: challenge)
        await #expect(throws: Refusal.logProofInvalid) { try await door.verify(answer) }
    }

    @Test func `what a door is shown hides L from it, and the log hides every card (A102)`()
        async throws
    {
        let world = try await PersonWorld()
        let (card, issued) = try await world.card(world.identity)
        let shown = try Self.proof(in: issued).extra
        let member = try await world.issuer.register.current().card(
            card.serial.number, of: world.founders.digest)
        let memo = try await world.issuer.register.card(at: member.record).memo
        // Neither entry nor proof is a function of L and what the card shows: the salt is 32 random bytes.
        let guess = TreeHash(leaf: memo.person.array)
        #expect(!shown.contains(guess.array) && !shown.contains(memo.person.array))
        for salt in [FixedBytes<32>(), memo.key, memo.content] {
            let row = try Row(ofOurs: memo.row, world.issuer.keys)
            #expect(row.blind(salt: salt).array != Array(shown.dropFirst(5)))
        }
    }
}
