import TegataCrypto

/// A prover of `OneOfMany` who has committed, and can answer one challenge.
///
/// Everything that depends on the position goes through `SecretBit`, and every scalar is shifted by a random common
/// constant whose part is subtracted again: no scalar is zero, so that which coefficients vanish (it would give the
/// position away) is not seen in a call, a branch or an address.
struct OneOfManyProver: ~Copyable {
    let commitments: [Point]
    private let digits: Int
    private let sigma: [[SecretBit]]
    private let a: [[SecretScalar]]
    private let blindings: [SecretScalar]
    private let rho: [SecretScalar]

    /// Commits to `position` in `images`, the Y_i, of which the one there is δ·`base`. The list goes on with its last
    /// point up to 8^`digits`, which takes no multiplication more.
    ///
    /// - Throws: `vanished` with probability 2^-250.
    init(
        _ position: SecretPosition, in images: [Point], base: Point, digits: Int,
        hedging secrets: [SecretScalar], transcript: [UInt8],
        using source: inout some Randomness
    ) throws(ProofError) {
        let size = 7 * digits + 4 + 4 + 2 * digits
        var nonces = SecretScalar.nonces(
            size, hedging: secrets, transcript: transcript, using: &source)[...]
        func next(_ count: Int, _ nonces: inout ArraySlice<SecretScalar>) -> [SecretScalar] {
            defer { nonces = nonces.dropFirst(count) }
            return Array(nonces.prefix(count))
        }
        var a: [[SecretScalar]] = []
        for _ in 0..<digits {
            let row = next(7, &nonces)
            a.append([-(try Self.sum(row))] + row)
        }
        let blindings = next(4, &nonces)
        let vectorShifts = next(4, &nonces)
        let rho = next(digits, &nonces)
        let shifts = next(digits, &nonces)
        let sigma = position.bits(digits: digits)
        let flatA = a.flatMap { $0 }
        let flatSigma = sigma.flatMap { $0 }

        var commitments = [
            try Self.commit(flatA.map { ($0, nil) }, shift: vectorShifts[0], blindings[0]),
            try Self.commit(
                flatSigma.map { (Self.one, $0) }, shift: vectorShifts[1], blindings[1]),
            // a·(1 − 2σ)
            try Self.commit(
                zip(flatA, flatSigma).map { (SecretScalar.select($1, -$0, $0), nil) },
                shift: vectorShifts[2], blindings[2]),
            try Self.commit(
                flatA.map { (-($0 * $0), nil) }, shift: vectorShifts[3], blindings[3]),
        ]
        guard let all = Point.sum(images) else { throw .vanished }
        for k in 0..<digits {
            let coefficients = try Self.coefficients(
                k, a, sigma, count: images.count, shift: shifts[k])
            var parts = zip(coefficients, images).map { $1.times($0) }
            parts += [all.times(-shifts[k]), base.times(rho[k])]
            guard let sum = Point.sum(parts) else { throw .vanished }
            commitments.append(sum)
        }
        self.commitments = commitments
        self.digits = digits
        self.sigma = sigma
        self.a = a
        self.blindings = blindings
        self.rho = rho
    }

    /// f_{j,i} = σ_{j,i}x + a_{j,i}; z_A, z_C; z = δx^m − Σρ_kx^k.
    consuming func respond(
        to x: Scalar, opening delta: SecretScalar
    ) throws(ProofError) -> [Scalar] {
        var responses: [Scalar] = []
        for (row, bits) in zip(a, sigma) {
            for (value, bit) in zip(row, bits).dropFirst() {
                responses.append(value.response(challenge: x, witness: Self.one, where: bit))
            }
        }
        responses.append(blindings[0].response(challenge: x, witness: blindings[1]))
        responses.append(blindings[3].response(challenge: x, witness: blindings[2]))
        var sum = rho[0]
        var power = x
        for k in 1..<digits {
            guard let part = rho[k].times(power), let next = sum + part else { throw .vanished }
            sum = next
            power = power * x
        }
        responses.append((-sum).response(challenge: power, witness: delta))
        return responses
    }

    /// Com(v; r) = Σv_iH_i + rH, where a value counts as zero unless its bit, if it has one, is set.
    private static func commit(
        _ values: [(SecretScalar, SecretBit?)], shift: SecretScalar, _ blinding: SecretScalar
    ) throws(ProofError) -> Point {
        var parts: [Point] = []
        for ((value, bit), generator) in zip(values, DigitKey.points) {
            guard let shifted = value + shift else { throw .vanished }
            parts.append(generator.times(bit.map { .select($0, shifted, shift) } ?? shifted))
        }
        guard let all = Point.sum(Array(DigitKey.points[..<values.count])) else {
            throw .vanished
        }
        parts += [all.times(-shift), Generators.blinding.times(blinding)]
        guard let sum = Point.sum(parts) else { throw .vanished }
        return sum
    }

    /// p_{i,k} + `shift` for every i: the coefficient of X^k in Π_j (σ_{j,i_j}X + a_{j,i_j}), which is the sum, over
    /// every choice of k digits, of the others' a where the chosen digits are those of the position.
    ///
    /// The last entry gathers those of the whole padding.
    private static func coefficients(
        _ k: Int, _ a: [[SecretScalar]], _ sigma: [[SecretBit]], count: Int, shift: SecretScalar
    ) throws(ProofError) -> [SecretScalar] {
        let choices = (0..<1 << a.count).filter { $0.nonzeroBitCount == k }
        var coefficients = [SecretScalar](repeating: shift, count: count)
        for i in 0..<1 << (3 * a.count) {
            let digits = OneOfMany.digits(of: i, count: a.count)
            let target = min(i, count - 1)
            for choice in choices {
                var product: SecretScalar?
                var bit: SecretBit?
                for (j, digit) in digits.enumerated() {
                    if choice >> j & 1 == 1 {
                        bit = bit.map { $0 & sigma[j][digit] } ?? sigma[j][digit]
                    } else {
                        product = product.map { $0 * a[j][digit] } ?? a[j][digit]
                    }
                }
                guard let product, let sum = coefficients[target] + product else {
                    throw .vanished
                }
                coefficients[target] =
                    bit.map { .select($0, sum, coefficients[target]) } ?? sum
            }
        }
        return coefficients
    }

    private static func sum(_ scalars: [SecretScalar]) throws(ProofError) -> SecretScalar {
        var sum = scalars[0]
        for scalar in scalars.dropFirst() {
            guard let next = sum + scalar else { throw .vanished }
            sum = next
        }
        return sum
    }

    private static let one: SecretScalar = {
        guard let one = SecretScalar(Scalar.one) else { preconditionFailure("one is not zero") }
        return one
    }()
}
