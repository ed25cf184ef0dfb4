import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

@Suite struct WitnessedIssuerTests {
    private let keys = IssuerKeys.generate()
    private let signers: [NoteSigner]
    private let connections: [WitnessConnection]
    private let down = Switch()

    /// Which witnesses cannot be reached.
    private final class Switch: Sendable {
        private let names = Mutex<Set<String>>([])
        func set(_ names: Set<String>) { self.names.withLock { $0 = names } }
        func holds(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
    }

    init() throws {
        let key = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log).key
        let down = down
        signers = try ["a", "b", "c"].map { try NoteSigner(name: $0, kind: .witness) }
        connections = try signers.map { signer in
            let witness = try Witness(signer, of: [key], store: InMemoryWitnessStore())
            return WitnessConnection(signer.key) { body in
                guard !down.holds(signer.key.name) else { throw Refusal.unavailable }
                let answer = await witness.addCheckpoint(Array(body.utf8), at: 1)
                return (answer.status, Array(answer.body.utf8))
            }
        }
    }

    private func issuer(_ journal: some Journal) -> Issuer {
        Issuer(
            at: World.club, keys: keys, log: journal, witnesses: Witnesses(connections),
            identity: nil, store: .inMemory(), clock: { World.now })
    }

    @Test func `a card is answered once enough witnesses have seen it, and shows that (A103)`()
        async throws
    {
        let journal = InMemoryJournal()
        let issuer = issuer(journal)
        let edition = try await issuer.open(Edition("seen", limit: 5, nationalID: []))
        let holder = Holder(
            key: .secp256k1(World.privateKey("h")), secret: [1], clock: { World.now })
        down.set(["b"])
        let answer = try await issuer.issue(to: try await holder.request(edition))
        let card = try holder.accept(answer, from: issuer.profile)
        for (quorum, isEnough) in [(2, true), (3, false)] {
            var policy = VerifierPolicy.strict
            policy.requiresLogProof = true
            policy.witnesses = signers.map(\.key)
            policy.witnessQuorum = quorum
            let door = Verifier(
                at: World.doorID, trusting: [issuer.profile], policy: policy, store: .inMemory(),
                clock: { World.now })
            let challenge = try await door.challenge(asking: [])
            let shown = try holder.present(card, revealing: [], to: challenge)
            if isEnough {
                _ = try await door.verify(shown)
            } else {
                await #expect(throws: Refusal.logProofInvalid) { try await door.verify(shown) }
            }
        }
        // Too few: nothing is answered, and the retry gets the very card that was committed.
        down.set(["a", "b"])
        let request = try await holder.request(edition)
        await #expect(throws: IssuingError.refused(.unavailable)) {
            try await issuer.issue(to: request)
        }
        #expect(await issuer.fault == .witnesses(signed: 1, needed: 2))
        down.set([])
        let late = try holder.accept(try await issuer.issue(to: request), from: issuer.profile)
        #expect(late.serial.number == 2)
        #expect(await journal.head().size == 3)
    }

    @Test func `an issuer that went back and on another way finds no witness (A88, A89, A100)`()
        async throws
    {
        let journal = RestorableJournal()
        let first = issuer(journal)
        let edition = try await first.open(Edition("seen", limit: 5, nationalID: []))
        let holder = Holder(
            key: .secp256k1(World.privateKey("h")), secret: [1], clock: { World.now })
        let backup = try await journal.copy()
        _ = try await first.issue(to: try await holder.request(edition))
        // An old copy comes back to a machine that remembers nothing and has published nowhere.
        await journal.restore(backup)
        let second = issuer(journal)
        await #expect(throws: IssuingError.refused(.unavailable)) {
            try await second.open(Edition("seen", limit: 5, nationalID: []))
        }
        #expect(await second.fault == .witnesses(signed: 0, needed: 2))
    }
}
