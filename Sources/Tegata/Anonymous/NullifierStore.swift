package import TegataCrypto
public import TegataLog
package import TegataSDJWT

/// Which nullifiers were used: each once, for exactly one of any number of callers, also of other processes on the
/// same journal.
///
/// A nullifier is recorded as a hash, so the journal names nobody and says nothing about cards. Someone who can rewrite
/// the storage can let a card act a second time; they learn nothing from it.
public struct NullifierStore: Sendable {
    private let book: OneTimeBook

    /// A store over `journal`: `.inMemory()`, a `SQLiteJournal`, a `PostgresJournal`. Nothing else may write there.
    public init(journal: some Journal) {
        book = OneTimeBook(journal: journal)
    }

    /// A store for one process, forgotten with it.
    public static func inMemory() -> NullifierStore {
        NullifierStore(journal: InMemoryJournal())
    }

    /// How many were used.
    public var count: Int {
        get async { await book.count }
    }

    /// Uses `nullifier` up in `scope`. The last step of a check: whoever returns from here has been accepted.
    ///
    /// - Throws: `replayed` for everybody else, `unavailable` when it could not be recorded.
    package func use(_ nullifier: [UInt8], in scope: FixedBytes<32>) async throws(Refusal) {
        // A key of our own tells our use from everybody else's, when nobody knows whether it was written.
        var random = SystemRandomness()
        let name = Self.name(of: nullifier, in: scope)
        let outcome = try await book.use(name.array, of: 1, under: random.bytes(16))
        guard case .used = outcome else { throw .replayed }
    }

    /// What a nullifier is recorded as.
    static func name(of nullifier: [UInt8], in scope: FixedBytes<32>) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/nullifier", scope.array + nullifier)
    }
}
