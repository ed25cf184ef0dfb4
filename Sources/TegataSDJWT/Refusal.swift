/// Why something was refused: the stable, machine-readable reason that library, tool and service give alike.
///
/// A reason has no payload. Nothing that a stranger sent, and nothing secret, can reach a log through it.
@nonexhaustive
public enum Refusal: String, Error, CaseIterable, Sendable {
    /// Not in the one accepted form.
    case malformed
    /// An algorithm, type or extension outside the policy.
    case unsupported
    /// A signature that does not verify.
    case signatureInvalid = "signature_invalid"
    /// No trusted key may speak for this issuer.
    case issuerUntrusted = "issuer_untrusted"
    /// A genuine token of another kind than the one asked for.
    case typeMismatch = "type_mismatch"
    /// A disclosure that breaks RFC 9901 §7.1.
    case disclosureInvalid = "disclosure_invalid"
    /// Holder binding is required and absent.
    case holderBindingMissing = "holder_binding_missing"
    /// Holder binding by another key, for another question, or stale.
    case holderBindingInvalid = "holder_binding_invalid"
    /// A one-time value seen before.
    case replayed
    /// Past its end.
    case expired
    /// Before its beginning.
    case notYetValid = "not_yet_valid"
    /// Ended for good by the issuer.
    case revoked
    /// Ended for now by the issuer.
    case suspended
    /// The status could not be established; never read as valid.
    case statusUnknown = "status_unknown"
    /// Larger, deeper or more than the policy allows.
    case limitExceeded = "limit_exceeded"
    /// The caller may not do this.
    case unauthorized
    /// Every serial of the edition is taken.
    case soldOut = "sold_out"
    /// This person holds a card of the edition.
    case alreadyClaimed = "already_claimed"
    /// The same key or transaction with another content.
    case conflict
    /// A log proof is missing or not about this card.
    case logProofInvalid = "log_proof_invalid"
    /// The national-ID proof does not hold.
    case nationalIDInvalid = "national_id_invalid"
    /// Something this answer depends on did not answer.
    case unavailable
}
