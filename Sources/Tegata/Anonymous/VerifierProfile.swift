internal import TegataCrypto
public import TegataSDJWT

/// Whose question a wallet answers: a verifier's identifier and the keys that sign its questions. Take it only from
/// where you would take a key: the verifier's own site over TLS, or a bundle someone you trust has signed.
///
/// A wallet computes a nullifier only for the scope of a verifier whose key signed the question; else one shop could
/// ask for what another shop knows a member by.
public struct VerifierProfile: Sendable {
    /// The verifier's identifier, compared byte for byte.
    public let verifier: String
    /// The keys that may sign its questions.
    public var keys: [VerifyingKey] { ring.keys }
    let ring: KeyRing

    init(verifier: String, ring: KeyRing) {
        self.verifier = verifier
        self.ring = ring
    }

    /// Reads a profile that `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `issuerUntrusted` for a key set without a key or with two of one name.
    public init(parsing text: String) throws(Refusal) {
        try self.init(json: try JSON.message(text, limit: 1 << 16))
    }

    init(json: JSON) throws(Refusal) {
        verifier = try json.required("verifier").text(atMost: 2048)
        ring = try KeyRing(set: try json.required("jwks"))
    }

    /// The profile as JSON text.
    public var encoded: String { json.text }

    var json: JSON {
        ["verifier": .string(verifier), "jwks": ["keys": .array(keys.map { .object($0.jwk) })]]
    }
}
