internal import TegataCrypto

/// What a proof is for. All of it goes into the transcript, so a proof moved anywhere else is refused (A133).
///
/// A field that a step has no use for stays empty; it is absorbed with its length all the same.
package struct ProofContext: Hashable, Sendable {
    /// The edition, 32 bytes; empty towards attestors, who do not learn it.
    package var edition: [UInt8]
    /// Who checks the proof: the issuer's or the verifier's identifier.
    package var audience: [UInt8]
    /// The checker's fresh question.
    package var nonce: [UInt8]
    /// The protocol step or the verifier's stated purpose.
    package var purpose: [UInt8]
    /// When the question ends, seconds since 1970.
    package var expires: UInt64
    /// What the proof belongs to: the hash of a token, a card or a row.
    package var subject: [UInt8]

    package init(
        edition: [UInt8] = [], audience: [UInt8] = [], nonce: [UInt8] = [], purpose: [UInt8] = [],
        expires: UInt64 = 0, subject: [UInt8] = []
    ) {
        self.edition = edition
        self.audience = audience
        self.nonce = nonce
        self.purpose = purpose
        self.expires = expires
        self.subject = subject
    }

    /// Label and value of each field behind their lengths, in this order.
    package var encoded: [UInt8] {
        field("edition", edition) + field("audience", audience) + field("nonce", nonce)
            + field("purpose", purpose) + field("expires", bigEndian(expires))
            + field("subject", subject)
    }

    /// The same question about another subject.
    package func about(_ subject: [UInt8]) -> ProofContext {
        var copy = self
        copy.subject = subject
        return copy
    }

    private func field(_ label: String, _ value: [UInt8]) -> [UInt8] {
        Codec.prefixed(Array(label.utf8)) + Codec.prefixed(value)
    }
}
