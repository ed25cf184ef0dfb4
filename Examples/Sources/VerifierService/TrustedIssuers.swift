internal import ServiceKit
internal import Tegata

/// The issuers that the operator named, as each describes itself at its own address, and what they publish. Nobody else is ever
/// asked for anything (R5).
actor TrustedIssuers {
    private let addresses: [String]
    private let fetcher: Fetcher
    private var known = [String: IssuerProfile]()
    private var lastAsked = [String: ContinuousClock.Instant]()
    private var lists = [String: (text: String, time: ContinuousClock.Instant)]()
    /// Grows with every profile that is not what it was.
    private(set) var version = 0

    /// Between two questions to one issuer about itself (A47).
    private static let interval = Duration.seconds(60)
    /// For how long a copy of lists will do.
    private static let listAge = Duration.seconds(5)

    init(_ addresses: [String], _ fetcher: Fetcher) {
        self.addresses = addresses
        self.fetcher = fetcher
    }

    /// The profiles that are known, in the operator's order.
    var profiles: [IssuerProfile] { addresses.compactMap { known[$0] } }

    /// Whether every issuer has been met.
    var isComplete: Bool { known.count == addresses.count }

    /// Asks those issuers again that were not asked within a minute.
    func refresh() async {
        let now = ContinuousClock.now
        for address in addresses {
            if let last = lastAsked[address], now - last < Self.interval { continue }
            lastAsked[address] = now
            await ask(address)
        }
    }

    /// Asks those that were never met, at the pace of this service's own start.
    func meet() async {
        for address in addresses where known[address] == nil { await ask(address) }
    }

    private func ask(_ address: String) async {
        guard
            let text = try? await fetcher.text(
                at: address + "/log/profile.json", limit: 1 << 20, types: ["application/json"]),
            let profile = try? IssuerProfile(
                parsing: text, statuses: IssuerStatuses(issuer: address, fetcher: fetcher)),
            profile.issuer.utf8.elementsEqual(address.utf8)
        else { return }
        if known[address]?.encoded != profile.encoded { version += 1 }
        known[address] = profile
    }

    /// The edition called `id`, of `issuer` or of the first that has one.
    ///
    /// - Throws: `unavailable`: the operator named it, so it should be there.
    func edition(
        _ id: String, of issuer: String?
    ) throws(Refusal) -> (edition: OpenEdition, profile: IssuerProfile) {
        for profile in profiles where issuer == nil || profile.issuer == issuer {
            if let edition = profile.editions.first(where: { $0.edition.id == id }) {
                return (edition, profile)
            }
        }
        throw .unavailable
    }

    /// The edition's lists, whole: nobody learns who is looked up.
    ///
    /// - Throws: `unavailable`, and what else a fetch throws.
    func lists(of edition: OpenEdition) async throws(Refusal) -> String {
        let address = edition.issuer + "/log/" + edition.listsFile
        let now = ContinuousClock.now
        if let kept = lists[address], now - kept.time < Self.listAge { return kept.text }
        let text = try await fetcher.text(
            at: address, limit: 1 << 26,
            types: ["application/jwt", "application/octet-stream", "text/plain"])
        lists[address] = (text, now)
        return text
    }
}

/// An issuer's status lists, at its own address and nowhere else, whatever a card says (A113).
struct IssuerStatuses: StatusSource {
    let issuer: String
    let fetcher: Fetcher

    func statusList(at uri: String) async throws -> String {
        guard Self.isOwn(uri, of: issuer) else { throw Refusal.statusUnknown }
        return try await fetcher.text(
            at: uri, limit: 16 << 20, types: ["application/statuslist+jwt"])
    }

    /// `<issuer>/tegata/status`, or that with a slash and up to six digits, byte for byte.
    static func isOwn(_ uri: String, of issuer: String) -> Bool {
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
