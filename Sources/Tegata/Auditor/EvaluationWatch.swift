internal import Synchronization
internal import TegataCrypto
public import TegataLog

/// Compares what nodes say they evaluated with what an issuer enters, while its log grows: what an audit says of counts, between two
/// audits. It believes nothing before the monitor has found the entries in a signed checkpoint.
public final class EvaluationWatch: Sendable {
    private struct State {
        var replay: Replay
        var next: UInt64 = 0
        /// The first entry that cannot stand where it stands; nothing after it is followed.
        var finding: AuditFinding?
    }

    private struct Known {
        var believed: State
        var shown: State
        /// What was said of each edition.
        var said = [EditionDigest: Sum]()
    }

    private struct Sum {
        var evaluated = 0
        var entered = 0
        var missing = 0
    }

    private let profile: IssuerProfile
    private let known: Mutex<Known>

    /// A watch over the log of this issuer.
    public init(of profile: IssuerProfile) {
        self.profile = profile
        let state = State(replay: Replay(profile))
        known = Mutex(Known(believed: state, shown: state))
    }

    /// What a watch has found in an edition since it said something of it.
    public struct News: Hashable, Sendable {
        /// The issuer's name for the edition.
        public let edition: String
        /// How many sessions more nodes counted.
        public let evaluated: Int
        /// How many entries more took a session: cards, cards issued again, passed on, renewed, and entrants of a draw.
        public let entered: Int
        /// How many sessions nodes' counts lack for what had been entered when they counted the time before: a card without an
        /// evaluation, or a false count.
        public let missing: Int
    }

    /// Takes entries that a monitor follows; for `LogMonitor.poll(watching:)`.
    public func take(_ start: UInt64, _ entries: ArraySlice<[UInt8]>, _ tree: MerkleTree) {
        known.withLock { known in
            if start == 0 {
                known.shown = State(replay: Replay(profile))
            } else if start == known.believed.next {
                known.shown = known.believed
            }
            for (number, entry) in zip(start..., entries) where known.shown.finding == nil {
                do throws(AuditFinding) {
                    try known.shown.replay.take(entry, number: number, tree)
                } catch {
                    known.shown.finding = error
                }
            }
            known.shown.next = start + UInt64(entries.count)
        }
    }

    /// What is new in the entries of a checkpoint that `LogMonitor.poll` has returned.
    ///
    /// - Returns: each edition whose nodes counted since, or lack something, in the order of their announcement.
    /// - Throws: the `AuditFinding` about the first entry that cannot stand where it stands.
    public func news() throws(AuditFinding) -> [News] {
        let (finding, news) = known.withLock { known in
            known.believed = known.shown
            let replay = known.believed.replay
            let news = replay.order.compactMap { digest -> News? in
                guard let book = replay.books[digest], let evaluated = book.evaluated else {
                    return nil
                }
                let said = known.said[digest] ?? Sum()
                let sum = Sum(evaluated: evaluated, entered: book.entered, missing: book.missing)
                guard sum.evaluated != said.evaluated || sum.missing > said.missing else {
                    return nil
                }
                known.said[digest] = sum
                return News(
                    edition: book.edition.edition.id, evaluated: evaluated - said.evaluated,
                    entered: book.entered - said.entered, missing: book.missing)
            }
            return (known.believed.finding, news)
        }
        if let finding { throw finding }
        return news
    }
}

extension EvaluationWatch.News: CustomStringConvertible {
    /// One line for people, in English.
    public var description: String {
        missing > 0
            ? "\(edition): nodes counted FEWER sessions than cards took, by \(missing)"
            : "\(edition): nodes counted \(evaluated) sessions more, for \(entered) entries that took one"
    }

    /// One line for people, in Japanese.
    public var japanese: String {
        missing > 0
            ? "\(edition)：評価ノードの集計が発行に要した件数より \(missing) 件少ない！"
            : "\(edition)：評価ノードの集計 \(evaluated) 件増、本人確認を要した記録 \(entered) 件増"
    }
}
