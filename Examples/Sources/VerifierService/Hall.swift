internal import Pages
internal import ServiceKit
internal import Tegata

/// The anonymous actions that are held, each with the lists that it began with: a card issued or replaced later gives nobody a
/// second turn. What was begun is kept for good, and goes on after a restart and at every front process.
actor Hall {
    let verifier: AnonymousVerifier
    private let issuers: TrustedIssuers
    private let store: any StateStore
    private var held = [String: (action: AnonymousAction, lists: String)]()
    private var accepted = [String: Int]()

    init(_ verifier: AnonymousVerifier, _ issuers: TrustedIssuers, _ store: any StateStore) {
        self.verifier = verifier
        self.issuers = issuers
        self.store = store
    }

    /// The action, begun with this moment's lists when nobody has asked for it before.
    ///
    /// - Throws: `unavailable`, `unsupported` for an edition without members yet.
    func action(_ plan: MemberAction) async throws(Refusal) -> AnonymousAction {
        try await begin(plan).action
    }

    /// The lists that the action is held with, as the issuer signed them: what a wallet answers about. Later ones say more than
    /// was so when the action began.
    ///
    /// - Throws: as `action(_:)`.
    func lists(_ plan: MemberAction) async throws(Refusal) -> String {
        try await begin(plan).lists
    }

    private func begin(
        _ plan: MemberAction
    ) async throws(Refusal) -> (action: AnonymousAction, lists: String) {
        if let known = held[plan.id] { return known }
        let (edition, profile) = try await issuers.edition(plan.edition, of: plan.issuer)
        let lists = try await signedLists(plan, edition, profile)
        let snapshot = try MemberSnapshot(parsing: lists, from: profile)
        let action = try AnonymousAction(
            snapshot, number: plan.number, opens: snapshot.time,
            closes: snapshot.time + plan.seconds, requiring: plan.predicates,
            purpose: ["ja": plan.title.japanese, "en": plan.title.english])
        held[plan.id] = (action, lists)
        return (action, lists)
    }

    func verify(
        _ answer: String, for plan: MemberAction
    ) async throws(Refusal) -> AnonymousMembership {
        let membership = try await verifier.verify(answer, for: try await action(plan))
        accepted[plan.id, default: 0] += 1
        return membership
    }

    /// How many acted since this process began.
    func count(_ plan: MemberAction) -> Int { accepted[plan.id] ?? 0 }

    /// The lists that the action began with: of any number who begin it at once, those of the first.
    private func signedLists(
        _ plan: MemberAction, _ edition: OpenEdition, _ profile: IssuerProfile
    ) async throws(Refusal) -> String {
        let key = Array("action/\(plan.id)/\(plan.number)".utf8)
        if let kept = try await kept(key) { return kept }
        let lists = try await issuers.lists(of: edition)
        // Only what can be read is kept for good.
        _ = try MemberSnapshot(parsing: lists, from: profile)
        let isFirst = try await store.replace(
            key, nil, with: Array(lists.utf8), until: .max, now: Now.seconds)
        if isFirst { return lists }
        guard let kept = try await kept(key) else { throw .unavailable }
        return kept
    }

    private func kept(_ key: [UInt8]) async throws(Refusal) -> String? {
        guard let bytes = try await store.value(of: key, now: Now.seconds) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
