internal import Foundation

/// Who asked, when, and what was shown: names of claims and never what they say, so that it is no second wallet.
public struct HistoryEntry: Codable, Sendable, Equatable {
    /// How it ended.
    public enum Outcome: String, Codable, Sendable {
        /// The answer was on its way, and what became of it was never heard.
        case sent
        /// The verifier took the answer.
        case shown
        /// The owner said no.
        case declined
        /// The verifier refused the answer.
        case refused
    }

    /// One card that was shown.
    public struct Shown: Codable, Sendable, Equatable {
        /// Whose card.
        public let issuer: String
        /// Of which edition.
        public let edition: String
        /// Its number there.
        public let serial: UInt32
        /// The names of the claims that the verifier could read.
        public let claims: [String]
    }

    /// Names the entry.
    public let id: String
    /// When, in seconds since 1970.
    public let time: Int64
    /// The verifier, as it was verified.
    public let verifier: String
    /// Whether it proved its name.
    public let isAuthenticated: Bool
    /// The host that the answer went to.
    public let host: String
    /// How it ended.
    public internal(set) var outcome: Outcome
    /// What was shown; empty when the owner said no.
    public let shown: [Shown]
}

extension WalletHome {
    private static let file = "history.json"
    private static let limit = 2000

    /// The newest entries, oldest first.
    func history() throws -> [HistoryEntry] {
        has(Self.file) ? try read([HistoryEntry].self, Self.file) : []
    }

    /// Writes an entry, in place of the one with its id.
    func record(_ entry: HistoryEntry) throws {
        try locked {
            var entries = try history()
            if let index = entries.firstIndex(where: { $0.id == entry.id }) {
                entries[index] = entry
            } else {
                entries.append(entry)
            }
            try write(Array(entries.suffix(Self.limit)), Self.file)
        }
    }
}
