import Foundation
import TegataCrypto
import TegataLog
import TegataNationalID
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// What a verifier believes that got its trust from a bundle, with and without a network (Spec/trust-bundle.md).
@Suite struct TrustVerificationTests {
    @Test(
        arguments: [
            (KeyTerm("", from: World.now), nil),
            (KeyTerm("", from: World.now + 1), .issuerUntrusted),
            (KeyTerm("", from: 0, until: World.now), nil),
            (KeyTerm("", from: 0, until: World.now - 1), .issuerUntrusted),
            (KeyTerm("", from: 0, isWithdrawn: true), .issuerUntrusted),
        ] as [(KeyTerm, Refusal?)])
    func `a key's cards count within its term, and never once it is withdrawn (A48)`(
        _ term: KeyTerm, _ reason: Refusal?
    ) async throws {
        let world = try await TrustWorld()
        let name = try #require(world.city.issuer.profile.keys.first).thumbprint
        let terms = [
            KeyTerm(name, from: term.from, until: term.until, isWithdrawn: term.isWithdrawn)
        ]
        let bundle = try world.open(try await world.publish(try world.contents(terms)))
        let source = world.city.statuses()
        let door = world.door(bundle, source)
        guard let reason else {
            #expect(try await world.show(at: door).isHolderProven)
            return
        }
        await #expect(throws: reason) { try await world.show(at: door) }
        #expect(source.calls.isEmpty, "A110")
    }

    @Test func `a card without a time counts for nothing where keys have terms`() async throws {
        let world = try await TrustWorld()
        let door = world.door(try world.open(try await world.publish()), world.city.statuses())
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try world.city.forgery()
        forgery.payload["iat"] = nil
        let text = try forgery.presentation(for: challenge)
        await #expect(throws: Refusal.issuerUntrusted) { try await door.verify(text) }
    }

