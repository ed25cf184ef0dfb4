/// Why a log does not show what it should.
@nonexhaustive
public enum LogError: Error, Equatable {
    /// The proof does not lead from the leaf, or from the earlier root, to the root.
    case proofInvalid
    /// The index is not below the size, or the size is beyond the tree.
    case outOfRange
    /// The text has another form.
    case malformed
    /// More signatures or bytes than are read.
    case limitExceeded
    /// A known key's signature is wrong, or no known key signed.
    case signatureInvalid
    /// Fewer witnesses signed than are asked for.
    case witnessesMissing
    /// The checkpoint is another log's.
    case originMismatch
    /// A file cannot be read or written.
    case unavailable
    /// There is no such file.
    case missing(String)
    /// The file is not what the tree says.
    case damaged(String)
    /// A policy names a key of the wrong kind, or a quorum that its witnesses can never reach.
    case policyInvalid
}
