package import TegataCrypto

/// What attestors state about a session: "a person with a national ID card of this class signed for this blinding
/// and this scope". It names neither person nor edition (protocol.md 4.1).
///
///     version 1 ‖ suite 1 ‖ class 2 ‖ flags 2 ‖ scope 32 ‖ expires 8 ‖ R 33 ‖ α 33     112 bytes
///     in versions 3 and 4 also: α₂ 33
///     in versions 2 and 4 also: cut-off 8
///     then for each attestor, in ascending order: key id 4 ‖ BIP-340 signature 64       68 bytes each
package struct Token: Hashable, Sendable {
    /// What the attestors observed, as bits.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// The certificate began before the token's cut-off (protocol.md 5.4). In a token without one it says nothing.
        package static let beforeCutOff = Flags(rawValue: 1)
        /// The certificate hangs from a test authority.
        package static let testAnchors = Flags(rawValue: 2)
        /// A revocation source answered that the certificate is good.
        package static let revocationGood = Flags(rawValue: 4)
        static let known: Flags = [.beforeCutOff, .testAnchors, .revocationGood]
    }

    /// The signed part: 112 bytes, 33 more with a second index, 8 more where it names a cut-off.
    package struct Body: Hashable, Sendable {
        /// The kind of ID card: the register of numbers is in `Spec/binding.md`.
        package let cardClass: UInt16
        package let flags: Flags
        /// The commitment of a `Scope`.
        package let scope: FixedBytes<32>
        /// Seconds since 1970.
        package let expires: UInt64
        package let blinded: BlindedPerson
        /// What `beforeCutOff` compares with, seconds since 1970; `nil` in versions 1 and 3.
        package let cutOff: UInt64?

        package init(
            cardClass: UInt16, flags: Flags, scope: FixedBytes<32>, expires: UInt64,
            blinded: BlindedPerson, cutOff: UInt64? = nil
        ) {
            self.cutOff = cutOff
            self.cardClass = cardClass
            self.flags = flags
            self.scope = scope
            self.expires = expires
            self.blinded = blinded
        }

        /// 112 … 153 bytes.
        package var encoded: [UInt8] {
            [
                Token.version(hasSecond: blinded.second != nil, hasCutOff: cutOff != nil),
                Token.suite,
            ]
                + [cardClass, flags.rawValue].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
                + scope.array + bigEndian(expires) + blinded.encoded
                + (cutOff.map { bigEndian($0) } ?? [])
        }

        /// Whether the certificate began before this time, as attestors said who were asked about this very time.
        package func began(before time: UInt64) -> Bool {
            cutOff == time && flags.contains(.beforeCutOff)
        }

        init(from reader: inout Reader) throws(ProofError) {
            let head = try reader.take(2)
            guard (1...4).contains(head[0]), head[1] == Token.suite else { throw .malformed }
            cardClass = try reader.integer()
            flags = Flags(rawValue: try reader.integer())
            guard flags.isSubset(of: .known) else { throw .malformed }
            scope = try reader.fixed()
            expires = try reader.integer()
            blinded = try BlindedPerson(from: &reader, hasSecond: head[0] >= 3)
            cutOff = head[0] % 2 == 0 ? try reader.integer() : nil
        }

        /// TH("token", body): what attestors sign and log, and what later proofs are bound to. It does not depend on
        /// which attestors signed.
        package var hash: FixedBytes<32> { BindingHash.tagged("token", encoded) }

        /// Whether `signature` is the one of the attestor with this x-only key.
        package func isSigned(by key: FixedBytes<32>, _ signature: AttestorSignature) -> Bool {
            signature.keyID == AttestorSet.keyID(key)
                && Secp256k1.PublicKey.isValidSchnorrSignature(
                    signature.bytes.span, for: hash.span, xOnly: key.span)
        }

        /// An attestor's signature over this body.
        package func signature(
            by key: Secp256k1.PrivateKey, using source: inout some Randomness
        ) -> AttestorSignature {
            AttestorSignature(
                keyID: AttestorSet.keyID(key.publicKey.xOnly),
                bytes: key.schnorrSignature(for: hash.array, auxiliary: source.fixed()))
        }
    }

    /// One attestor's signature, 68 bytes with its key id.
    package struct AttestorSignature: Hashable, Sendable {
        package let keyID: FixedBytes<4>
        package let bytes: FixedBytes<64>

        /// Key id ‖ signature, 68 bytes.
        package var encoded: [UInt8] { keyID.array + bytes.array }

        package init(keyID: FixedBytes<4>, bytes: FixedBytes<64>) {
            self.keyID = keyID
            self.bytes = bytes
        }

        /// Reads 68 bytes.
        ///
        /// - Throws: `malformed` for another length.
        package init(parsing bytes: [UInt8]) throws(ProofError) {
            var reader = Reader(bytes)
            try self.init(from: &reader)
            try reader.finish()
        }

        init(from reader: inout Reader) throws(ProofError) {
            keyID = try reader.fixed()
            bytes = try reader.fixed()
        }
    }

    package let body: Body
    package let signatures: [AttestorSignature]

    /// The token that a holder puts together; signatures are sorted.
    package init(body: Body, signatures: [AttestorSignature]) {
        self.body = body
        self.signatures = signatures.sorted {
            $0.keyID.array.lexicographicallyPrecedes($1.keyID.array)
        }
    }

    /// Reads a token of exactly `threshold` signatures: its body + 68·`threshold` bytes.
    ///
    /// - Throws: `malformed`, also for signatures out of order; `thresholdNotMet` when one key signed twice.
    package init(parsing bytes: [UInt8], threshold: Int) throws(ProofError) {
        var reader = Reader(bytes)
        try self.init(from: &reader, threshold: threshold)
        try reader.finish()
    }

    init(from reader: inout Reader, threshold: Int) throws(ProofError) {
        body = try Body(from: &reader)
        var signatures: [AttestorSignature] = []
        for _ in 0..<threshold { signatures.append(try AttestorSignature(from: &reader)) }
        for (one, next) in zip(signatures, signatures.dropFirst()) {
            guard one.keyID != next.keyID else { throw .thresholdNotMet }
            guard one.keyID.array.lexicographicallyPrecedes(next.keyID.array) else {
                throw .malformed
            }
        }
        self.signatures = signatures
    }

    /// The body, + 68 bytes a signature.
    package var encoded: [UInt8] { body.encoded + signatures.flatMap(\.encoded) }

    /// How many bytes a token with `threshold` signatures has.
    package static func size(
        threshold: Int, namingCutOff: Bool = false, hasSecond: Bool = false
    ) -> Int {
        112 + (hasSecond ? 33 : 0) + (namingCutOff ? 8 : 0) + 68 * threshold
    }

    /// 1, one more with a cut-off, two more with a second index.
    static func version(hasSecond: Bool, hasCutOff: Bool) -> UInt8 {
        1 + (hasSecond ? 2 : 0) + (hasCutOff ? 1 : 0)
    }
    fileprivate static let suite: UInt8 = 1
}
