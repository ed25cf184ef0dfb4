internal import ServiceKit
internal import Tegata

/// One use at this shop, from the question to the receipt.
struct UseVisit: Codable, Sendable {
    /// Whose counter it is: the hash of the browser's session.
    let session: [UInt8]
    /// The entitlement's name in the plan.
    let entitlement: String
    let question: String
    let terms: String
    let isOffline: Bool
    /// The window whose members are asked, where the shop does not see which one it is.
    let members: Int?
    let expiry: Int64
    /// What the voucher that was taken is known by.
    var voucher: String?
    /// The shop's receipt; given to the wallet once it is true.
    var receipt: String?
    /// Why the last voucher was not taken, if one was not: another may follow.
    var refusal: String?
}

/// The uses of the last minutes, where every front process finds them.
struct UseVisits: Sendable {
    let store: any StateStore
    /// For how many seconds what came of it stays on the screen.
    private static let memory: Int64 = 600

    /// - Throws: `limitExceeded`, `unavailable`.
    func begin(_ visit: UseVisit) async throws(Refusal) -> String {
        let id = freshName()
        try await store.change(key(id), until: visit.expiry + Self.memory) {
            (_: UseVisit?) throws(Refusal) in visit
        }
        return id
    }

    /// - Throws: `expired` for one that is unknown or over, `unavailable`.
    func visit(_ id: String) async throws(Refusal) -> UseVisit {
        guard id.utf8.count <= 64, let visit = try await store.value(UseVisit.self, of: key(id))
        else { throw .expired }
        return visit
    }

    func change(_ id: String, _ body: (inout UseVisit) -> Void) async throws(Refusal) {
        let expiry = try await visit(id).expiry + Self.memory
        try await store.change(key(id), until: expiry) { (known: UseVisit?) throws(Refusal) in
            guard var visit = known else { return nil }
            body(&visit)
            return visit
        }
    }

    private func key(_ id: String) -> [UInt8] { Array("use/\(id)".utf8) }
}
