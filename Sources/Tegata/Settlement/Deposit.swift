internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A session that its wallet handed in before it says what card it is for: kept by the wallet until the list with it is
/// frozen (Spec/settlement.md).
public struct Deposit: Sendable {
    /// Whose edition it is.
    public let issuer: String
    /// Which edition.
    public let edition: String
    /// What goes to `Issuer.take(deposit:)`.
    public let message: String
    /// 16 bytes from which the wallet draws ρ again.
    let salt: [UInt8]

    init(issuer: String, edition: String, message: String, salt: [UInt8]) {
        self.issuer = issuer
        self.edition = edition
        self.message = message
        self.salt = salt
    }

    /// The deposit for storing. It is of no use without the wallet's key.
    public var encoded: String {
        JSON.object([
            "iss": .string(issuer), "edition": .string(edition), "message": .string(message),
            "salt": .bytes(salt),
        ]).text
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing text: String) throws(Refusal) {
        let stored = try JSON.message(text, limit: 64 * 1024)
        let salt: FixedBytes<16> = try stored.required("salt").fixedBytes()
        self.init(
            issuer: try stored.required("iss").text(atMost: 2048),
            edition: try stored.required("edition").text(atMost: 64),
            message: try stored.required("message").text(atMost: 32 * 1024), salt: salt.array)
    }
}

/// A deposit as it travels: no key signs it, so nothing in it meets the card's request.
struct DepositMessage {
    let edition: String
    let nonce: String
    let expires: UInt64
    let session: [UInt8]

    func question(to opened: OpenEdition) -> ProofContext {
        Self.question(opened, nonce: nonce, expires: expires)
    }

    static func question(_ opened: OpenEdition, nonce: String, expires: UInt64) -> ProofContext {
        ProofContext(
            edition: opened.digest.array, audience: Array(opened.issuer.utf8),
            nonce: Array(nonce.utf8), purpose: Array("deposit".utf8), expires: expires)
    }

    var encoded: String {
        JSON.object([
            "edition": .string(edition), "nonce": .string(nonce),
            "exp": .whole(Int64(clamping: expires)), "session": .bytes(session),
        ]).text
    }

    init(edition: String, nonce: String, expires: UInt64, session: [UInt8]) {
        self.edition = edition
        self.nonce = nonce
        self.expires = expires
        self.session = session
    }

    /// - Throws: `malformed`, `limitExceeded`.
    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 32 * 1024)
        self.init(
            edition: try message.required("edition").text(atMost: 64),
            nonce: try message.required("nonce").text(atMost: 128),
            expires: try message.required("exp").time(),
            session: try message.required("session").bytes())
    }
}
