import TegataNationalID
import Testing

@testable import Tegata

/// The roles together, on real certificates and real proofs.
@Suite struct RolesTests {
    private func club(
        keys: IssuerKeys = .generate(),
        identity: IdentityServices? = .embedded(accepting: .testCards)
    ) -> Issuer {
        Issuer(at: "https://club.example", keys: keys, identity: identity)
    }

    private func door(_ issuer: Issuer, policy: VerifierPolicy = .strict) -> Verifier {
        Verifier(
            at: "https://door.example", trusting: issuer.profile, policy: policy,
            store: .inMemory())
    }

    private func card(
        _ issuer: Issuer, _ edition: OpenEdition, _ holder: Holder,
        _ identity: DemoIdentity = DemoIdentity()
    ) async throws -> Card {
        let request = try await holder.request(edition, proving: identity)
        let issued = try await issuer.issue(
            to: request, claims: ["tier": "gold", "name": .selective("Yu")])
        return try holder.accept(issued, from: issuer.profile)
    }

    @Test(arguments: [true, false])
    func `both curves issue, hold, show and verify`(usesSecp256k1: Bool) async throws {
        let signing: SigningKey =
            usesSecp256k1 ? .secp256k1(Secp256k1.PrivateKey()) : .p256(P256.PrivateKey())
        let issuer = club(
            keys: IssuerKeys(
                card: signing, register: Secp256k1.PrivateKey(), log: Ed25519.PrivateKey()))
        let edition = try await issuer.open(Edition("founders", limit: 500))
        let holder =
            usesSecp256k1 ? Holder(key: P256.PrivateKey()) : Holder(key: Secp256k1.PrivateKey())
        let card = try await card(issuer, edition, holder)
        let door = door(issuer)
        let answer = try holder.present(
            card, revealing: ["name"], to: try await door.challenge(asking: ["name"]))
        let membership = try await door.verify(answer)
        #expect(membership.claims == ["name": "Yu"])
        #expect(membership.serial.number == 1)
        #expect(membership.edition.limit == 500)
        #expect(membership.proofOfPerson == .test)
        #expect(membership.usesTestAnchors)
        #expect(membership.isHolderProven)
        #expect(membership.person == .notAsked)
    }

