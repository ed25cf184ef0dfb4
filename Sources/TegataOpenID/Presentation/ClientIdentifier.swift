public import TegataSDJWT

/// Who asks, as a request names it: a prefix that says how the name is proven, and the name (OpenID4VP 1.0 §5.9).
///
/// The whole text is the audience of every answer.
public struct ClientIdentifier: Sendable, CustomStringConvertible {
    /// How a name is proven. Prefixes without a case here are refused: `origin:`, which no request may carry, names that a
    /// wallet would have to know beforehand, federations, attestations.
    public enum Prefix: String, Sendable, CaseIterable {
        /// Not at all: the name is where the answer goes, and the request is not signed.
        case redirectURI = "redirect_uri"
        /// By the key in a `did:key` or `did:jwk`.
        case decentralizedIdentifier = "decentralized_identifier"
        /// By a certificate for this DNS name.
        case x509SANDNS = "x509_san_dns"
        /// By the certificate whose SHA-256 this is.
        case x509Hash = "x509_hash"
    }

    /// The identifier with its prefix.
    public let text: String
    /// How the name is proven.
    public let prefix: Prefix
    /// What follows the prefix.
    public let name: String

    /// Reads an identifier of at most 2,048 bytes of printable ASCII: what a wallet shows of it can neither turn the text
    /// around nor hide in it (A45).
    ///
    /// - Throws: `malformed`, `limitExceeded`; `unsupported` for every other prefix, and for none.
    public init(parsing text: String) throws(Refusal) {
        guard text.utf8.count <= 2048 else { throw .limitExceeded }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed
        }
        for prefix in Prefix.allCases where text.hasPrefix(prefix.rawValue + ":") {
            let name = String(text.dropFirst(prefix.rawValue.utf8.count + 1))
            guard !name.isEmpty else { throw .malformed }
            if prefix == .x509Hash {
                guard try Base64URL.decode(name).count == 32 else { throw .malformed }
            }
            self.text = text
            self.prefix = prefix
            self.name = name
            return
        }
        throw .unsupported
    }

    init(_ prefix: Prefix, _ name: String) throws(Refusal) {
        try self.init(parsing: prefix.rawValue + ":" + name)
    }

    /// The whole text.
    public var description: String { text }
}
