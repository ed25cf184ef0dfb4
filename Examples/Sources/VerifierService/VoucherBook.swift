internal import Crypto
internal import Foundation
internal import ServiceKit
internal import Tegata

/// A voucher that this shop took, or the answer of an anonymous member, and what came of it.
struct KeptVoucher: Codable, Sendable {
    /// What a voucher came to.
    enum Outcome: String, Codable, Sendable, CaseIterable {
        /// One of the card's uses.
        case counted
        /// Used before, at another shop; the shop is paid, and the holder answers for it.
        case charged
        /// Not paid: `reason` says why.
        case refused
        /// The shop said no, and does not hand it in.
        case dropped
    }

    /// The entitlement's name in the plan.
    let entitlement: String
    /// What was used, as the issuer signed it.
    let terms: String
    let issuer: String
    let voucher: String
    /// The question that an anonymous member answered; `nil` for a voucher, which says itself what it is for.
    let question: String?
    let isOffline: Bool
    let time: Int64
    var outcome: Outcome?
    var reason: String?

    /// What it is known by here.
    static func id(_ voucher: String) -> String {
        hexadecimal(Array(SHA256.hash(data: Data(voucher.utf8))))
    }
}

/// The vouchers of this shop, until they are settled and for a year after; sealed as the state is, since they are shown cards. Several
/// processes share the book, and a restart loses nothing of it.
///
/// Someone who can rewrite the storage can lose the shop its money; the issuer counts each voucher once, however often it is handed in.
struct VoucherBook: Sendable {
    /// What waits, and how many came to what.
    struct Index: Codable, Sendable {
        var pending = [String]()
        var counts = [String: Int]()
    }

    let store: any StateStore
    private static let year: Int64 = 366 * 86_400
    private static let limit = 20_000

    /// Keeps a voucher, before anybody is told yes.
    ///
    /// - Throws: `limitExceeded` while 20,000 wait, `unavailable`.
    func keep(_ voucher: KeptVoucher) async throws(Refusal) {
        let id = KeptVoucher.id(voucher.voucher)
        guard try await find(id) == nil else { return }
        guard try await index().pending.count < Self.limit else { throw .limitExceeded }
        // What waits is kept for good.
        try await store.change(key(id), until: .max) { (known: KeptVoucher?) throws(Refusal) in
            known ?? voucher
        }
        try await change { index in
            if !index.pending.contains(id) { index.pending.append(id) }
        }
    }

    /// Notes what came of a voucher, once.
    func settle(
        _ id: String, as outcome: KeptVoucher.Outcome, _ reason: Refusal? = nil
    ) async throws(Refusal) {
        guard var settled = try await find(id) else { return }
        try await store.change(key(id), until: settled.time + Self.year) {
            (known: KeptVoucher?) throws(Refusal) in
            guard var voucher = known else { return nil }
            if voucher.outcome == nil {
                voucher.outcome = outcome
                voucher.reason = reason?.rawValue
            }
            settled = voucher
            return voucher
        }
        let name = (settled.outcome ?? outcome).rawValue
        try await change { index in
            guard let place = index.pending.firstIndex(of: id) else { return }
            index.pending.remove(at: place)
            index.counts[name, default: 0] += 1
        }
    }

    /// A voucher.
    ///
    /// - Throws: `unavailable`.
    func find(_ id: String) async throws(Refusal) -> KeptVoucher? {
        try await store.value(KeptVoucher.self, of: key(id))
    }

    /// What waits, and how many came to what.
    ///
    /// - Throws: `unavailable`.
    func index() async throws(Refusal) -> Index {
        try await store.value(Index.self, of: Self.indexKey) ?? Index()
    }

    private static let indexKey = Array("vouchers".utf8)

    private func change(_ body: (inout Index) -> Void) async throws(Refusal) {
        try await store.change(Self.indexKey, until: .max) { (known: Index?) throws(Refusal) in
            var index = known ?? Index()
            body(&index)
            return index
        }
    }

    private func key(_ id: String) -> [UInt8] { Array("voucher/\(id)".utf8) }
}
