internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

/// Whom to believe, as a signer whom the verifier trusts has signed and logged it. Only ``TrustPin/open(_:)`` makes one, and nothing
/// in it changes afterwards (Spec/trust-bundle.md).
public struct TrustBundle: Sendable {
    /// Whose bundle it is.
    public let signer: String
    /// Which of the signer's bundles.
    public let version: UInt32
    /// When it was signed, seconds since 1970.
    public let issuedAt: Int64
    /// From when on nothing is believed any more.
    public let expires: Int64
    /// What it says.
    public let contents: TrustContents
    /// What to keep, so that no older bundle is accepted again.
    public let pin: TrustPin
    /// The bundle as it was received.
    public let encoded: String

    static let type = "tegata-trust+jwt"
    static let maximumSize = 1 << 20
    static let maximumLifetime: Int64 = 366 * 86_400

    /// The steps of Spec/trust-bundle.md, "Verifying a bundle".
    init(_ text: String, by pin: TrustPin, at now: Int64, skew: Int64 = 60) throws(Refusal) {
        guard text.utf8.count <= Self.maximumSize else { throw .limitExceeded }
        guard let end = text.utf8.firstIndex(of: 0x0a) else { throw .malformed }
        let token = String(text[..<end])
        let digest = SHA256.hash(Array(token.utf8))
        let payload = try Self.payload(of: token, digest, pin)
        try payload.allow([
            "iss", "version", "iat", "exp", "jwks", "issuers", "credentials", "attestors",
        ])
        guard try payload.required("iss").text(atMost: 2048).hasSameBytes(as: pin.signer) else {
            throw .issuerUntrusted
        }
        guard let number = try payload.required("version").integer,
            let version = UInt32(exactly: number), version > 0
        else { throw .malformed }
        guard version >= pin.version else { throw .replayed }
        guard version > pin.version || digest == pin.digest else { throw .conflict }
        let proof = Array(text.utf8[text.utf8.index(after: end)...])
        try Self.checkLog(proof, Self.entry(version, digest), at: version, pin.log)
        guard let issuedAt = try NumericDate.read(try payload.required("iat")),
            let expires = try NumericDate.read(try payload.required("exp")),
            expires > issuedAt, expires - issuedAt <= Self.maximumLifetime
        else { throw .malformed }
        guard issuedAt <= now + skew else { throw .notYetValid }
        guard now - skew < expires else { throw .expired }
        contents = try TrustContents(json: payload)
        signer = pin.signer
        self.version = version
        self.issuedAt = issuedAt
        self.expires = expires
        self.pin = TrustPin(
            signer: pin.signer, ring: try KeyRing(set: try payload.required("jwks")), log: pin.log,
            version: version, digest: digest)
        encoded = text
    }

    /// What is signed, by a key of the pin. For the very bytes that it has accepted the pin itself stands: the key that signed them
    /// may be the one that they replaced.
    private static func payload(
        of token: String, _ digest: FixedBytes<32>, _ pin: TrustPin
    ) throws(Refusal) -> JSON {
        guard digest == pin.digest else {
            return try SignedText.verify(token, type: type, by: pin.ring, limit: maximumSize)
        }
        let known = try CompactJWS(parsing: token, types: [type], limit: maximumSize)
        return .object(try known.untrustedPayload())
    }

    /// The entry of a bundle in its signer's log: version 8 ‖ SHA-256 of the JWS 32.
    static func entry(_ version: UInt32, _ digest: FixedBytes<32>) -> [UInt8] {
        bigEndian(UInt64(version)) + digest.array
    }

    private static func checkLog(
        _ proof: [UInt8], _ entry: [UInt8], at version: UInt32, _ policy: LogPolicy
    ) throws(Refusal) {
        do {
            let proof = try LogProof(parsing: proof)
            // One place for each version: two bundles of one number are two histories of the log.
            guard proof.index == UInt64(version) - 1, proof.extra.isEmpty else {
                throw LogError.proofInvalid
            }
            try proof.verify(entry, by: policy)
        } catch {
            throw .logProofInvalid
        }
    }

    /// Whether anything is believed at `now`.
    ///
    /// - Throws: `unavailable` past the end: the verifier lacks a newer bundle, and neither card nor issuer is at fault.
    package static func check(end expires: Int64?, at now: Int64, skew: Int64) throws(Refusal) {
        guard let expires else { return }
        guard now - skew < expires else { throw .unavailable }
    }

    /// The issuers' profiles within their terms, with status lists from `source` at listed addresses only.
    func profiles(_ source: any StatusSource) -> [IssuerProfile] {
        contents.issuers.map { issuer in
            issuer.profile.trusted(
                under: TrustTerms(
                    witnesses: issuer.witnesses, quorum: issuer.quorum,
                    attestors: contents.attestors),
                statuses: ListedStatuses(source: source, listed: issuer.statuses))
        }
    }
}

extension TrustBundle: CustomStringConvertible {
    /// Signer and version.
    public var description: String { "\(signer), version \(version)" }
}
