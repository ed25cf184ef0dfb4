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
            let authority = uri.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" }
            return uri.hasPrefix("https://") && !authority.isEmpty && !authority.contains("@")
        case "http":
            return ["http://127.0.0.1", "http://[::1]"].contains { host in
                uri.hasPrefix(host) && ["", ":", "/"].contains(uri.dropFirst(host.count).prefix(1))
            }
        default:
            return !forbidden.contains(String(scheme))
        }
    }

    private static let forbidden: Set<String> = [
        "about", "blob", "content", "data", "file", "filesystem", "ftp", "intent", "javascript",
        "jar",
        "mailto", "sms", "tel", "vbscript", "view-source", "ws", "wss",
    ]

    /// `uri` with the fields added to its query.
    static func url(_ uri: String, adding fields: FormFields) -> String {
        uri + (uri.contains("?") ? "&" : "?") + fields.encoded
    }
}
