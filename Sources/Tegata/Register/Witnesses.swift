public import TegataLog

/// Who must have seen an issuer's log before anything in it is answered.
public struct Witnesses: Sendable {
    /// The witnesses that are asked.
    public let connections: [WitnessConnection]
    /// How many of them must sign each checkpoint.
    public let quorum: Int

    /// Nobody is asked: verifiers and auditors then trust the issuer not to show two logs.
    public static let none = Witnesses([], quorum: 0)

    /// At least `quorum` of these witnesses; by default more than half.
    public init(_ connections: [WitnessConnection], quorum: Int? = nil) {
        precondition(
            (quorum ?? 0) <= connections.count, "a quorum of more witnesses than there are")
        self.connections = connections
        self.quorum = quorum ?? (connections.isEmpty ? 0 : connections.count / 2 + 1)
    }
}
