/// Why a log does not show what it should.
@nonexhaustive
public enum LogError: Error, Equatable {
    /// The proof does not lead from the leaf, or from the earlier root, to the root.
    case proofInvalid
    /// The index is not below the size, or the size is beyond the tree.
    case outOfRange
}
