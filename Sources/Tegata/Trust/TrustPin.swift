internal import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// Whose trust bundles a verifier accepts, and how far it has come: given once by hand, and kept anew after each bundle
/// (Spec/trust-bundle.md).
///
/// Whoever can rewrite where it is kept chooses whom the verifier believes: keep it as safe as a key.
public struct TrustPin: Sendable {
    /// The signer's identifier, an https URL, compared byte for byte.
    public let signer: String
    /// The keys that may sign the next bundle.
    public var keys: [VerifyingKey] { ring.keys }
    /// The signer's log, and whose cosignatures it takes to believe it.
    public let log: LogPolicy
    /// The newest version accepted; 0 before the first.
    public let version: UInt32
    let ring: KeyRing
    /// SHA-256 of the newest one's JWS.
    let digest: FixedBytes<32>?

    /// Trusts a signer from its first bundle on.
    ///
    /// - Throws: `issuerUntrusted` for no key, or two of one name.
    public init(signer: String, keys: [VerifyingKey], log: LogPolicy) throws(Refusal) {
        guard let ring = KeyRing(keys) else { throw .issuerUntrusted }
        self.init(signer: signer, ring: ring, log: log, version: 0, digest: nil)
    }

    init(
        signer: String, ring: KeyRing, log: LogPolicy, version: UInt32, digest: FixedBytes<32>?
    ) {
        self.signer = signer
        self.ring = ring
        self.log = log
        self.version = version
        self.digest = digest
    }

    /// Reads a pin that `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `issuerUntrusted`.
    public init(parsing text: String) throws(Refusal) {
        let json = try JSON.message(text, limit: 1 << 16)
        try json.allow(["signer", "jwks", "log", "witnesses", "quorum", "version", "digest"])
        guard let key = try? NoteKey(parsing: try json.required("log").text(atMost: 2048)),
            let quorum = try json.required("quorum").integer,
            let number = try json.required("version").integer,
            let version = UInt32(exactly: number)
        else { throw .malformed }
        let witnesses = try json.required("witnesses").noteKeys()
        let log: LogPolicy
        do {
            log = try LogPolicy(log: key, witnesses: witnesses, quorum: Int(clamping: quorum))
        } catch {
            throw .malformed
        }
        guard (version == 0) == (json["digest"] == nil) else { throw .malformed }
        self.init(
            signer: try json.required("signer").text(atMost: 2048),
            ring: try KeyRing(set: try json.required("jwks")), log: log, version: version,
            digest: try json["digest"]?.fixedBytes())
    }

    /// The pin as JSON text.
    public var encoded: String {
        var object: JSONObject = [
            "signer": .string(signer), "jwks": ["keys": .array(keys.map { .object($0.jwk) })],
            "log": .string(log.log.encoded),
            "witnesses": .array(log.witnesses.map { .string($0.encoded) }),
            "quorum": .whole(Int64(log.quorum)), "version": .whole(Int64(version)),
        ]
        if let digest { object.add("digest", .bytes(digest.array)) }
        return JSON.object(object).text
    }

    /// Checks a bundle by this pin. Keep the bundle's own ``TrustBundle/pin`` before the bundle is used.
    ///
    /// - Throws: `replayed` for an older version than the pinned one, `conflict` for another bundle of the same version,
    ///   `expired` for one past its end, and the reason of whatever else fails.
    public func open(_ text: String) throws(Refusal) -> TrustBundle {
        try TrustBundle(text, by: self, at: SystemClock.now)
    }

    package func open(_ text: String, at now: Int64) throws(Refusal) -> TrustBundle {
        try TrustBundle(text, by: self, at: now)
    }
}
