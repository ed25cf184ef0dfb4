import Synchronization
import Tegata
import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

/// A club, its visitors and members, and a door, all at one moment: what the attacks of the catalogue are run against.
struct World: Sendable {
    static let now: Int64 = 1_795_392_000
    static let club = "https://club.example"
    static let doorID = "https://door.example"

    let issuerKey: SigningKey
    let holderKey: SigningKey
    let issuer: Issuer
    /// An edition that asks nobody for an ID card: cheap cards for attacks on tokens.
    let visitors: OpenEdition
    let holder: Holder
    /// What the issuer answered to the holder.
    let issued: String
    let card: Card

    /// One world serves all tests of a curve; nothing in it changes but its register.
    static let secp256k1 = Task { try await World(.secp256k1(privateKey("issuer"))) }
    static let p256 = Task { try await World(.p256(P256.PrivateKey())) }

    /// The key of every test issuer's log: what is tested is what happens when others change.
    static let logKey = Ed25519.PrivateKey()

    static func privateKey(_ seed: String) -> Secp256k1.PrivateKey {
        var random = SeededRandomness(seed)
        return Secp256k1.PrivateKey(SecretScalar.random(using: &random))
    }

    init(_ issuerKey: SigningKey, at id: String = club) async throws {
        self.issuerKey = issuerKey
        let isSecp256k1 = issuerKey.algorithm == .es256k
        holderKey = isSecp256k1 ? .secp256k1(Self.privateKey("holder")) : .p256(P256.PrivateKey())
        issuer = Issuer(
            at: id,
            keys: IssuerKeys(
                card: issuerKey, register: Self.privateKey("register"), log: Self.logKey),
            identity: nil, store: .inMemory(), clock: { Self.now })
        visitors = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: []))
        holder = Holder(key: holderKey, secret: [1, 2, 3], clock: { Self.now })
        issued = try await issuer.issue(
            to: try await holder.request(visitors),
            claims: [
                "tier": "gold", "name": .selective("Yu"), "ward": .selective("Yamanaka"),
                "birth_year": .selective(1990), "roles": .selective(["a", "b"]),
            ])
        card = try holder.accept(issued, from: issuer.profile)
    }

    /// The genuine card, ready to be spoilt.
    func forgery() throws -> Forgery { try Forgery(self) }

    /// The issuer's profile, with status lists from `source`.
    func profile(_ source: some StatusSource) throws -> IssuerProfile {
        try IssuerProfile(parsing: issuer.profile.encoded, statuses: source)
    }

    /// A verifier whose clock is `ahead` seconds ahead.
    func door(
        _ source: some StatusSource, policy: VerifierPolicy = .strict, ahead: Int64 = 0,
        kiosks: [Secp256k1.PublicKey] = [], at id: String = doorID
    ) throws -> Verifier {
        Verifier(
            at: id, trusting: [try profile(source)], kiosks: kiosks, policy: policy,
            store: .inMemory(), clock: { Self.now + ahead })
    }

    /// A source of this issuer's genuine list that counts how often it was asked.
    func statuses() -> RecordingSource {
        let issuer = issuer
        return RecordingSource { _ in try await issuer.statusList() }
    }
}

/// A source of status lists that remembers every address it was asked for.
final class RecordingSource: StatusSource {
    private let asked = Mutex<[String]>([])
    private let answer: @Sendable (String) async throws -> String

    init(_ answer: @escaping @Sendable (String) async throws -> String) {
        self.answer = answer
    }

    var calls: [String] { asked.withLock { $0 } }

    func statusList(at uri: String) async throws -> String {
        asked.withLock { $0.append(uri) }
        return try await answer(uri)
    }
}

/// One row or variation of the catalogue: what is done to a genuine presentation, and the one reason it must get.
struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    /// `nil` for a control, which must pass.
    let reason: Refusal?
    let change: @Sendable (inout Forgery) throws -> Void

    init(
        _ name: String, _ reason: Refusal?,
        _ change: @escaping @Sendable (inout Forgery) throws -> Void
    ) {
        self.name = name
        self.reason = reason
        self.change = change
    }

    var testDescription: String { name }

    /// Shows the spoilt presentation to a fresh door and checks the answer. A refused one must have stored nothing:
    /// the same question still takes the genuine answer, and no address in the card was asked for anything.
    func run(
        in world: World, policy: VerifierPolicy = .strict, isStatusAsked: Bool = false
    ) async throws {
        let source = world.statuses()
        let door = try world.door(source, policy: policy)
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try world.forgery()
        try change(&forgery)
        let text = try forgery.presentation(for: challenge)
        guard let reason else {
            let membership = try await door.verify(text)
            #expect(membership.claims == ["tier": "gold"], "\(name)")
            #expect(membership.isHolderProven)
            return
        }
        await #expect(throws: reason, "\(name)") { try await door.verify(text) }
        #expect(isStatusAsked || source.calls.isEmpty, "\(name): A110")
        let genuine = try world.forgery().presentation(for: challenge)
        #expect(try await door.verify(genuine).isHolderProven, "\(name): S4")
    }
}
