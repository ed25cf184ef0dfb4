internal import Crypto
internal import Foundation
public import Tegata

/// One benefit of one card: what is counted down. It is bound to a membership that was verified, never to what a form says.
public struct CardBenefit: Sendable, Hashable {
    let digest: [UInt8]

    /// The benefit called `benefit` of card `serial` of an issuer's edition.
    public init(issuer: String, edition: String, serial: UInt32, benefit: String) {
        var hash = SHA256()
        // Each text with its length in front: two fields never run into each other.
        for text in ["tegata/benefit", issuer, edition, String(serial), benefit] {
            let bytes = Array(text.utf8)
            hash.update(data: withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { Array($0) })
            hash.update(data: bytes)
        }
        digest = Array(hash.finalize())
    }
}

/// What came of a redemption.
public enum Redemption: Sendable, Equatable {
    /// One was used now, and so many are left.
    case redeemed(left: Int)
    /// This very form was sent before: nothing was used now.
    case repeated(left: Int)
    /// None was left.
    case exhausted
}

/// Counts benefits down, each exactly once, for any number of processes on one journal.
///
/// Someone who can rewrite this storage can give used benefits back, or use them up; they learn no name, and no card that they
/// could not guess: what is kept are hashes of issuer, edition, serial and benefit.
public struct RedemptionBook: Sendable {
    private let book: OneTimeBook

    /// A book over `journal`, into which nothing else may write.
    public init(journal: some Journal) { book = OneTimeBook(journal: journal) }

    /// A book for one process, forgotten with it.
    public static func inMemory() -> RedemptionBook { RedemptionBook(journal: InMemoryJournal()) }

    /// How many of `benefit` were used.
    ///
    /// - Throws: `unavailable`.
    public func used(_ benefit: CardBenefit) async throws(Refusal) -> Int {
        try await book.uses(of: benefit.digest)
    }

    /// Uses one of `count`: atomically, and once for each `key`, of any number of callers that bring it.
    ///
    /// - Throws: `conflict` for a key that was used for another benefit, `unavailable` when it could not be recorded.
    public func redeem(
        _ benefit: CardBenefit, of count: Int, under key: String
    ) async throws(Refusal) -> Redemption {
        switch try await book.use(benefit.digest, of: count, under: Array(key.utf8)) {
        case .used(let before): .redeemed(left: count - before - 1)
        case .repeated(let uses): .repeated(left: max(0, count - uses))
        case .exhausted: .exhausted
        }
    }
}
