internal import Foundation
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// The issuers that the operator named, as each describes itself at its own address, and what they publish. Nobody else is ever
/// asked for anything (R5).
actor TrustedIssuers {
    private let addresses: [String]
    private let fetcher: Fetcher
    private let isLoopback: Bool
    /// Where trust comes from instead, if the operator has a bundle.
    private let trust: BundleTrust?
    /// Whose other credentials are believed where there is no bundle.
    private let credentials: [TrustedCredentialIssuer]
    private let served: ServedStatuses
    private(set) var bundle: TrustBundle?
    private var known = [String: IssuerProfile]()
    private var lastAsked = [String: ContinuousClock.Instant]()
    private var crowds = [FixedBytes<32>: WindowCrowd]()
    private var lists = [String: (text: String, time: ContinuousClock.Instant)]()
    /// Grows with every profile that is not what it was.
    private(set) var version = 0

    /// Between two questions to one issuer about itself (A47).
    private static let interval = Duration.seconds(60)
    /// For how long a copy of lists will do.
    private static let listAge = Duration.seconds(5)

    /// For how many seconds the people at a counter wait for an issuer before they go on without it.
    private let patience: Double

    init(
        _ addresses: [String], _ trust: BundleTrust?,
        credentials: [TrustedCredentialIssuer] = [], patience: Double = 3, fromLoopback: Bool
    ) {
        self.addresses = addresses
        self.patience = patience
        self.trust = trust
        self.credentials = credentials
        fetcher = Fetcher(fromLoopback: fromLoopback)
        isLoopback = fromLoopback
        served = ServedStatuses(fromLoopback: fromLoopback)
    }

    /// The profiles that are known, in the operator's order.
    var profiles: [IssuerProfile] {
        bundle?.contents.issuers.map(\.profile) ?? addresses.compactMap { known[$0] }
    }

    /// Whether the operator believes an issuer, met or not.
    func isNamed(_ issuer: String) -> Bool {
        addresses.contains(issuer) || profiles.contains { $0.issuer == issuer }
    }

    /// Whether every issuer has been met.
    var isComplete: Bool { trust == nil ? known.count == addresses.count : bundle != nil }

    /// Opens the bundle, as it is on the disk now, and brings the kept status lists up to date as far as there is a network. What
    /// cannot be opened leaves the bundle in force that was, until its end.
    private func reload() async {
        guard let trust else { return }
        if let opened = try? trust.open() {
            if opened.pin.encoded != bundle?.pin.encoded { version += 1 }
            bundle = opened
        }
        guard let bundle else { return }
        _ = await trust.folder.refresh(from: served, for: bundle)
    }

    /// The verifier of whom is believed now.
    ///
    /// - Throws: `unavailable` while nobody is.
    func verifier(
        at id: String, kiosks: [Secp256k1.PublicKey], store: some StateStore
    ) throws(Refusal) -> Verifier {
        if let bundle, let trust {
            return Verifier(
                at: id, trusting: bundle, statuses: trust.folder, kiosks: kiosks, store: store)
        }
        guard !profiles.isEmpty else { throw .unavailable }
        return Verifier(at: id, trusting: profiles, kiosks: kiosks, store: store)
    }

    /// Whose other credentials count now; their status lists are asked for at listed addresses, with a bundle in its folder alone.
    ///
    /// - Returns: `nil` where nobody's do.
    /// - Throws: `malformed` for an authority that is no certificate.
    func credentialTrust() throws(Refusal) -> CredentialTrust? {
        if let bundle, let trust { return try CredentialTrust(bundle, statuses: trust.folder) }
        guard !credentials.isEmpty else { return nil }
        var issuers = [CredentialTrust.Issuer]()
        for issuer in credentials { issuers.append(try CredentialTrust.Issuer(issuer)) }
        return CredentialTrust(issuers, statuses: served)
    }

    /// Whether somebody vouches for such a credential.
    func believes(_ credential: PlannedCredential) -> Bool {
        (bundle?.contents.credentials ?? credentials).contains { $0.vouches(for: credential) }
    }

    /// Asks those issuers again that were not asked within a minute.
    func refresh() async {
        let now = ContinuousClock.now
        if trust != nil {
            if let last = lastAsked[""], now - last < Self.interval { return }
            lastAsked[""] = now
            return await reload()
        }
        for address in addresses {
            if let last = lastAsked[address], now - last < Self.interval { continue }
            lastAsked[address] = now
            await ask(address)
        }
    }

    /// Asks those that were never met, at the pace of this service's own start.
    func meet() async {
        await reload()
        for address in addresses where trust == nil && known[address] == nil { await ask(address) }
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

    /// The terms that an issuer publishes for an edition, asked for now: whether it can be reached shows in no time.
    ///
    /// - Throws: `unavailable`, and what else a fetch throws.
    func terms(of edition: OpenEdition) async throws(Refusal) -> String {
        try await Fetcher(fromLoopback: isLoopback, seconds: patience).text(
            at: edition.issuer + "/tegata/terms/\(edition.edition.id)", limit: 1 << 20,
            types: ["application/json"])
    }

    /// The members among whom a window of anonymous terms is used, as their issuer froze them: fetched once, since they stay the same.
    ///
    /// - Throws: `unavailable`, the issuer's reason, what is wrong with the lists.
    func members(
        of terms: EntitlementTerms, _ window: Int, _ profile: IssuerProfile
    ) async throws(Refusal) -> WindowCrowd {
        if let known = crowds[terms.digest], known.window == window { return known }
        let lists = try await fetcher.text(
            at: "\(terms.issuer)/tegata/uses/\(terms.edition)/\(terms.entitlement.id)/\(window)",
            limit: 1 << 26, types: ["application/jwt"])
        let crowd = WindowCrowd(
            window: window, lists: lists,
            snapshot: try MemberSnapshot(parsing: lists, from: profile))
        crowds[terms.digest] = crowd
        return crowd
    }

    /// Hands a voucher, or an anonymous answer, in.
    ///
    /// - Returns: the issuer's statement.
    /// - Throws: the issuer's reason; `unavailable` when it does not answer.
    func count(_ handedIn: String, by issuer: String) async throws(Refusal) -> String {
        let answer = try await OutboundHTTP(limit: 1 << 16, seconds: 10).send(
            "POST", issuer + "/tegata/uses", fields: ["Content-Type": "application/json"],
            body: Array(handedIn.utf8), acceptsLoopback: isLoopback)
        guard let text = String(validating: answer.body, as: UTF8.self) else { throw .unavailable }
        guard answer.status != 200 else { return text }
        let fault = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        guard answer.status < 500, let error = fault?["error"],
            let reason = Refusal(rawValue: error)
        else { throw .unavailable }
        throw reason
    }
}

/// The members among whom one window of anonymous terms is used.
struct WindowCrowd: Sendable {
    let window: Int
    /// The lists, as their issuer signed them: what wallets take them from.
    let lists: String
    let snapshot: MemberSnapshot
}

extension TrustedCredentialIssuer {
    /// Whether such a credential is one of those that this issuer may issue.
    func vouches(for credential: PlannedCredential) -> Bool {
        issuer.utf8.elementsEqual(credential.issuer.utf8)
            && types.contains { $0.utf8.elementsEqual(credential.type.utf8) }
    }
}