    @Test(arguments: [(1, 1, 1, 1), (2, 3, 3, 5), (3, 3, 2, 2), (1, 2, 1, 3)])
    func `attestors and nodes of several operators issue and check alike`(
        needed: Int, attestors: Int, threshold: Int, nodes: Int
    ) async throws {
        let machines = (0..<attestors).map { _ in
            Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        }
        let services = try IdentityServices(
            attestors: machines, threshold: needed,
            nodes: EvaluationNode.deal(
                nodes: nodes, threshold: threshold, trusting: machines.map(\.key),
                attestorThreshold: needed), threshold: threshold)
        let issuer = club(identity: services)
        let edition = try await issuer.open(Edition("founders", limit: 2))
        let owner = Holder(key: Secp256k1.PrivateKey())
        let identity = DemoIdentity(.jpkiRSA)
        let card = try await card(issuer, edition, owner, identity)
        let door = door(issuer)
        let answer = try await owner.present(
            card, revealing: [], to: try await door.challenge(asking: [], personOf: edition),
            proving: identity, in: edition)
        let membership = try await door.verify(answer)
        guard
            case .proven(.split(let a, let n), usesTestAnchors: true, revocation: .good) =
                membership.person
        else {
            Issue.record("the trust profile is not split")
            return
        }
        #expect("\(a) \(n)" == "\(needed)-of-\(attestors) \(threshold)-of-\(nodes)")
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            let again = try await Holder(key: Secp256k1.PrivateKey()).request(
                edition, proving: identity)
            _ = try await issuer.issue(to: again)
        }
    }

    @Test func `a session does not need the services that are down, only enough of them`()
        async throws
    {
        struct Down: EvaluationService {
            let wrapped: EvaluationNode
            var node: Int { wrapped.node }
            func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
                try await wrapped.publish(edition)
            }
            func evaluate(_ request: String) async throws(Refusal) -> String {
                throw .unavailable
            }
        }
        let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        let nodes = try EvaluationNode.deal(
            nodes: 3, threshold: 2, trusting: [attestor.key], attestorThreshold: 1)
        func services(down: Int) throws -> IdentityServices {
            try IdentityServices(
                attestors: [attestor], threshold: 1,
                nodes: nodes.enumerated().map { index, node -> any EvaluationService in
                    if index < down { Down(wrapped: node) } else { node }
                }, threshold: 2)
        }
        let enough = club(identity: try services(down: 1))
        _ = try await card(
            enough, try await enough.open(Edition("e", limit: 1)),
            Holder(key: Secp256k1.PrivateKey()))
        let few = club(identity: try services(down: 2))
        let edition = try await few.open(Edition("few", limit: 1))
        await #expect(throws: Refusal.unavailable) {
            _ = try await Holder(key: Secp256k1.PrivateKey()).request(
                edition, proving: DemoIdentity())
        }
    }

    @Test func `visitors get cards without an ID card, and several if they like`() async throws {
        let issuer = club(identity: nil)
        let edition = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: []))
        let holder = Holder(key: Secp256k1.PrivateKey())
        for serial in 1...2 {
            let issued = try await issuer.issue(to: try await holder.request(edition))
            let card = try holder.accept(issued, from: issuer.profile)
            #expect(card.serial.number == UInt32(serial))
            let door = door(issuer)
            let answer = try holder.present(
                card, revealing: [], to: try await door.challenge(asking: []))
            let membership = try await door.verify(answer)
            #expect(membership.proofOfPerson == .none)
            #expect(!membership.usesTestAnchors)
        }
        var strict = VerifierPolicy.strict
        strict.requiresProofOfPerson = true
        let demanding = door(issuer, policy: strict)
        let issued = try await issuer.issue(to: try await holder.request(edition))
        let card = try holder.accept(issued, from: issuer.profile)
        let answer = try holder.present(
            card, revealing: [], to: try await demanding.challenge(asking: []))
        await #expect(throws: Refusal.nationalIDInvalid) { try await demanding.verify(answer) }
    }

    @Test func `an edition that asks for a person needs somebody to ask`() async throws {
        let issuer = club(identity: nil)
        await #expect(throws: IssuingError.noIdentityServices(edition: "founders")) {
            _ = try await issuer.open(Edition("founders", limit: 500))
        }
        #expect(throws: EditionError.onePerPersonWithoutNationalID) {
            _ = try Edition("visitors", limit: 1, nationalID: [], onePerPerson: true)
        }
    }

    @Test func `a lost answer costs nothing: the same request gets the same card (A86)`()
        async throws
    {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 1))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let request = try await holder.request(edition, proving: DemoIdentity())
        let first = try await issuer.issue(to: request, claims: ["tier": "gold"])
        #expect(try await issuer.issue(to: request, claims: ["tier": "gold"]) == first)
        await #expect(throws: IssuingError.refused(.conflict)) {
            _ = try await issuer.issue(to: request, claims: ["tier": "silver"])
        }
        // The wallet kept nothing, and can accept with a new instance of itself.
        #expect(try holder.accept(first, from: issuer.profile).serial.number == 1)
        await #expect(throws: IssuingError.refused(.soldOut)) {
            let other = try await Holder(key: Secp256k1.PrivateKey()).request(
                edition, proving: DemoIdentity())
            _ = try await issuer.issue(to: other)
        }
    }

    @Test func `a card of another person's row opens nothing`() async throws {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 9))
        let aiko = Holder(key: Secp256k1.PrivateKey())
        let ben = Holder(key: Secp256k1.PrivateKey())
        let request = try await aiko.request(edition, proving: DemoIdentity())
        let issued = try await issuer.issue(to: request)
        #expect(throws: Refusal.holderBindingInvalid) {
            try ben.accept(issued, from: issuer.profile)
        }
    }

    @Test(arguments: [
        (CardStatus.revoked, Refusal.revoked), (CardStatus.suspended, Refusal.suspended),
    ])
    func `a status reaches the door with the next list`(
        status: CardStatus, reason: Refusal
    ) async throws {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 9))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let card = try await card(issuer, edition, holder)
        try await issuer.setStatus(status, of: card.serial.number, in: edition)
        let door = door(issuer)
        let answer = try holder.present(
            card, revealing: [], to: try await door.challenge(asking: []))
        await #expect(throws: reason) { try await door.verify(answer) }
    }

    @Test func `a pseudonym repeats within its epoch and nowhere else`() async throws {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 9))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let card = try await card(issuer, edition, holder)
        let inn = door(issuer)
        let taxi = Verifier(
            at: "https://taxi.example", trusting: issuer.profile, store: .inMemory())
        func pseudonym(_ verifier: Verifier, _ epoch: UInt64) async throws -> Pseudonym? {
            let answer = try holder.present(
                card, revealing: [],
                to: try await verifier.challenge(asking: [], pseudonymEpoch: epoch))
            return try await verifier.verify(answer).pseudonym
        }
        let first = try #require(try await pseudonym(inn, 1))
        #expect(try await pseudonym(inn, 1) == first)
        #expect(try await pseudonym(inn, 2) != first)
        #expect(try await pseudonym(taxi, 1) != first)
        let plain = try holder.present(
            card, revealing: [], to: try await inn.challenge(asking: []))
        #expect(try await inn.verify(plain).pseudonym == nil)
    }

    @Test func `profile and announcements survive their text`() async throws {
        let issuer = club()
        let plan = try Edition(
            "founders", limit: 500, title: ["ja": "創設会員", "en": "Founders"],
            benefits: ["library"], claimWindow: .init(from: 0, until: 4_000_000_000),
            nationalID: [.jpkiRSA, .jpkiP384])
        let edition = try await issuer.open(plan)
        let profile = try IssuerProfile(parsing: issuer.profile.encoded)
        #expect(profile.encoded == issuer.profile.encoded)
        #expect(profile.editions.map(\.edition) == [plan])
        #expect(profile.editions[0].trust == .embedded)
        let read = try OpenEdition(parsing: edition.encoded, from: profile)
        #expect(read.edition == plan && read.usesTestAnchors)
        let other = club().profile
        #expect(throws: Refusal.issuerUntrusted) {
            try OpenEdition(parsing: edition.encoded, from: other)
        }
    }

    @Test func `without a source of status lists a card is not valid (A108)`() async throws {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 9))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let card = try await card(issuer, edition, holder)
        let profile = try IssuerProfile(parsing: issuer.profile.encoded)
        let door = Verifier(at: "https://door.example", trusting: profile, store: .inMemory())
        let answer = try holder.present(
            card, revealing: [], to: try await door.challenge(asking: []))
        await #expect(throws: Refusal.statusUnknown) { try await door.verify(answer) }
    }

    @Test func `claims that must not be in a card are refused by name`() async throws {
        let issuer = club(identity: nil)
        let edition = try await issuer.open(Edition("v", limit: .unlimited, nationalID: []))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let request = try await holder.request(edition)
        let refused: [(Claims, IssuingError)] = [
            (["iss": "x"], .reservedClaim(name: "iss")),
            (["_sd": "x"], .reservedClaim(name: "_sd")),
            (["a": .open(["...": "x"])], .reservedClaim(name: "a")),
            (["": "x"], .claimName(name: "")),
            (["a": "1", "a": "2"], .duplicateClaim(name: "a")),
            (["note": "1234 5678 9018"], .looksLikeIDNumber(claim: "note")),
            (["note": 123_456_789_018], .looksLikeIDNumber(claim: "note")),
            (
                ["note": .selective(["deep": ["１２３４５６７８９０１８"]])],
                .looksLikeIDNumber(claim: "note")
            ),
        ]
        for (claims, error) in refused {
            await #expect(throws: error) { _ = try await issuer.issue(to: request, claims: claims) }
        }
        let issued = try await issuer.issue(
            to: request, claims: ["booking": .notAnIDNumber("123456789018")])
        #expect(try holder.accept(issued, from: issuer.profile).claims["booking"] != nil)
    }

    @Test func `a wallet that others made gets its card at a counter, bound to its own key`()
        async throws
    {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 500))
        let kiosk = Kiosk(at: "https://counter.example")
        let person = DemoIdentity()
        let holder = Holder(key: P256.PrivateKey())
        let request = try await kiosk.request(edition, proving: person, for: holder.publicKey)
        let issued = try await issuer.issue(to: request, claims: ["tier": "gold"])
        let card = try holder.accept(issued, from: issuer.profile)
        let door = door(issuer)
        let membership = try await door.verify(
            try holder.present(
                card, revealing: [], to: try await door.challenge(asking: ["tier"])))
        #expect(membership.claims["tier"] == "gold" && membership.isHolderProven)
        // Nobody can open its commitment, so it can do nothing that asks for that.
        let epoch = try await door.challenge(asking: [], pseudonymEpoch: 1)
        #expect(throws: Refusal.typeMismatch) {
            _ = try holder.present(card, revealing: [], to: epoch)
        }
        // Another key neither accepts it nor gets a second one for this person (A129).
        #expect(throws: Refusal.holderBindingInvalid) {
            _ = try Holder(key: P256.PrivateKey()).accept(issued, from: issuer.profile)
        }
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            let again = try await kiosk.request(
                edition, proving: person, for: Holder(key: P256.PrivateKey()).publicKey)
            _ = try await issuer.issue(to: again)
        }
    }

    @Test func `a visitor's wallet that others made gets its card at a counter`() async throws {
        let issuer = club()
        let visitors = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: []))
        let kiosk = Kiosk(at: "https://counter.example")
        let holder = Holder(key: P256.PrivateKey())
        let request = try await kiosk.request(visitors, for: holder.publicKey)
        let card = try holder.accept(
            try await issuer.issue(to: request), from: issuer.profile)
        let door = door(issuer)
        let membership = try await door.verify(
            try holder.present(card, revealing: [], to: try await door.challenge(asking: [])))
        #expect(membership.serial.number == 1 && membership.proofOfPerson == .none)
        // The request again is the same card.
        let again = try holder.accept(
            try await issuer.issue(to: request), from: issuer.profile)
        #expect(again.serial.number == 1)
        // Where a person has to be there, nobody is let in without.
        let founders = try await issuer.open(Edition("founders", limit: 500))
        await #expect(throws: Refusal.unsupported) {
            try await kiosk.request(founders, for: holder.publicKey)
        }
        // A request of nobody's wallet, and one with something to say where there is nothing.
        let asked = try CardRequest(parsing: request)
        let counter = Secp256k1.PrivateKey()
        for (binding, wallet) in [([], nil), ([1], holder.publicKey)]
            as [([UInt8], VerifyingKey?)]
        {
            let odd = try CardRequest(
                audience: asked.audience, edition: asked.edition,
                nonce: try await issuer.nonce(for: "visitors"), expires: asked.expires,
                wallet: nil, binding: binding, key: .secp256k1(counter.publicKey), holder: wallet
            ).signed(by: .secp256k1(counter))
            await #expect(throws: IssuingError.refused(.unsupported)) {
                _ = try await issuer.issue(to: odd)
            }
        }
    }

    @Test func `the ID card's signature at a counter covers the wallet's key (A129)`() async throws
    {
        let issuer = club()
        let edition = try await issuer.open(Edition("founders", limit: 500))
        let counter = Secp256k1.PrivateKey()
        let kiosk = Kiosk(at: "https://counter.example", key: counter)
        let (mine, thief) = (Holder(key: P256.PrivateKey()), Holder(key: P256.PrivateKey()))
        let genuine = try CardRequest(
            parsing: try await kiosk.request(edition, proving: DemoIdentity(), for: mine.publicKey))
        let stolen = try CardRequest(
            audience: genuine.audience, edition: genuine.edition, nonce: genuine.nonce,
            expires: genuine.expires, wallet: nil, binding: genuine.binding, key: genuine.key,
            holder: thief.publicKey
        ).signed(by: .secp256k1(counter))
        await #expect(throws: IssuingError.refused(.nationalIDInvalid)) {
            _ = try await issuer.issue(to: stolen)
        }
    }
}
