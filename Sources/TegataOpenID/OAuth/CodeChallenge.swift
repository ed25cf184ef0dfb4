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

/// Where the browser goes after authorization.
enum RedirectTarget {
    /// Whether an answer may be sent there: https, http to this machine (RFC 8252 §7.3), or a wallet's own scheme; no
    /// fragment, no scheme that a browser runs or reads itself.
    static func isValid(_ uri: String) -> Bool {
        guard PlainText.isURL(uri), !uri.utf8.contains(UInt8(ascii: "#")),
            let colon = uri.firstIndex(of: ":")
        else { return false }
        let scheme = uri[..<colon]
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
            scheme.utf8.allSatisfy({ byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    || "+-.".utf8.contains(byte)
            })
        else { return false }
        switch scheme {
        case "https":
            let rest = uri.dropFirst("https://".count)
            return uri.hasPrefix("https://") && !rest.isEmpty && !"/?@".contains(rest.prefix(1))
        case "http":
            return ["http://127.0.0.1", "http://[::1]"].contains { host in
                uri.hasPrefix(host) && ["", ":", "/"].contains(uri.dropFirst(host.count).prefix(1))
            }
        default:
            return !forbidden.contains(String(scheme))
        }
    }

    private static let forbidden: Set<String> = [
        "about", "blob", "content", "data", "file", "filesystem", "ftp", "intent", "javascript", "jar",
        "mailto", "sms", "tel", "vbscript", "view-source", "ws", "wss",
    ]

    /// `uri` with the fields added to its query.
    static func url(_ uri: String, adding fields: FormFields) -> String {
        uri + (uri.contains("?") ? "&" : "?") + fields.encoded
    }
}
