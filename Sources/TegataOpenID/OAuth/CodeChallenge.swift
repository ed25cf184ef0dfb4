internal import TegataCrypto
internal import TegataSDJWT

/// Proof key for code exchange (RFC 7636), method `S256` only: `plain` would hand the secret to whoever saw the request.
enum CodeChallenge {
    /// Whether `text` is what `S256` makes: 43 characters of base64url.
    static func isValid(_ text: String) -> Bool {
        (try? Base64URL.decode(text))?.count == 32
    }

    /// The challenge for a verifier.
    static func challenge(for verifier: String) -> String {
        Base64URL.encode(SHA256.hash(Array(verifier.utf8)).array)
    }

    /// Whether `verifier`, 43 to 128 unreserved characters, is the secret behind `challenge`. In constant time.
    static func isValid(_ verifier: String, for challenge: String) -> Bool {
        guard (43...128).contains(verifier.utf8.count),
            verifier.utf8.allSatisfy(PlainText.isUnreserved)
        else { return false }
        let expected = Array(Self.challenge(for: verifier).utf8)
        return SecretBytes.areEqual(expected.span, Array(challenge.utf8).span)
    }
}
