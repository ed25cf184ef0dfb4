internal import Foundation
internal import Pages
internal import Tegata

/// The anonymous actions that are held, each with the lists that it began with: a card issued or replaced later gives nobody a
/// second turn. What was begun is kept in a folder, if there is one, and goes on after a restart.
actor Hall {
    let verifier: AnonymousVerifier
    private let issuers: TrustedIssuers
    private let folder: String?
    private var held = [String: (action: AnonymousAction, lists: String)]()
    private var accepted = [String: Int]()

    init(_ verifier: AnonymousVerifier, _ issuers: TrustedIssuers, folder: String?) {
        self.verifier = verifier
        self.issuers = issuers
        self.folder = folder
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
        let lists = try await signedLists(plan, edition)
        // Two may ask at once: whoever is second takes what the first has begun.
        if let known = held[plan.id] { return known }
        let snapshot = try MemberSnapshot(parsing: lists, from: profile)
        let action = try AnonymousAction(
            snapshot, number: plan.number, opens: snapshot.time,
            closes: snapshot.time + plan.seconds, requiring: plan.predicates,
            purpose: ["ja": plan.title.japanese, "en": plan.title.english])
        try keep(lists, of: plan)
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

    private func file(of plan: MemberAction) -> String? {
        folder.map { "\($0)/action-\(plan.id)-\(plan.number).jwt" }
    }

    private func signedLists(
        _ plan: MemberAction, _ edition: OpenEdition
    ) async throws(Refusal) -> String {
        if let file = file(of: plan), FileManager.default.fileExists(atPath: file) {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw .unavailable
            }
            return text
        }
        return try await issuers.lists(of: edition)
    }

    private func keep(_ lists: String, of plan: MemberAction) throws(Refusal) {
        guard let file = file(of: plan), !FileManager.default.fileExists(atPath: file) else {
            return
        }
        do {
            try Data(lists.utf8).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw .unavailable
        }
    }
}
