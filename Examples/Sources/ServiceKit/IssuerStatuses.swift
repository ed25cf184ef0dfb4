public import Tegata

/// An issuer's status lists, at its own address and nowhere else, whatever a card says (A113).
public struct IssuerStatuses: StatusSource {
    private let issuer: String
    private let fetcher: Fetcher

    /// The lists of `issuer`, which `fetcher` brings.
    public init(issuer: String, fetcher: Fetcher) {
        self.issuer = issuer
        self.fetcher = fetcher
    }

    /// The list at `uri`.
    public func statusList(at uri: String) async throws -> String {
        guard Self.isOwn(uri, of: issuer) else { throw Refusal.statusUnknown }
        return try await fetcher.text(
            at: uri, limit: 16 << 20, types: ["application/statuslist+jwt"])
    }

    /// `<issuer>/tegata/status`, or that with a slash and up to six digits, byte for byte.
    public static func isOwn(_ uri: String, of issuer: String) -> Bool {
        let own = Array((issuer + "/tegata/status").utf8)
        let given = Array(uri.utf8)
        guard given.starts(with: own) else { return false }
        let rest = given.dropFirst(own.count)
        guard let slash = rest.first else { return true }
        let number = rest.dropFirst()
        return slash == 0x2F && (1...6).contains(number.count)
            && number.allSatisfy { (0x30...0x39).contains($0) }
    }
}
