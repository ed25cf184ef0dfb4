package import TegataCrypto

/// An issuer's word that somebody may ask the nodes of an edition: 146 bytes (Spec/services.md).
///
///     version 1 ‖ rights 1 ‖ edition 32 ‖ x-only key 32 ‖ from 8 ‖ until 8 ‖ BIP-340 signature 64
package struct RequesterGrant: Hashable, Sendable {
    /// What else the requester may.
    package struct Rights: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Ask for people whose certificate began after the edition's cut-off.
        package static let lateCertificates = Rights(rawValue: 1)
    }

    package static let size = 146
    /// How long one may be, in seconds: a day, and a minute for clocks. Nobody can take it back before.
    package static let lifetime: UInt64 = 86_460

    package let rights: Rights
    package let edition: FixedBytes<32>
    /// The requester's BIP-340 key.
    package let key: FixedBytes<32>
    /// The first second and the last, since 1970.
    package let validity: ClosedRange<UInt64>
    private let signature: FixedBytes<64>

    /// A certificate signed by the issuer's register key.
    package init(
        edition: FixedBytes<32>, key: FixedBytes<32>, rights: Rights,
        validity: ClosedRange<UInt64>, signedBy issuer: Secp256k1.PrivateKey,
        using source: inout some Randomness
    ) {
        self.rights = rights
        self.edition = edition
        self.key = key
        self.validity = validity
        let body = Self.encode(rights, edition, key, validity)
        signature = issuer.schnorrSignature(
            for: BindingHash.tagged("requester", body).array, auxiliary: source.fixed())
    }

    /// Reads 146 bytes, whoever signed them.
    ///
    /// - Throws: `malformed`, also for one that is longer than a day.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        guard try reader.take(1) == [1] else { throw .malformed }
        rights = Rights(rawValue: try reader.integer())
        guard rights.isSubset(of: [.lateCertificates]) else { throw .malformed }
        edition = try reader.fixed()
        key = try reader.fixed()
        let from: UInt64 = try reader.integer()
        let until: UInt64 = try reader.integer()
        guard from <= until, until - from <= Self.lifetime else { throw .malformed }
        validity = from...until
        signature = try reader.fixed()
        try reader.finish()
    }

    /// 146 bytes.
    package var encoded: [UInt8] {
        Self.encode(rights, edition, key, validity) + signature.array
    }

    /// What a requester signs with its key, once a session.
    package static func question(
        token: FixedBytes<32>, scope: Scope
    ) -> FixedBytes<32> {
        BindingHash.tagged(
            "evaluation-request", token.array, scope.edition.array, scope.salt.array)
    }

    /// Nothing, when `issuer` signed this, its time is now, and `proof`, 64 bytes, is its holder's word about this session.
    ///
    /// - Throws: `expired` outside of its time, `mismatch` for another edition, `invalidSignature`.
    package func check(
        _ proof: FixedBytes<64>, token: FixedBytes<32>, scope: Scope, issuer: FixedBytes<32>,
        at time: UInt64
    ) throws(ProofError) {
        guard edition == scope.edition else { throw .mismatch }
        let hash = BindingHash.tagged(
            "requester", Self.encode(rights, edition, key, validity))
        guard
            Secp256k1.PublicKey.isValidSchnorrSignature(
                signature.span, for: hash.span, xOnly: issuer.span)
        else { throw .invalidSignature }
        guard validity.contains(time) else { throw .expired }
        let question = Self.question(token: token, scope: scope)
        guard
            Secp256k1.PublicKey.isValidSchnorrSignature(
                proof.span, for: question.span, xOnly: key.span)
        else { throw .invalidSignature }
    }

    private static func encode(
        _ rights: Rights, _ edition: FixedBytes<32>, _ key: FixedBytes<32>,
        _ validity: ClosedRange<UInt64>
    ) -> [UInt8] {
        [1, rights.rawValue] + edition.array + key.array + bigEndian(validity.lowerBound)
            + bigEndian(validity.upperBound)
    }
}
