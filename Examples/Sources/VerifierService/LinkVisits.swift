internal import ServiceKit
internal import Tegata

/// One question whether two cards are one person's, from the counter's button to what came of it.
struct LinkVisit: Codable, Sendable {
    /// Whose counter it is: the hash of the browser's session.
    let session: [UInt8]
    /// The link's name in the plan.
    let link: String
    let question: String
    /// What the lists of the first and the second card are kept under; none for a card that is shown.
    let lists: [String?]
    /// The last second for an answer, since 1970.
    let expiry: Int64
    /// Why the last answer was refused, if one was: another may follow.
    var refusal: String?
    /// What was learned.
    var verdict: LinkVerdict?
}

/// The links of the last minutes, where every front process finds them.
struct LinkVisits: Sendable {
    let store: any StateStore
    /// For how many seconds what came of it stays on the screen.
    static let memory: Int64 = 600

    /// - Throws: `limitExceeded`, `unavailable`.
    func begin(_ visit: LinkVisit) async throws(Refusal) -> String {
        let id = freshName()
        try await store.change(key(id), until: visit.expiry + Self.memory) {
            (_: LinkVisit?) throws(Refusal) in visit
        }
        return id
    }

    /// The visit of this name, for the browser that began it.
    ///
    /// - Throws: `unauthorized` for everybody else and for every other name, without a difference (A60); `unavailable`.
    func visit(_ id: String, of session: [UInt8]) async throws(Refusal) -> LinkVisit {
        guard let visit = try await read(id), visit.session == session else { throw .unauthorized }
        return visit
    }

    /// The visit of this name while it waits, for the wallet that scanned its code.
    ///
    /// - Throws: `conflict` for one that is unknown, cancelled or answered, `expired` (A61); `unavailable`.
    func waiting(_ id: String) async throws(Refusal) -> LinkVisit {
        guard let visit = try await read(id), visit.verdict == nil else { throw .conflict }
        guard Now.seconds < visit.expiry else { throw .expired }
        return visit
    }

    /// Notes why an answer was refused, for whoever looks at the screen.
    func note(_ refusal: Refusal, for id: String) async {
        // It is a courtesy: the wallet has the reason anyway.
        try? await change(id) { $0.refusal = refusal.rawValue }
    }

    /// - Throws: `unavailable`.
    func settle(_ id: String, _ verdict: LinkVerdict) async throws(Refusal) {
        try await change(id) { visit in
            visit.refusal = nil
            visit.verdict = verdict
        }
    }

    /// - Throws: `unavailable`.
    func forget(_ id: String) async throws(Refusal) {
        let stored = try await store.value(of: key(id), now: Now.seconds)
        guard let stored else { return }
        _ = try await store.replace(key(id), stored, with: nil, until: 0, now: Now.seconds)
    }

    private func change(_ id: String, _ body: (inout LinkVisit) -> Void) async throws(Refusal) {
        guard let expiry = try await read(id)?.expiry else { return }
        try await store.change(key(id), until: expiry + Self.memory) {
            (known: LinkVisit?) throws(Refusal) in
            guard var visit = known else { return nil }
            body(&visit)
            return visit
        }
    }

    private func read(_ id: String) async throws(Refusal) -> LinkVisit? {
        guard id.utf8.count <= 64 else { return nil }
        return try await store.value(LinkVisit.self, of: key(id))
    }

    private func key(_ id: String) -> [UInt8] { Array("link/\(id)".utf8) }
}
