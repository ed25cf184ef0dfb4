package import TegataCrypto

/// What the national ID card signs: one challenge for all attestors of a session (protocol.md 4.1).
///
/// Its prefix and its length prefixes make the signed hash meaningless anywhere else, and no two sessions share it.
package struct IDChallenge: Hashable, Sendable {
    /// One attestor's BIP-340 key and its fresh nonce, 32 bytes each.
    package struct Attestor: Hashable, Sendable {
        package let key: FixedBytes<32>
        package let nonce: FixedBytes<32>

        package init(key: FixedBytes<32>, nonce: FixedBytes<32>) {
            self.key = key
            self.nonce = nonce
        }
    }

    package let attestors: [Attestor]
    package let blinded: BlindedPerson
    /// The commitment of a `Scope`.
    package let scope: FixedBytes<32>
    /// What the session is for, in words the attestor logs: `issue`, `check`, `link`.
    package let purpose: String
    /// When the session ends, seconds since 1970.
    package let expires: UInt64
    /// The time that attestors compare the certificate's beginning with, seconds since 1970; `nil` when nobody asks.
    package let cutOff: UInt64?

    package init(
        attestors: [Attestor], blinded: BlindedPerson, scope: FixedBytes<32>, purpose: String,
        expires: UInt64, cutOff: UInt64? = nil
    ) {
        self.cutOff = cutOff
        self.attestors = attestors
        self.blinded = blinded
        self.scope = scope
        self.purpose = purpose
        self.expires = expires
    }

    /// The hash that the ID card signs, 32 bytes.
    package var hash: FixedBytes<32> { SHA256.hash(encoded) }

    /// The hashed bytes: prefix, suite, attestors (count in four bytes; key and nonce of each), R, α, with a second index α₂,
    /// scope, purpose, expiry, and the cut-off where there is one. Counts and lengths little-endian, times in eight bytes big-endian.
    /// The prefix names the version of the token that attestors give for it.
    package var encoded: [UInt8] {
        let version = Token.version(hasSecond: blinded.second != nil, hasCutOff: cutOff != nil)
        return Array("TEGATA-V0\(version)-ID-CHALLENGE".utf8)
            + Codec.prefixed(Array(Point.sigmaSuite.utf8))
            + Codec.count(attestors.count) + attestors.flatMap { $0.key.array + $0.nonce.array }
            + blinded.encoded + scope.array + Codec.prefixed(Array(purpose.utf8))
            + bigEndian(expires) + (cutOff.map { bigEndian($0) } ?? [])
    }

    /// The context of π₀: the whole challenge, through its hash.
    var context: ProofContext {
        ProofContext(
            nonce: hash.array, purpose: Array(purpose.utf8), expires: expires,
            subject: scope.array)
    }
}
