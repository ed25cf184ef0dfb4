internal import TegataCrypto
internal import TegataSDJWT

/// An unguessable name for something a server remembers: a transaction, a code, a token.
///
/// 32 random bytes, 43 characters of base64url. Servers keep what belongs to it under `key`, its hash: a copy of their
/// storage opens nothing, and looking a name up takes no longer for a good guess than for a bad one (A76, A125).
package struct Ticket: Sendable, Equatable {
    /// What the one who is to have it receives.
    package let text: String
    /// SHA-256 of the text, 32 bytes: the key to keep things under.
    package let key: [UInt8]

    /// A fresh one.
    package init() {
        var random = SystemRandomness()
        self.init(text: Base64URL.encode(random.bytes(32)))
    }

    /// One that somebody sent: `nil` for a text that no ticket of ours can be.
    package init?(received text: String) {
        guard text.utf8.count == 43, let bytes = try? Base64URL.decode(text), bytes.count == 32
        else { return nil }
        self.init(text: text)
    }

    private init(text: String) {
        self.text = text
        key = SHA256.hash(Array(text.utf8)).array
    }
}
