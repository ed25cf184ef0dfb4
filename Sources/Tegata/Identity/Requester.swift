public import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// Somebody whom an issuer certified to ask the nodes of an edition: a kiosk, a counter, a wallet for one session
/// (Spec/services.md).
public struct Requester: Sendable {
    let grant: RequesterGrant
    private let key: Secp256k1.PrivateKey

    /// The holder of a certificate that `Issuer.certify` gave for this key.
    ///
    /// - Throws: `malformed`, also for another key's certificate.
    public init(certificate: [UInt8], key: Secp256k1.PrivateKey) throws(Refusal) {
        grant = try binding { () throws(ProofError) in try RequesterGrant(parsing: certificate) }
        guard grant.key == key.publicKey.xOnly else { throw .malformed }
        self.key = key
    }

    func signature(token: FixedBytes<32>, scope: Scope) -> FixedBytes<64> {
        var random = SystemRandomness()
        return key.schnorrSignature(
            for: RequesterGrant.question(token: token, scope: scope).array,
            auxiliary: random.fixed())
    }
}

extension Issuer {
    /// Certifies that whoever has the private key of `requester` may ask the nodes of an edition, from now on.
    ///
    /// - Parameters:
    ///   - requester: the key of a kiosk, a counter, or of a wallet that asked for this one session.
    ///   - edition: which edition.
    ///   - seconds: for how long, 1 … 86,400 (a day): nobody can take a certificate back before.
    ///   - lateCertificates: whether also for people whose ID card's certificate began after the edition's cut-off, as appeals
    ///     and renewals need it.
    /// - Returns: the certificate, 146 bytes, for `Requester`.
    /// - Throws: `malformed` for another number of seconds.
    public func certify(
        _ requester: Secp256k1.PublicKey, for edition: OpenEdition, seconds: Int64,
        lateCertificates: Bool = false
    ) throws(Refusal) -> [UInt8] {
        guard (1...86_400).contains(seconds) else { throw .malformed }
        var random = SystemRandomness()
        let now = clock()
        // A node's clock may be behind.
        let from = UInt64(clamping: now - Attestor.skew)
        return RequesterGrant(
            edition: edition.digest, key: requester.xOnly,
            rights: lateCertificates ? .lateCertificates : [],
            validity: from...UInt64(clamping: now + seconds), signedBy: keys.register,
            using: &random
        ).encoded
    }
}

/// What a node is asked: token, edition, salt of the scope, and who asks.
struct EvaluationRequest {
    let token: [UInt8]
    let scope: Scope
    let requester: (grant: RequesterGrant, signature: FixedBytes<64>)?
    /// Under which of the edition's keys: 0 before any hand-over.
    let round: UInt32

    init(_ token: Token, _ scope: Scope, round: UInt32, for requester: Requester?) {
        self.round = round
        self.token = token.encoded
        self.scope = scope
        self.requester = requester.map {
            ($0.grant, $0.signature(token: token.body.hash, scope: scope))
        }
    }

    var encoded: String {
        var object: JSONObject = [
            "token": .bytes(token), "edition": .bytes(scope.edition.array),
            "salt": .bytes(scope.salt.array),
        ]
        if round > 0 { object.add("round", .whole(Int64(round))) }
        if let requester {
            object.add(
                "requester",
                [
                    "certificate": .bytes(requester.grant.encoded),
                    "signature": .bytes(requester.signature.array),
                ])
        }
        return JSON.object(object).text
    }

    /// - Throws: `malformed`, `limitExceeded`.
    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 64 * 1024)
        token = try message.required("token").bytes()
        scope = Scope(
            edition: try message.required("edition").fixedBytes(),
            salt: try message.required("salt").fixedBytes())
        round = try message["round"]?.round() ?? 0
        guard let member = message["requester"] else {
            requester = nil
            return
        }
        let bytes = try member.required("certificate").bytes()
        let grant = try binding { () throws(ProofError) in try RequesterGrant(parsing: bytes) }
        requester = (grant, try member.required("signature").fixedBytes())
    }

    /// Whether a token may be evaluated under an edition's terms, and whether it is late for them.
    ///
    /// - Throws: `unauthorized` for a requester who is not certified where that is asked, or whose certificate does not hold;
    ///   `nationalIDInvalid` for a token about another cut-off, or a late one without the right to ask.
    func check(
        _ token: VerifiedToken, under terms: EditionTerms?, at now: UInt64
    ) throws(Refusal) -> Bool {
        var rights: RequesterGrant.Rights = []
        if let requester {
            guard let issuer = terms?.issuer.flatMap(FixedBytes<32>.init) else {
                throw .unauthorized
            }
            do {
                try requester.grant.check(
                    requester.signature, token: token.hash, scope: scope, issuer: issuer, at: now)
            } catch {
                throw .unauthorized
            }
            rights = requester.grant.rights
        } else if terms?.isCertified == true {
            throw .unauthorized
        }
        let cutOff = terms?.cutOff.map { UInt64(clamping: $0) }
        guard token.body.cutOff == cutOff else { throw .nationalIDInvalid }
        guard let cutOff, !token.body.began(before: cutOff) else { return false }
        guard rights.contains(.lateCertificates) else { throw .nationalIDInvalid }
        return true
    }
}
