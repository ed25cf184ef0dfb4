public import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A benefit that a card has so many times in a window: the issuer's plan (Spec/entitlement.md).
public struct Entitlement: Sendable {
    /// What a shop sees of whoever uses it. A card has its uses in this one way.
    public enum Mode: String, Sendable {
        /// Which card it is.
        case card
        /// That it is one of the edition's.
        case anonymous
    }

    /// Its name within the edition, 1 … 64 of `a-z 0-9 - _ .`
    public let id: String
    /// What it is, in a few words.
    public let title: BilingualText
    /// What a shop sees.
    public let mode: Mode
    /// How many uses a card has in a window, 1 … 1,000.
    public let count: Int
    /// How many of them may be taken by shops without a network.
    public let offline: Int
    /// Where windows begin, and where the last one ends; seconds since 1970.
    public let windows: [Int64]
    /// For how many seconds after its window a voucher is settled.
    public let grace: Int64
    /// The shops' identifiers, byte for byte.
    public let shops: [String]

    /// Plans an entitlement.
    ///
    /// - Throws: `NoticeError`, naming the field.
    public init(
        _ id: String, title: BilingualText, mode: Mode = .card, count: Int, offline: Int = 0,
        windows: [Int64], grace: Int64 = 604_800, shops: [String]
    ) throws(NoticeError) {
        guard Edition.isName(id), !NumberGuard.finds(in: id) else { throw .programme }
        try title.check("title", atMost: 256)
        self.id = id
        self.title = title
        self.mode = mode
        self.count = count
        self.offline = offline
        self.windows = windows
        self.grace = grace
        self.shops = shops
        try check()
    }

    private func check() throws(NoticeError) {
        guard (1...1000).contains(count) else { throw .terms(field: "count") }
        guard (0...count).contains(offline), offline == 0 || mode == .card else {
            throw .terms(field: "offline")
        }
        guard (2...1201).contains(windows.count), windows[0] >= 0,
            zip(windows, windows.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw .terms(field: "windows") }
        guard (0...315_360_000).contains(grace) else { throw .terms(field: "grace") }
        guard (1...256).contains(shops.count),
            Set(shops.map { Array($0.utf8) }).count == shops.count,
            shops.allSatisfy({ (1...2048).contains($0.utf8.count) })
        else { throw .terms(field: "shops") }
    }

    /// The numbers that vouchers made without a network have.
    var offlineNumbers: Range<Int> { count - offline..<count }

    /// The window that a time is in, from 0.
    ///
    /// - Throws: `notYetValid` before the first, `expired` after the last.
    public func window(at time: Int64) throws(Refusal) -> Int {
        guard let next = windows.firstIndex(where: { time < $0 }) else { throw .expired }
        guard next > 0 else { throw .notYetValid }
        return next - 1
    }
}

/// An entitlement as its issuer signed it: what every use is bound to.
public struct EntitlementTerms: Sendable {
    static let type = "tegata-terms+jwt"
    static let maximumSize = 256 * 1024

    /// What is granted.
    public let entitlement: Entitlement
    /// Whose it is.
    public let issuer: String
    /// The edition's id: its cards have the uses.
    public let edition: String
    /// SHA-256 of what is signed of it.
    public let digest: FixedBytes<32>
    /// The text as it was signed.
    public let encoded: String

    /// Reads terms that an issuer signed.
    ///
    /// - Throws: `typeMismatch` for another kind of text, `issuerUntrusted`, `signatureInvalid`, `limitExceeded`, `malformed` also for
    ///   terms that cannot be.
    public init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: Self.maximumSize)
        issuer = try payload.required("iss").text(atMost: 2048)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        edition = try payload.required("edition").text(atMost: 64)
        encoded = text
        digest = LoggedDocument.digest(of: text)
        var windows = [Int64]()
        for moment in try payload.required("windows").elements(atMost: 1201) {
            windows.append(Int64(clamping: try moment.time()))
        }
        var shops = [String]()
        for shop in try payload.required("shops").elements(atMost: 256) {
            shops.append(try shop.text(atMost: 2048))
        }
        guard let mode = Entitlement.Mode(rawValue: try payload.required("mode").text(atMost: 16)),
            let plan = try? Entitlement(
                try payload.required("id").text(atMost: 64),
                title: try BilingualText(json: try payload.required("title"), atMost: 256),
                mode: mode, count: Int(clamping: try payload.required("count").time()),
                offline: Int(clamping: try payload.required("offline").time()),
                windows: windows,
                grace: Int64(clamping: try payload.required("grace").time()), shops: shops)
        else { throw .malformed }
        entitlement = plan
    }

    var editionDigest: EditionDigest { Edition.digest(issuer: issuer, id: edition) }

    func names(_ shop: String) -> Bool { entitlement.shops.contains { $0.hasSameBytes(as: shop) } }

    /// Where the nullifier of one use is a name.
    func scope(window: Int, number: Int) -> PseudonymScope {
        PseudonymScope(
            verifier: Array("tegata-terms".utf8) + digest.array, edition: editionDigest,
            epoch: UInt64(window) << 32 | UInt64(number))
    }

    /// Where nullifiers of these terms are used up.
    var nullifierScope: FixedBytes<32> { Self.nullifierScope(of: digest) }

    static func nullifierScope(of terms: FixedBytes<32>) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/use", terms.array)
    }
}

extension Issuer {
    /// Signs the terms of an entitlement for the cards of an edition.
    ///
    /// - Returns: text for wallets and shops (``EntitlementTerms``).
    /// - Throws: `unavailable`, from an external signer only.
    public func terms(
        of plan: Entitlement, in edition: OpenEdition
    ) throws(Refusal) -> String {
        try letters.sign(
            [
                "iss": .string(id), "iat": .whole(clock()), "id": .string(plan.id),
                "edition": .string(edition.edition.id), "title": plan.title.json,
                "mode": .string(plan.mode.rawValue), "count": .whole(Int64(plan.count)),
                "offline": .whole(Int64(plan.offline)),
                "windows": .array(plan.windows.map(JSON.whole)), "grace": .whole(plan.grace),
                "shops": .array(plan.shops.map(JSON.string)),
            ], type: EntitlementTerms.type)
    }
}
