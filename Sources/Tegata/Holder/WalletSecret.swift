internal import TegataCrypto

/// The secret from which a wallet derives, for each card, the numbers behind its commitment. Nothing has to be kept
/// between request and card: what was drawn is drawn again.
struct WalletSecret: Sendable {
    private let bytes: SecretBytes

    /// The secret that follows from a private key. Whoever has the key has the cards anyway.
    init(derivedFrom key: [UInt8]) {
        bytes = SecretBytes(
            copying: HMAC.authenticationCode(
                for: Array("TEGATA-V01/wallet".utf8), key: key
            ).span)
    }

    /// ρ of one session: drawn again to settle (Spec/settlement.md).
    func session(salt: [UInt8], edition: EditionDigest) -> SecretScalar {
        let label = Array("TEGATA-V01/session".utf8) + salt + edition.array
        var source = WalletRandomness(
            key: HMAC.authenticationCode(for: label, key: bytes.exposedBytes))
        return .random(using: &source)
    }

    /// The source for one card: it repeats for the same salt, edition and person's index. The index is in it so that
    /// an answer with another person's row opens nothing.
    func source(
        salt: [UInt8], edition: EditionDigest, index: [UInt8]
    ) -> WalletRandomness {
        let label = Array("TEGATA-V01/card".utf8) + salt + edition.array
        return WalletRandomness(
            key: HMAC.authenticationCode(
                for: label + index, key: bytes.exposedBytes))
    }
}

/// A stream of HMAC-SHA-256 outputs under one secret. Used for two secrets and a proof's nonces, which the proof
/// itself hedges with its witness and transcript.
struct WalletRandomness: Randomness {
    private let key: SecretBytes
    private var counter: UInt8 = 0

    init(key: [UInt8]) {
        self.key = SecretBytes(copying: key.span)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var output = [UInt8]()
        while output.count < count {
            counter &+= 1
            output += HMAC.authenticationCode(for: [counter], key: key.exposedBytes)
        }
        return Array(output[..<count])
    }
}
