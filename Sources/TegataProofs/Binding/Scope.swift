package import TegataCrypto

/// The edition a session is for, hidden from the attestors and opened to the nodes (protocol.md 4.1, 4.2).
package struct Scope: Hashable, Sendable {
    package let edition: FixedBytes<32>
    package let salt: FixedBytes<32>

    /// `edition`, and a salt that is the checker's question: whoever knows the question can open the commitment, so a
    /// token that commits to it was made for this question and no other. The question's nonce, which attestors never
    /// see, keeps the edition hidden from them.
    package init(edition: FixedBytes<32>, answering question: ProofContext) {
        self.edition = edition
        salt = BindingHash.tagged("session", question.encoded)
    }

    /// As the nodes receive it.
    package init(edition: FixedBytes<32>, salt: FixedBytes<32>) {
        self.edition = edition
        self.salt = salt
    }

    /// TH("scope", edition ‖ salt): what the ID card signs and the token carries.
    package var commitment: FixedBytes<32> {
        BindingHash.tagged("scope", edition.array, salt.array)
    }
}
