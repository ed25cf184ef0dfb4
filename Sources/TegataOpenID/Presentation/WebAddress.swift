internal import TegataSDJWT

/// An https address of a named host, taken byte for byte: never normalised, so two spellings are two addresses (A46).
///
/// Addresses in numbers, in whatever notation, and names of the machine itself or of its own network are refused, so that
/// nothing scanned or received can point a wallet inwards (A113, A114).
struct WebAddress: Sendable {
    /// The address as received.
    let text: String
    /// The host in lower case; names of hosts alone are without case.
    let host: String

    /// - Throws: `malformed`; `limitExceeded` beyond 2,048 bytes.
    init(parsing text: String, acceptsLoopback: Bool = false) throws(Refusal) {
        guard text.utf8.count <= 2048 else { throw .limitExceeded }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.utf8.contains(where: { Self.forbidden.contains($0) })
        else { throw .malformed }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || acceptsLoopback && text.hasPrefix("http://") else { throw .malformed }
        let authority = text.utf8.dropFirst(isSecure ? 8 : 7).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
        }
        let parts = authority.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first else { throw .malformed }
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].count <= 5,
                parts[1].allSatisfy({ (0x30...0x39).contains($0) })
            else { throw .malformed }
        }
        self.text = text
        host = String(decoding: name, as: UTF8.self).lowercased()
        if acceptsLoopback, host == "localhost" || host == "127.0.0.1" { return }
        guard isSecure, Self.isPublicName(host) else { throw .malformed }
    }

    /// A name of at least two labels whose last one is not a number, and none that only means something nearby.
    static func isPublicName(_ host: String) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.count >= 2, let last = labels.last,
            labels.allSatisfy(isLabel), let first = last.first, !(0x30...0x39).contains(first)
        else { return false }
        return !nearby.contains { host.hasSuffix("." + $0) }
    }

    private static func isLabel(_ label: some BidirectionalCollection<UInt8>) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"),
            label.last != UInt8(ascii: "-")
        else { return false }
        return label.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-")
        }
    }

    // Names of users, fragments, and what browsers read in two ways.
    private static let forbidden = Set(#"@#\"<>^`{|}"#.utf8)
    private static let nearby = [
        "localhost", "local", "localdomain", "internal", "lan", "home.arpa",
    ]
}
