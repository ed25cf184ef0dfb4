package import TegataCrypto

/// The attestors that somebody believes, and how many of them it takes (protocol.md §3).
package struct AttestorSet: Sendable {
    /// t_A.
    package let threshold: Int
    private let members: [FixedBytes<4>: (attestor: String, key: FixedBytes<32>)]

    /// BIP-340 keys by the attestor they belong to; an attestor may have several during a change of keys.
    ///
    /// `nil` unless 1 ≤ `threshold` ≤ number of attestors ≤ 255, for an attestor without a key, and for keys whose
    /// ids collide: a set that accepts everything is no set.
    package init?(_ attestors: [String: [FixedBytes<32>]], threshold: Int) {
        guard (1...255).contains(threshold), threshold <= attestors.count,
            attestors.count <= 255
        else { return nil }
        var members: [FixedBytes<4>: (attestor: String, key: FixedBytes<32>)] = [:]
        for (attestor, keys) in attestors {
            guard !keys.isEmpty else { return nil }
            for key in keys {
                let previous = members.updateValue((attestor, key), forKey: Self.keyID(key))
                guard previous == nil else { return nil }
            }
        }
        self.members = members
        self.threshold = threshold
    }

    /// The first four bytes of TH("attestor-key", x-only key): finds a key, proves nothing.
    package static func keyID(_ key: FixedBytes<32>) -> FixedBytes<4> {
        let hash = BindingHash.tagged("attestor-key", key.array)
        var id = FixedBytes<4>()
        for index in 0..<4 { id[index] = hash[index] }
        return id
    }

    /// The token, once every signature holds and they come from `threshold` different attestors.
    ///
    /// - Throws: `expired`, `unknownKey`, `thresholdNotMet` or `invalidSignature`.
    package func verify(_ token: Token, at time: UInt64) throws(ProofError) -> VerifiedToken {
        guard time < token.body.expires else { throw .expired }
        guard token.signatures.count == threshold else { throw .thresholdNotMet }
        var attestors: Set<String> = []
        var keys: [FixedBytes<32>] = []
        for signature in token.signatures {
            guard let member = members[signature.keyID] else { throw .unknownKey }
            attestors.insert(member.attestor)
            keys.append(member.key)
        }
        // One attestor under two names of its keys is still one opinion.
        guard attestors.count == threshold else { throw .thresholdNotMet }
        let hash = token.body.hash
        for (signature, key) in zip(token.signatures, keys) {
            guard
                Secp256k1.PublicKey.isValidSchnorrSignature(
                    signature.bytes.span, for: hash.span, xOnly: key.span)
            else { throw .invalidSignature }
        }
        return VerifiedToken(body: token.body, hash: hash)
    }
}

/// A token whose signatures and expiry have been checked. Only `AttestorSet.verify` makes one.
package struct VerifiedToken: Hashable, Sendable {
    package let body: Token.Body
    /// TH("token", body).
    package let hash: FixedBytes<32>

    fileprivate init(body: Token.Body, hash: FixedBytes<32>) {
        self.body = body
        self.hash = hash
    }

    /// Nothing, when the token was made for this scope.
    ///
    /// - Throws: `mismatch`.
    package func check(_ scope: Scope) throws(ProofError) {
        guard scope.commitment == body.scope else { throw .mismatch }
    }
}
