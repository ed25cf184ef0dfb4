import Foundation
public import Tegata

extension OutboundHTTP {
    /// An address that may be asked, or that a wallet may send its owner to: https and a public name, or this machine where that is accepted.
    /// It is taken as it is written, and numbers in any notation are no names (A46, A113, A114).
    public struct Target: Sendable {
        /// The address, as it was written.
        public let text: String
        let url: URL
        /// Host and port, as people are shown them.
        public let authority: String
        let host: String
        /// Whether it is this machine.
        public let isLoopback: Bool

        /// Reads an address.
        ///
        /// - Throws: `issuerUntrusted` for every address that is not one to ask.
        public init(_ text: String, acceptsLoopback: Bool) throws(Refusal) {
            let isSecure = text.hasPrefix("https://")
            guard isSecure || text.hasPrefix("http://"), text.utf8.count <= 4096,
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                !text.utf8.contains(where: { #"@#\"<>^`{|}"#.utf8.contains($0) }),
                let url = URL(string: text)
            else { throw .issuerUntrusted }
            let authority = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" }
            let isLiteral = authority.hasPrefix("[::1]")
            let name = isLiteral ? authority.prefix(5) : authority.prefix { $0 != ":" }
            let port = authority.dropFirst(name.count)
            guard
                port.isEmpty
                    || port.hasPrefix(":") && port.count > 1
                        && port.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
                        && (UInt16(port.dropFirst()) ?? 0) > 0
            else { throw .issuerUntrusted }
            host = name.lowercased()
            self.authority = host + port
            isLoopback = ["127.0.0.1", "localhost", "[::1]"].contains(host)
            guard isLoopback ? acceptsLoopback : isSecure && Self.isPublicName(host) else {
                throw .issuerUntrusted
            }
            self.url = url
            self.text = text
        }

        /// Two labels at least, the last one no number, and no name that means something nearby.
        static func isPublicName(_ host: String) -> Bool {
            let labels = host.split(separator: ".", omittingEmptySubsequences: false)
            let nearby = [
                ".localhost", ".local", ".localdomain", ".internal", ".lan", ".home.arpa",
            ]
            guard host.utf8.count <= 253, labels.count >= 2, let last = labels.last?.utf8.first,
                !(0x30...0x39).contains(last), !nearby.contains(where: host.hasSuffix)
            else { return false }
            return labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    }
            }
        }

        /// That the name leads to public addresses and to no other. A name server that answers differently a moment later is not
        /// found out: TLS is what holds it then.
        func checkAddresses() async throws(Refusal) {
            guard !isLoopback else { return }
            let host = host
            let addresses = await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(returning: Self.addresses(of: host))
                }
            }
            guard !addresses.isEmpty else { throw .unavailable }
            guard addresses.allSatisfy(Self.isPublic) else { throw .issuerUntrusted }
        }

        /// 4 or 16 bytes each.
        private static func addresses(of host: String) -> [[UInt8]] {
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, nil, nil, &list) == 0 else { return [] }
            defer { freeaddrinfo(list) }
            var found = [[UInt8]]()
            var next = list
            while let entry = next {
                let raw = UnsafeRawPointer(entry.pointee.ai_addr)
                switch entry.pointee.ai_family {
                case AF_INET:
                    if let address = raw?.load(as: sockaddr_in.self).sin_addr {
                        found.append(withUnsafeBytes(of: address) { Array($0) })
                    }
                case AF_INET6:
                    if let address = raw?.load(as: sockaddr_in6.self).sin6_addr {
                        found.append(withUnsafeBytes(of: address) { Array($0) })
                    }
                default: break
                }
                next = entry.pointee.ai_next
            }
            return found
        }

        /// Whether an address of 4 or 16 bytes is one of the public network (the registries of RFC 6890).
        static func isPublic(_ address: [UInt8]) -> Bool {
            guard address.count == 4 else {
                guard address.count == 16, address[0] & 0xE0 == 0x20 else { return false }
                // Tunnels, which carry addresses of the other kind, and examples.
                let isTunnel = address[0] == 0x20 && address[1] == 0x02
                let isSpecial = address[0] == 0x20 && address[1] == 0x01 && address[2] < 2
                let isExample = address.starts(with: [0x20, 0x01, 0x0D, 0xB8])
                return !isTunnel && !isSpecial && !isExample
            }
            switch (address[0], address[1]) {
            case (0, _), (10, _), (127, _), (224..., _): return false
            case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19):
                return false
            case (192, 0): return address[2] != 0 && address[2] != 2
            default: return true
            }
        }
    }
}
