internal import Crypto
internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

/// Asks whether two cards are one person's. What a hidden card is among are its issuer's signed lists, taken whole, and the same for
/// everybody who is asked within some seconds, a minute at most; they are kept as long as an answer may come, where every front process finds them.
actor LinkDesk {
    private let desk: Desk
    private let store: any StateStore
    /// The lists of an edition now, by the address that they are fetched from.
    private var current = [String: (name: String, end: Int64)]()
    /// Lists that were read, under the issuers' profiles as they were then.
    private var read = [String: MemberSnapshot]()
    private var version = 0

    /// For how many seconds the same lists are asked about: the longer they are, the longer.
    private static func freshness(of bytes: Int) -> Int64 { min(60, 5 + Int64(bytes) / 100_000) }
    /// How many lists are held in memory.
    private static let capacity = 16

    init(_ desk: Desk, _ store: any StateStore) {
        self.desk = desk
        self.store = store
    }

    /// A question, and the names of the lists that it is about.
    struct Asked: Sendable {
        let question: String
        let lists: [String?]
        /// The last second for an answer.
        let expiry: Int64
    }

    /// Asks.
    ///
    /// - Throws: `unavailable` for an edition that its issuer has not, or does not answer about; `unsupported` for one that asks nobody
    ///   for an ID card, or has no cards to hide among.
    func ask(_ plan: PlannedLink) async throws(Refusal) -> Asked {
        let open = try await desk.open()
        let lifetime = Self.lifetime
        var names = [String?]()
        for card in plan.cards {
            names.append(card.claims == nil ? try await fresh(card) : nil)
        }
        let question = try await open.links.challenge(for: try await link(plan, names))
        return Asked(question: question, lists: names, expiry: Now.seconds + lifetime)
    }

    /// What wallets know this verifier's questions by.
    ///
    /// - Throws: `unavailable`.
    func profile() async throws(Refusal) -> VerifierProfile { try await desk.open().links.profile }

    /// The lists of this name, as their issuer signed them.
    ///
    /// - Throws: `expired` when they are kept no longer.
    func lists(_ name: String) async throws(Refusal) -> String {
        guard let bytes = try await store.value(of: key(name), now: Now.seconds) else {
            throw .expired
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Checks an answer to the question of a visit.
    ///
    /// - Throws: what `LinkVerifier.verify` throws.
    func verify(
        _ answer: String, to visit: LinkVisit, about plan: PlannedLink
    ) async throws(Refusal) -> LinkVerdict {
        let linked = try await desk.checking { open throws(Refusal) in
            try await open.links.verify(
                answer, to: visit.question, for: try await self.link(plan, visit.lists))
        }
        return LinkVerdict(linked)
    }

    private static let lifetime = VerifierPolicy.strict.challengeLifetime

    private func link(_ plan: PlannedLink, _ lists: [String?]) async throws(Refusal) -> Link {
        guard lists.count == 2 else { throw .expired }
        return try Link(
            try await asked(plan.first, lists[0]), try await asked(plan.second, lists[1]),
            purpose: ["ja": plan.purpose.japanese, "en": plan.purpose.english])
    }

    private func asked(
        _ card: PlannedLink.Card, _ name: String?
    ) async throws(Refusal) -> Link.Asked {
        let (edition, profile) = try await desk.issuers.edition(card.edition, of: card.issuer)
        if let claims = card.claims { return .shown(edition, asking: claims) }
        guard let name else { throw .expired }
        let known = await desk.issuers.version
        if known != version || read.count > Self.capacity {
            version = known
            read = [:]
        }
        if let snapshot = read[name] { return .hidden(snapshot) }
        let snapshot = try MemberSnapshot(parsing: try await lists(name), from: profile)
        read[name] = snapshot
        return .hidden(snapshot)
    }

    /// The name of an edition's lists, fetched when those of a minute ago are over.
    private func fresh(_ card: PlannedLink.Card) async throws(Refusal) -> String {
        let (edition, profile) = try await desk.issuers.edition(card.edition, of: card.issuer)
        let place = "\(edition.issuer)/\(edition.listsFile)"
        if let known = current[place], Now.seconds < known.end { return known.name }
        let text = try await desk.issuers.lists(of: edition)
        // Only what can be read is kept.
        let snapshot = try MemberSnapshot(parsing: text, from: profile)
        let bytes = Array(text.utf8)
        let freshness = Self.freshness(of: bytes.count)
        let name = hexadecimal(Array(SHA256.hash(data: bytes)))
        // As long as somebody may be asked about them, may answer, and the counter looks at what came of it.
        let end = Now.seconds + freshness + Self.lifetime + LinkVisits.memory
        let old = try await store.value(of: key(name), now: Now.seconds)
        _ = try await store.replace(key(name), old, with: bytes, until: end, now: Now.seconds)
        read[name] = snapshot
        current[place] = (name, Now.seconds + freshness)
        return name
    }

    private func key(_ name: String) -> [UInt8] { Array("link-lists/\(name)".utf8) }
}
