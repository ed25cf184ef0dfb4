public import TegataSDJWT

/// The name of a credential issuer or authorization server: an https URL without query and fragment, compared byte for
/// byte (OpenID4VCI 1.0 §12.2.1, RFC 8414 §2).
public struct IssuerIdentifier: Sendable, Hashable {
    /// The URL, as written.
    public let text: String
    /// Scheme, host and port.
    private let origin: String
    /// The path, empty or with a leading slash.
    let path: String

    /// Reads an identifier. With `allowingLoopback`, `http://127.0.0.1` and `http://localhost` will do, for demonstrations.
    ///
    /// - Throws: `malformed` for anything but an https URL of scheme, host, port and path.
    public init(_ text: String, allowingLoopback: Bool = false) throws(Refusal) {
        guard PlainText.isURL(text), !text.utf8.contains(where: { "?#@".utf8.contains($0) }),
            let marker = text.firstRange(of: "://")
        else { throw .malformed }
        let rest = text[marker.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = String(rest[..<slash])
        let isLoopback = ["127.0.0.1", "localhost", "[::1]"].contains { host in
            authority == host || authority.hasPrefix(host + ":")
        }
        switch text[..<marker.lowerBound] {
        case "https": break
        case "http" where isLoopback && allowingLoopback: break
        default: throw .malformed
        }
        guard Self.isAuthority(authority) else { throw .malformed }
        path = String(rest[slash...])
        guard
            path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
                .allSatisfy({ $0 != "." && $0 != ".." })
        else { throw .malformed }
        origin = text[..<marker.upperBound] + authority
        self.text = text
    }

    /// The address of a document about this issuer: the name goes between host and path, and a slash at the end of the path
    /// goes away (RFC 8414 §3.1).
    public func wellKnown(_ name: String) -> String { origin + wellKnownPath(name) }

    /// The path of that address.
    func wellKnownPath(_ name: String) -> String {
        "/.well-known/" + name + (path.hasSuffix("/") ? String(path.dropLast()) : path)
    }

    /// The address of an endpoint below this issuer, and its path.
    func endpoint(_ name: String) -> (url: String, path: String) {
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return (origin + base + "/" + name, base + "/" + name)
    }

    /// Whether both are the same bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Feeds the bytes to `hasher`.
    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    private static func isAuthority(_ text: String) -> Bool {
        let host: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            host = text[...end]
        } else {
            host = text[..<(text.firstIndex(of: ":") ?? text.endIndex)]
        }
        let rest = text[host.endIndex...]
        let port = rest.isEmpty ? nil : rest.dropFirst()
        guard !host.isEmpty, rest.isEmpty || rest.hasPrefix(":") else { return false }
        let isPort = port.map { !$0.isEmpty && UInt16($0) != nil && $0.utf8.allSatisfy(isDigit) }
        let isHost = host.utf8.allSatisfy { byte in
            isDigit(byte) || "-.[]:".utf8.contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isHost && isPort ?? true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension IssuerIdentifier: CustomStringConvertible {
    /// The URL.
    public var description: String { text }
}
