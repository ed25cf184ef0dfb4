import TegataCrypto

// RFC 9497 §2.2: one discrete logarithm equality for a whole batch. A proof is c ‖ s, 64 bytes.
extension OPRF {
    /// Proves that B = k·G and every D_i = k·C_i.
    func prove(
        _ key: Group.Secret, _ b: Group, _ c: [Group], _ d: [Group],
        using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard let (m, z) = composites(b, c, d) else { throw .malformed }
        let nonce = Group.Secret.random(using: &source)
        let challenge = challenge(
            b, m, z, Group.generator.times(nonce), m.times(nonce))
        // s = r − c·k
        return challenge.encoded + nonce.response(challenge: -challenge, witness: key).encoded
    }

    func isValid(_ proof: [UInt8], _ b: Group, _ c: [Group], _ d: [Group]) -> Bool {
        var reader = Reader(proof)
        guard let claimed = try? reader.scalar(Group.Scalar.self),
            let response = try? reader.scalar(Group.Scalar.self), reader.remaining == 0,
            let (m, z) = composites(b, c, d),
            let first = combine(response, Group.generator, claimed, b),
            let second = combine(response, m, claimed, z)
        else { return false }
        return challenge(b, m, z, first, second) == claimed
    }

    /// M = Σd_iC_i and Z = Σd_iD_i, where d_i depends on everything.
    private func composites(_ b: Group, _ c: [Group], _ d: [Group]) -> (Group, Group)? {
        guard !c.isEmpty, c.count == d.count, c.count <= 65_535 else { return nil }
        let seed = SHA256.hash(
            Self.framed(b.encoded) + Self.framed(Array("Seed-".utf8) + context)
        ).array
        var ms: [Group] = []
        var zs: [Group] = []
        for (index, (c, d)) in zip(c, d).enumerated() {
            let weight = scalar(
                hashing: Self.framed(seed) + [UInt8(index >> 8), UInt8(index & 255)]
                    + Self.framed(c.encoded) + Self.framed(d.encoded) + Array("Composite".utf8))
            if let part = c.times(weight) { ms.append(part) }
            if let part = d.times(weight) { zs.append(part) }
        }
        guard let m = Group.sum(ms), let z = Group.sum(zs) else { return nil }
        return (m, z)
    }

    private func challenge(
        _ b: Group, _ m: Group, _ z: Group, _ first: Group, _ second: Group
    ) -> Group.Scalar {
        let elements = [b, m, z, first, second].flatMap { Self.framed($0.encoded) }
        return scalar(hashing: elements + Array("Challenge".utf8))
    }

    private func combine(
        _ response: Group.Scalar, _ base: Group, _ challenge: Group.Scalar, _ image: Group
    ) -> Group? {
        Group.sum([base.times(response), image.times(challenge)].compactMap { $0 })
    }
}
