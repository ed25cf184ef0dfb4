import TegataCrypto

/// A threshold: any `threshold` of `nodes` evaluate, fewer learn nothing (protocol.md §3).
///
/// The key is a sum of pieces, one for each set of `nodes` − `threshold` + 1 nodes, held by all of that set: any
/// `threshold` nodes hold every piece together, and any fewer miss one.
package struct Sharing: Hashable, Sendable {
    /// n, 1…9: the pieces grow as a binomial coefficient.
    package let nodes: Int
    /// t, 1…n.
    package let threshold: Int
    /// The holders of each piece, in lexicographic order; nodes count from 1.
    package let holders: [[Int]]

    /// One node that answers alone: the embedded default.
    package static let single = Sharing(unchecked: 1, threshold: 1)

    /// `threshold` of `nodes`, or `nil` outside 1 ≤ t ≤ n ≤ 9.
    package init?(nodes: Int, threshold: Int) {
        guard (1...9).contains(nodes), (1...nodes).contains(threshold) else { return nil }
        self.init(unchecked: nodes, threshold: threshold)
    }

    private init(unchecked nodes: Int, threshold: Int) {
        self.nodes = nodes
        self.threshold = threshold
        holders = Self.combinations(of: nodes - threshold + 1, from: Array(1...nodes))
    }

    /// The pieces that `node` holds, as positions in `holders`.
    package func pieces(of node: Int) -> [Int] {
        holders.indices.filter { holders[$0].contains(node) }
    }

    /// f_A(i) = Π_{j∉A} (j − i)/j: what piece A contributes to the share of node i. Never zero for a holder.
    func weight(of piece: Int, for node: Int) -> Scalar {
        var numerator = Scalar.one
        var denominator = Scalar.one
        for other in 1...nodes where !holders[piece].contains(other) {
            numerator = numerator * (Scalar(UInt64(other)) - Scalar(UInt64(node)))
            denominator = denominator * Scalar(UInt64(other))
        }
        return numerator * invert(denominator)
    }

    /// λ_i for interpolation at zero from exactly these different nodes.
    static func lagrange(_ nodes: [Int]) -> [Scalar] {
        nodes.map { node in
            var numerator = Scalar.one
            var denominator = Scalar.one
            for other in nodes where other != node {
                numerator = numerator * -Scalar(UInt64(other))
                denominator = denominator * (Scalar(UInt64(node)) - Scalar(UInt64(other)))
            }
            return numerator * invert(denominator)
        }
    }

    private static func combinations(of count: Int, from items: [Int]) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return items.indices.flatMap { index in
            combinations(of: count - 1, from: Array(items[(index + 1)...])).map {
                [items[index]] + $0
            }
        }
    }
}

private func invert(_ scalar: Scalar) -> Scalar {
    guard let inverse = scalar.inverse else {
        preconditionFailure("node numbers are different and not zero")
    }
    return inverse
}
