package import TegataCrypto

/// Oblivious pseudorandom functions as in RFC 9497, over any `PrimeGroup`.
///
/// The binding protocol has its own messages; this is the standard it is measured by, and what runs the standard's
/// vectors.
package struct OPRF<Group: PrimeGroup>: Sendable {
    /// The three protocols of the RFC; the number is part of every domain string (§3.1).
    package enum Mode: UInt8, Sendable {
        case oprf = 0
        case voprf = 1
        case poprf = 2
    }

    package let mode: Mode
    let context: [UInt8]

    package init(_ mode: Mode) {
        self.mode = mode
        context =
            Array("OPRFV1-".utf8) + [mode.rawValue] + Array("-\(Group.oprfSuite)".utf8)
    }

    /// The key of a 32-byte seed and public key information (§3.2.1); `nil` with probability 2^-65536.
    package func key(seed: [UInt8], info: [UInt8]) -> Group.Secret? {
        for counter in UInt8.min...UInt8.max {
            let scalar = Group.scalar(
                hashing: seed + Self.framed(info) + [counter],
                domain: Array("DeriveKeyPair".utf8) + context)
            if let key = Group.Secret(scalar) { return key }
        }
        return nil
    }

    /// The client's message: the input's point behind `blind`. An input of 65,535 bytes or more, or one that hashes
    /// to the identity, is `nil`.
    package func blind(_ input: [UInt8], with blind: Group.Secret) -> Group? {
        guard input.count < 65_535 else { return nil }
        return Group.hash(input, domain: Array("HashToGroup-".utf8) + context)?.times(blind)
    }

    /// The server's answers to blinded elements, with the proof that one key made them all: 64 bytes, empty in mode
    /// `oprf`. `info` is public input, of mode `poprf` only.
    ///
    /// - Throws: `vanished` when key and `info` cancel out; `malformed` for nothing to evaluate.
    package func evaluate(
        _ blinded: [Group], key: Group.Secret, info: [UInt8] = [],
        using source: inout some Randomness
    ) throws(ProofError) -> (elements: [Group], proof: [UInt8]) {
        switch mode {
        case .oprf:
            return (blinded.map { $0.times(key) }, [])
        case .voprf:
            let elements = blinded.map { $0.times(key) }
            let proof = try prove(
                key, Group.generator.times(key), blinded, elements, using: &source)
            return (elements, proof)
        case .poprf:
            guard let tweak = Group.Secret(scalar(of: info)), let tweaked = key + tweak else {
                throw .vanished
            }
            let inverse = tweaked.inverse
            let elements = blinded.map { $0.times(inverse) }
            // Here the key takes the answers back to the questions.
            let proof = try prove(
                tweaked, Group.generator.times(tweaked), elements, blinded, using: &source)
            return (elements, proof)
        }
    }

    /// Whether `proof` shows that the key behind `publicKey` answered. Always `false` in mode `oprf`: it has none.
    package func isValid(
        _ proof: [UInt8], blinded: [Group], elements: [Group], publicKey: Group,
        info: [UInt8] = []
    ) -> Bool {
        switch mode {
        case .oprf: return false
        case .voprf: return isValid(proof, publicKey, blinded, elements)
        case .poprf:
            let tweak = Group.generator.times(scalar(of: info))
            guard let tweaked = Group.sum([publicKey] + [tweak].compactMap { $0 }) else {
                return false
            }
            return isValid(proof, tweaked, elements, blinded)
        }
    }

    /// The function's value, 32 bytes: the hash of input, `info` and the unblinded answer (§3.3). In the verifiable
    /// modes, only for an answer whose proof was valid.
    package func finalize(
        _ input: [UInt8], blind: Group.Secret, element: Group, info: [UInt8] = []
    ) -> [UInt8] {
        let unblinded = element.times(blind.inverse).encoded
        let shared = mode == .poprf ? Self.framed(info) : []
        return SHA256.hash(
            Self.framed(input) + shared + Self.framed(unblinded) + Array("Finalize".utf8)
        ).array
    }

    func scalar(hashing message: [UInt8]) -> Group.Scalar {
        Group.scalar(hashing: message, domain: Array("HashToScalar-".utf8) + context)
    }

    private func scalar(of info: [UInt8]) -> Group.Scalar {
        scalar(hashing: Array("Info".utf8) + Self.framed(info))
    }

    /// The length in two bytes, big-endian, then the bytes.
    static func framed(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)]
            + bytes
    }
}
