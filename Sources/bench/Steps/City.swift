import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT

/// The people and machines of the measurements: an issuer with an edition that asks for a person, its services, and
/// a member with a card.
struct City {
    let issuer: Issuer
    let edition: OpenEdition
    let attestor: Attestor
    let node: EvaluationNode
    let toAttestor = Wire()
    let toNode = Wire()
    /// What everybody but the holder takes while a holder asks.
    let others = Stopwatch()
    let holder = Holder(key: Secp256k1.PrivateKey())
    let identity: ObservedCard

    /// Ten claims that the holder shows or keeps.
    static let claims: Claims = [
        "tier": .selective("gold"), "name": .selective("Yu"), "ward": .selective("Yamanaka"),
        "since": .selective(2026), "language": .selective("ja"), "age_over_18": .selective(true),
        "library": .selective("A-17"), "onsen": .selective(true), "diet": .selective("none"),
        "family": .selective(3),
    ]
    /// Those that a door asks for.
    static let asked = ["tier", "age_over_18", "library"]

    init(_ cardClass: CardClass) async throws {
        let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        let node = try EvaluationNode.deal(
            nodes: 1, threshold: 1, trusting: [attestor.key], attestorThreshold: 1)[0]
        self.attestor = attestor
        self.node = node
        identity = ObservedCard(card: DemoIdentity(cardClass), time: others)
        issuer = Issuer(
            at: "https://club.example", keys: .generate(),
            identity: try IdentityServices(
                attestors: [ObservedAttestor(attestor: attestor, wire: toAttestor, time: others)],
                threshold: 1,
                nodes: [ObservedNode(evaluator: node, wire: toNode, time: others)], threshold: 1))
        // Not one a person: the same member asks a thousand times.
        edition = try await issuer.open(
            Edition(
                "founders", limit: 1_000_000, benefits: ["library"], nationalID: [cardClass],
                onePerPerson: false))
    }

    func request() async throws -> String {
        try await holder.request(edition, proving: identity)
    }

    func card() async throws -> Card {
        try holder.accept(
            try await issuer.issue(to: request(), claims: Self.claims), from: issuer.profile)
    }

    func door() -> Verifier {
        Verifier(at: "https://door.example", trusting: issuer.profile, store: .inMemory())
    }
}

/// An issuer of cards without a person, and a member, all signing with one algorithm.
struct Club {
    let issuer: Issuer
    let edition: OpenEdition
    let holder: Holder

    init(signing card: SigningKey, holder: Holder) async throws {
        issuer = Issuer(
            at: "https://club.example",
            keys: IssuerKeys(
                card: card, register: Secp256k1.PrivateKey(), log: Ed25519.PrivateKey()))
        self.holder = holder
        edition = try await issuer.open(
            Edition("visitors", limit: 1_000_000, benefits: ["library"], nationalID: []))
    }

    func card(with claims: Claims = City.claims) async throws -> Card {
        try holder.accept(
            try await issuer.issue(to: holder.request(edition), claims: claims),
            from: issuer.profile)
    }

    func door() -> Verifier {
        Verifier(at: "https://door.example", trusting: issuer.profile, store: .inMemory())
    }
}