    @Test func `cards of a rotated key count, of the next one too (A48)`() async throws {
        let old = try await World.secp256k1.value
        let next = SigningKey.secp256k1(World.privateKey("next"))
        let issuer = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: next, register: World.privateKey("register"), log: World.logKey,
                earlier: [old.issuerKey.verifyingKey]),
            identity: nil, store: .inMemory(), clock: { World.now })
        let world = try await TrustWorld(old)
        let terms = [
            KeyTerm(old.issuerKey.verifyingKey.thumbprint, from: 0, until: World.now),
            KeyTerm(next.verifyingKey.thumbprint, from: World.now),
        ]
        let contents = TrustContents(issuers: [
            try TrustedIssuer(issuer.profile, terms: terms, statuses: world.statuses)
        ])
        let door = world.door(try world.open(try await world.publish(contents)), old.statuses())
        #expect(try await world.show(at: door).isHolderProven)
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try old.forgery()
        forgery.signer = next
        forgery.header["kid"] = "\"\(next.verifyingKey.thumbprint)\""
        #expect(try await door.verify(forgery.presentation(for: challenge)).isHolderProven)
    }

    @Test func `past its end a bundle makes nobody believed, and says whose fault it is`()
        async throws
    {
        let world = try await TrustWorld()
        let text = try await world.publish()
        let bundle = try world.open(text)
        for (ahead, reason) in [(86_400 + 59, nil), (86_400 + 60, Refusal.unavailable)]
            as [(Int64, Refusal?)]
        {
            var policy = VerifierPolicy.strict
            policy.maximumKeyBindingAge = 100_000
            let door = world.door(bundle, world.city.statuses(), policy: policy, ahead: ahead)
            if let reason {
                await #expect(throws: reason) { try await world.show(at: door) }
            } else {
                // The list of then has ended with its day; what is asked here is whether anybody is believed.
                await #expect(throws: Never.self) { try await world.show(at: door) }
            }
        }
        let pin = try world.signer.pin()
        #expect(throws: Refusal.expired) { try pin.open(text, at: TrustWorld.now + 86_460) }
        #expect(throws: Never.self) { try pin.open(text, at: TrustWorld.now + 86_459) }
    }

    @Test func `a status is asked for at listed addresses only (A113)`() async throws {
        let world = try await TrustWorld()
        let contents = TrustContents(issuers: [
            try TrustedIssuer(
                world.city.issuer.profile,
                statuses: world.statuses.flatMap { [$0 + "/", $0 + "/1", $0.uppercased()] })
        ])
        let source = world.city.statuses()
        let door = world.door(try world.open(try await world.publish(contents)), source)
        await #expect(throws: Refusal.statusUnknown) { try await world.show(at: door) }
        #expect(source.calls.isEmpty)
    }

    @Test func `a card is verified without a network while the kept list is young (A107, A108)`()
        async throws
    {
        let world = try await TrustWorld()
        let bundle = try world.open(try await world.publish())
        let folder = StatusFolder(at: world.directory.path + "/statuses")
        await #expect(throws: Refusal.statusUnknown) {
            try await world.show(at: world.door(bundle, folder))
        }
        #expect(await folder.refresh(from: world.city.statuses(), for: bundle).isEmpty)
        #expect(try await world.show(at: world.door(bundle, folder)).statusTime == World.now)
        var policy = VerifierPolicy.strict
        policy.maximumStatusAge = 3600
        policy.maximumKeyBindingAge = 10_000
        for (ahead, reason) in [(3660, nil), (3661, Refusal.statusUnknown)] as [(Int64, Refusal?)] {
            let door = world.door(bundle, folder, policy: policy, ahead: ahead)
            if let reason {
                await #expect(throws: reason) { try await world.show(at: door) }
            } else {
                #expect(try await world.show(at: door).isHolderProven)
            }
        }
    }

    @Test func `only genuine lists are kept, and never older ones (A106, A107)`() async throws {
        let world = try await TrustWorld()
        let bundle = try world.open(try await world.publish())
        let folder = StatusFolder(at: world.directory.path + "/statuses")
        let uri = world.statuses[0]
        func list(_ time: Int64, by key: SigningKey? = nil, at uri: String) throws -> String {
            let key = key ?? world.city.issuerKey
            let list = try #require(StatusList(bits: 2, count: 1 << 17))
            return String(
                decoding: try StatusListToken.sign(
                    list, uri: uri, issuedAt: time, expiresAt: nil, timeToLive: 60, by: key,
                    keyID: key.verifyingKey.thumbprint), as: UTF8.self)
        }
        func refresh(_ text: String?) async -> Refusal? {
            let source = RecordingSource { _ in
                guard let text else { throw Refusal.unavailable }
                return text
            }
            return await folder.refresh(from: source, for: bundle)[uri]
        }
        let good = try list(World.now, at: uri)
        #expect(await refresh(good) == nil)
        #expect(await refresh(try list(World.now - 1, at: uri)) == .replayed)
        #expect(
            await refresh(try list(World.now + 1, by: .secp256k1(.init()), at: uri))
                == .statusUnknown)
        #expect(await refresh(try list(World.now + 1, at: uri + "/1")) == .statusUnknown)
        #expect(await refresh("") == .malformed)
        #expect(await refresh(nil) == .unavailable)
        #expect(try await folder.statusList(at: uri) == good)
        let newer = try list(World.now + 1, at: uri)
        #expect(await refresh(newer) == nil)
        #expect(try await folder.statusList(at: uri) == newer)
    }

    @Test func `witnesses of the bundle must have seen a card's log (A100, A103)`() async throws {
        let world = try await TrustWorld()
        let witness = try NoteSigner(name: "witness.example", kind: .witness)
        var policy = VerifierPolicy.strict
        policy.requiresLogProof = true
        let card = world.city.card
        func show(_ contents: TrustContents) async throws -> Membership {
            let door = world.door(
                try world.open(try await world.publish(contents)), world.city.statuses(),
                policy: policy)
            let challenge = try await door.challenge(asking: [])
            return try await door.verify(
                try world.city.holder.present(card, revealing: [], to: challenge))
        }
        #expect(try await show(try world.contents()).isHolderProven)
        let asked = TrustContents(issuers: [
            try TrustedIssuer(
                world.city.issuer.profile, witnesses: [witness.key], quorum: 1,
                statuses: world.statuses)
        ])
        await #expect(throws: Refusal.logProofInvalid) { try await show(asked) }
    }

    @Test func `a kiosk's word counts while its edition's attestors are listed`() async throws {
        let people = try await PersonWorld()
        _ = try await people.card(people.identity)
        let world = try await TrustWorld()
        let key = try #require(FixedBytes<32>(people.attestor.key))
        let kiosk = Kiosk(
            at: "https://station.example", key: World.privateKey("kiosk"), clock: { World.now })
        for attestors in [[], [TrustedAttestor("one", key: key)]] {
            let bundle = try world.open(
                try await world.publish(
                    TrustContents(
                        issuers: [try TrustedIssuer(people.issuer.profile, statuses: [])],
                        attestors: attestors)))
            let door = world.door(bundle, world.city.statuses(), kiosks: [kiosk.publicKey])
            let challenge = try await door.challenge(asking: [], personOf: people.founders)
            let answer = try await kiosk.check(
                challenge, people.founders,
                lists: try await people.issuer.publicLists(of: people.founders),
                from: people.issuer.profile, proving: people.identity)
            if attestors.isEmpty {
                await #expect(throws: Refusal.issuerUntrusted) {
                    try await door.verify(kiosk: answer)
                }
            } else {
                #expect(try await door.verify(kiosk: answer).person != .notAsked)
            }
        }
    }

    @Test func `a person counts when listed attestors vouch`() async throws {
        let people = try await PersonWorld()
        let (card, _) = try await people.card(people.identity)
        let world = try await TrustWorld()
        let key = try #require(FixedBytes<32>(people.attestor.key))
        let rows: [([TrustedAttestor], Refusal?)] = [
            ([TrustedAttestor("one", key: key)], nil),
            ([TrustedAttestor("one", key: key, from: 0, until: World.now)], nil),
            ([], .issuerUntrusted),
            ([TrustedAttestor("one", key: key, from: World.now + 1)], .issuerUntrusted),
            ([TrustedAttestor("one", key: key, from: 0, until: World.now - 1)], .issuerUntrusted),
            (
                [TrustedAttestor("one", key: World.privateKey("x").publicKey.xOnly)],
                .issuerUntrusted
            ),
        ]
        for (attestors, reason) in rows {
            let bundle = try world.open(
                try await world.publish(
                    TrustContents(
                        issuers: [
                            try TrustedIssuer(
                                people.issuer.profile, statuses: [people.issuer.statusListURI()])
                        ], attestors: attestors)))
            let source = RecordingSource { _ in try await people.issuer.statusList() }
            let door = world.door(bundle, source)
            let challenge = try await door.challenge(asking: [], personOf: people.founders)
            let answer = try await people.holder.present(
                card, revealing: [], to: challenge, proving: people.identity, in: people.founders)
            if let reason {
                await #expect(throws: reason) { try await door.verify(answer) }
            } else {
                #expect(try await door.verify(answer).person != .notAsked)
            }
        }
    }
}
