/// A verifier's question to one of an edition's members, as a wallet reads it and shows it to its owner before anything is answered
/// (Spec/anonymous.md).
public struct AnonymousRequest: Sendable {
    /// Who asks.
    public let verifier: String
    /// What is asked: until when, what has to be shown besides, and what it is for.
    public let action: AnonymousAction
    /// When the question ends, seconds since 1970.
    public let expires: Int64

    /// Reads a question.
    ///
    /// - Parameters:
    ///   - text: the question.
    ///   - profile: whom the member believes to be asked by.
    ///   - snapshot: the lists that the issuer signed, among whose cards it is.
    /// - Throws: `issuerUntrusted` or `signatureInvalid` for a question that this verifier did not sign, `typeMismatch` for one about
    ///   another edition or other lists, `malformed`.
    public init(
        parsing text: String, from profile: VerifierProfile, among snapshot: MemberSnapshot
    ) throws(Refusal) {
        let question = try SignedQuestion(parsing: text, from: profile, about: snapshot)
        verifier = question.verifier
        action = question.action
        expires = question.expires
    }
}
