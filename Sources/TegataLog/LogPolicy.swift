/// Whose signatures a reader asks for below a checkpoint: the log's, and those of some witnesses.
///
/// A log's signature shows what it says to this reader; cosignatures of witnesses show that it says the same to
/// everyone.
public struct LogPolicy: Hashable, Sendable {
    /// The log's key, whose name is the log's origin.
    public let log: NoteKey
    /// The witnesses whose word counts.
    public let witnesses: [NoteKey]
    /// How many of them must have signed; 0 trusts the log alone.
    public let quorum: Int

    /// A policy of one log and no witness: enough for the log itself and for its own cards' holders.
    ///
    /// - Throws: `policyInvalid` when the key is not a log's.
    public init(log: NoteKey) throws(LogError) {
        try self.init(log: log, witnesses: [], quorum: 0)
    }

    /// A policy of one log and `quorum` of these witnesses.
    ///
    /// - Throws: `policyInvalid` when a key is of the other kind, or when the quorum can never be reached.
    public init(log: NoteKey, witnesses: [NoteKey], quorum: Int) throws(LogError) {
        guard log.kind == .log, witnesses.allSatisfy({ $0.kind == .witness }), quorum >= 0,
            quorum <= Set(witnesses.map(\.key)).count
        else { throw .policyInvalid }
        self.log = log
        self.witnesses = witnesses
        self.quorum = quorum
    }

    /// Checks the signatures below a note.
    ///
    /// - Throws: `signatureInvalid`, `witnessesMissing`.
    func check(_ note: SignedNote) throws(LogError) {
        let signers = try note.verified(by: [log] + witnesses)
        guard signers.contains(log) else { throw .signatureInvalid }
        // A set: the same witness twice, or the same key under two names, counts once.
        let seen = Set(signers.filter { $0.kind == .witness }.map(\.key))
        guard seen.count >= quorum else { throw .witnessesMissing }
    }
}
