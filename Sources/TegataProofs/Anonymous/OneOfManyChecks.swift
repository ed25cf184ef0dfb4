import TegataCrypto

/// The checks of many one-out-of-many proofs over the same lists, gathered into one sum that has to vanish: the lists
/// and the commitment key enter it once, however many proofs there are.
///
/// Each equation has a weight of 128 bits that depends on every challenge and response, so equations that do not hold
/// cancel out with probability 2^-128.
struct OneOfManyChecks {
    /// One proof as it enters the sum, where Y_i = `constant` + Σ_c `factors`_c·column_c,i and Y_ℓ = δ·`base`.
    struct Entry {
        let proof: OneOfMany
        let challenge: Scalar
        let factors: [Scalar]
        let constant: Point?
        /// `base` as a combination of points.
        let base: [(Scalar, Point)]
    }

    let columns: [[Point]]
    let digits: Int

    /// Whether all entries hold.
    func hold(_ entries: [Entry]) -> Bool {
        var sum = PublicSum()
        var columnWeights = columns.map { [Scalar](repeating: .zero, count: $0.count) }
        var keyWeights = [Scalar](repeating: .zero, count: OneOfMany.base * digits)
        var blindingWeight = Scalar.zero
        var weights = Self.weights(entries)[...]
        for entry in entries {
            let (x, commitments) = (entry.challenge, entry.proof.commitments)
            let (u, v, w) = (weights.removeFirst(), weights.removeFirst(), weights.removeFirst())
            let responses = entry.proof.responses
            let f = rows(responses, x)
            let tail = Array(responses.suffix(3))
            // u·(A + xB − Com(f; z_A)) + v·(xC + E − Com(f(x − f); z_C))
            sum.add(u, commitments[0])
            sum.add(u * x, commitments[1])
            sum.add(v * x, commitments[2])
            sum.add(v, commitments[3])
            for (index, value) in f.joined().enumerated() {
                keyWeights[index] = keyWeights[index] - value * (u + v * (x - value))
            }
            blindingWeight = blindingWeight - u * tail[0] - v * tail[1]
            // w·(Σ P_iY_i − Σ x^kQ_k − zB), where ΣP_i = x^m
            var power = Scalar.one
            for q in commitments.dropFirst(4) {
                sum.add(-(w * power), q)
                power = power * x
            }
            if let constant = entry.constant { sum.add(w * power, constant) }
            for (coefficient, point) in entry.base { sum.add(-(w * tail[2] * coefficient), point) }
            addColumns(products(f, weight: w), entry.factors, to: &columnWeights)
        }
        for (column, weights) in zip(columns, columnWeights) {
            for (point, weight) in zip(column, weights) { sum.add(weight, point) }
        }
        for (point, weight) in zip(DigitKey.points, keyWeights) { sum.add(weight, point) }
        sum.add(blindingWeight, Generators.blinding)
        return sum.isIdentity
    }

    /// f_{j,0} … f_{j,7} for each digit: the first is what makes their sum x.
    private func rows(_ responses: [Scalar], _ x: Scalar) -> [[Scalar]] {
        (0..<digits).map { j in
            let row = responses[7 * j..<7 * j + 7]
            return [row.reduce(x) { $0 - $1 }] + row
        }
    }

    /// `weight`·Π_j f_{j,i_j} for every i below 8^m.
    private func products(_ f: [[Scalar]], weight: Scalar) -> [Scalar] {
        f.reduce([weight]) { products, row in
            row.flatMap { factor in products.map { $0 * factor } }
        }
    }

    private func addColumns(
        _ products: [Scalar], _ factors: [Scalar], to weights: inout [[Scalar]]
    ) {
        let count = weights[0].count
        // The list goes on with its last point.
        let folded =
            products[..<(count - 1)] + [products[(count - 1)...].reduce(.zero) { $0 + $1 }]
        for (column, factor) in factors.enumerated() {
            for (index, product) in folded.enumerated() {
                weights[column][index] =
                    weights[column][index] + (factor == .one ? product : product * factor)
            }
        }
    }

    private static func weights(_ entries: [Entry]) -> [Scalar] {
        var sponge = OneOfMany.sponge(label: "weights")
        for entry in entries {
            sponge.absorb(entry.challenge.encoded)
            sponge.absorb(entry.proof.responses.flatMap(\.encoded))
        }
        let bytes = sponge.squeeze(16 * 3 * entries.count)
        return stride(from: 0, to: bytes.count, by: 16).map {
            Scalar(reducingBigEndian: Array(bytes[$0..<$0 + 16]))
        }
    }
}
