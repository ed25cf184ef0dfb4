import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT

@testable import TegataOpenID

/// A clock that tests move.
final class MovingClock: Sendable {
    private let time: Mutex<Int64>

    init(_ time: Int64) { self.time = Mutex(time) }

    var now: Int64 { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

/// A root that certifies verifiers.
struct VerifierAuthority: Sendable {
    let root: [UInt8]
    private let signer: CertificateSigner
    private let now: Int64

    init(_ name: String, now: Int64) {
        signer = .nist(NISTPrivateKey(.p256), .sha256)
        self.now = now
        var template = Self.template(name, name, now)
        template.extensions = [
            .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)),
            .init(.keyUsage, critical: true, [3, 2, 1, 6]),
            .init(.subjectKeyIdentifier, [4, 1, 1]),
        ]
        root = template.issued(for: signer.publicKey, by: signer)
    }

    /// A certificate of a verifier for DNS names, from an authority called `root`.
    func leaf(_ names: [String], for key: P256.PrivateKey, usage: [UInt8] = [3, 2, 7, 0x80]) throws
        -> [UInt8]
    {
        var template = Self.template("root", "verifier", now)
        let list = names.flatMap { DER.element(DERTag.context(2), Array($0.utf8)) }
        template.extensions = [
            .init(.keyUsage, critical: true, usage),
            .init(.authorityKeyIdentifier, [0x30, 3, 0x80, 1, 1]),
            .init(.subjectAlternativeName, DER.sequence(list)),
        ]
        return template.issued(for: try Self.publicKey(key), by: signer)
    }

    /// A certificate that its own key signed.
    static func selfSigned(_ name: String, _ key: P256.PrivateKey, now: Int64) throws -> [UInt8] {
        let own = try NISTPrivateKey(.p256, rawRepresentation: key.rawRepresentation)
        var template = template("verifier", "verifier", now)
        template.extensions = [
            .init(.keyUsage, critical: true, [3, 2, 7, 0x80]),
            .init(
                .subjectAlternativeName,
                DER.sequence(DER.element(DERTag.context(2), Array(name.utf8)))),
        ]
        return template.issued(for: try publicKey(key), by: .nist(own, .sha256))
    }

    private static func publicKey(_ key: P256.PrivateKey) throws -> VerificationKey {
        .nist(
            try NISTPublicKey(.p256, x963Representation: key.publicKey.x963Representation))
    }

    private static func template(
        _ issuer: String, _ subject: String, _ now: Int64
    ) -> CertificateTemplate {
        func name(_ text: String) -> [UInt8] {
            DER.sequence(
                DER.element(
                    DERTag.set,
                    DER.sequence(
                        DER.identifier(ObjectIdentifier(2, 5, 4, 3)),
                        DER.element(DERTag.utf8String, Array(text.utf8)))))
        }
        return CertificateTemplate(
            serialNumber: [7], issuer: name(issuer), subject: name(subject),
            notBefore: now - 1000, notAfter: now + 1_000_000)
    }
}

/// A club, a member with a card, and a door that asks over OpenID4VP.
struct PresentationWorld: Sendable {
    static let start: Int64 = 1_795_392_000
    static let host = "door.example"

    let clock: MovingClock
    let issuer: Issuer
    let edition: OpenEdition
    let holderKey: SigningKey
    let holder: Holder
    let card: Card
    let authority: VerifierAuthority
    let doorKey: P256.PrivateKey
    let chain: [[UInt8]]

    /// `es256` for cards and holders on P-256.
    init(es256: Bool = true) async throws {
        let clock = MovingClock(Self.start)
        self.clock = clock
        let key: SigningKey = es256 ? .p256(.init()) : .secp256k1(.init())
        issuer = Issuer(
            at: "https://club.example",
            keys: IssuerKeys(card: key, register: Secp256k1.PrivateKey(), log: .init()),
            identity: nil, store: .inMemory(), clock: { clock.now })
        edition = try await issuer.open(Edition("visitors", limit: 500, nationalID: []))
        holderKey = es256 ? .p256(.init()) : .secp256k1(.init())
        holder = Holder(key: holderKey, secret: [1, 2, 3], clock: { clock.now })
        let issued = try await issuer.issue(
            to: try await holder.request(edition),
            claims: ["tier": "gold", "name": .selective("Yu"), "ward": .selective("Yamanaka")])
        card = try holder.accept(issued, from: issuer.profile)
        authority = VerifierAuthority("root", now: Self.start)
        doorKey = P256.PrivateKey()
        chain = [try authority.leaf([Self.host], for: doorKey)]
    }

    func sanClient() throws -> PresentationClient {
        try .x509SANDNS(Self.host, certificates: chain, key: doorKey)
    }

    /// A wallet that trusts the authority.
    func trust() throws -> RequestTrust {
        let clock = clock
        return try RequestTrust(authorities: [authority.root], clock: { clock.now })
    }

    func door(
        _ client: PresentationClient, _ mode: ResponseMode = .directPostJWT,
        store: InMemoryStateStore = .inMemory()
    ) throws -> PresentationTransactions {
        let clock = clock
        return try PresentationTransactions(
            client: client,
            verifier: Verifier(
                at: client.id, trusting: [issuer.profile], store: .inMemory(),
                clock: { clock.now }),
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"),
            responseMode: mode, store: store, clock: { clock.now })
    }

    func door(_ mode: ResponseMode = .directPostJWT) throws -> PresentationTransactions {
        try door(sanClient(), mode)
    }

    /// The request of a started transaction, as the wallet comes to trust it.
    func fetch(
        _ started: StartedPresentation, from door: PresentationTransactions, _ trust: RequestTrust
    ) async throws -> VerifiedRequest {
        switch try trust.open(started.link) {
        case .request(let request): return request
        case .reference(let reference):
            guard reference.method == .post else {
                let object = try await door.request(of: started.transaction)
                return try trust.verify(object, from: reference)
            }
            let nonce = Ticket().text
            let object = try await door.request(
                of: started.transaction, body: reference.form(walletNonce: nonce))
            return try trust.verify(object, from: reference, walletNonce: nonce)
        }
    }

    func fetch(
        _ started: StartedPresentation, from door: PresentationTransactions
    ) async throws -> VerifiedRequest {
        try await fetch(started, from: door, trust())
    }

    /// The body that the honest wallet posts.
    func body(for request: VerifiedRequest) throws -> String {
        try holder.answer(holder.choose(for: request, among: [card])).body
    }

    /// A body with presentations of the caller's making.
    func body(_ texts: [String], for request: VerifiedRequest) throws -> String {
        try WalletAnswer.make(VPToken([("card", texts)]), to: request.request).body
    }

    /// The parameters of the address that a wallet sends the browser back to.
    static func completion(_ reply: String) throws -> (transaction: String, code: String) {
        let address = try JSON(parsing: Array(reply.utf8))["redirect_uri"]?.string ?? ""
        let form = try PresentationForm(
            parsing: address.split(separator: "?").last ?? "", limit: 4096)
        return (form["transaction"] ?? "", form["response_code"] ?? "")
    }
}
