/// Why a step of the binding protocol was refused. No payload: nothing that a stranger sent gets into a log.
package enum ProofError: String, Error, Equatable {
    /// Not in the one accepted form: a length, a point, a scalar, an order, trailing bytes.
    case malformed
    /// A proof that does not hold for this statement and this context.
    case invalidProof = "invalid_proof"
    /// A signature that does not verify.
    case invalidSignature = "invalid_signature"
    /// Fewer different attestors or nodes than the edition asks for.
    case thresholdNotMet = "threshold_not_met"
    /// A key that is not in the configured set, or holders of one seed that disagree.
    case unknownKey = "unknown_key"
    /// Past its end.
    case expired
    /// Made for another edition, question or person.
    case mismatch
    /// A sum that has to be a point is the identity, or a secret became zero: probability 2^-256 by accident.
    case vanished
}
