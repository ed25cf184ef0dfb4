package import TegataCrypto

/// The points among which an anonymous holder's is one: a frozen list, in its published order, of 1 … 4,096.
///
/// Proofs name it by its root, so whoever checks one has to have the list itself.
package struct AnonymitySet: Hashable, Sendable {
    package let points: [Point]
    /// TH("anonymity-set", count 4 ‖ every point 33).
    package let root: FixedBytes<32>
    let digits: Int

    /// How many points one proof can range over.
    package static let maximumCount = 4_096

    /// The set of `points`.
    ///
    /// - Throws: `malformed` for none or too many.
    package init(_ points: [Point]) throws(ProofError) {
        guard let digits = OneOfMany.digits(for: points.count) else { throw .malformed }
        self.points = points
        self.digits = digits
        root = BindingHash.tagged(
            "anonymity-set", bigEndian(UInt32(points.count)), points.flatMap(\.encoded))
    }

    package static func == (left: Self, right: Self) -> Bool { left.root == right.root }

    package func hash(into hasher: inout Hasher) { hasher.combine(root) }

    /// digits 4 ‖ count 4 ‖ root 32, as transcripts absorb it.
    var encoded: [UInt8] { Codec.count(digits) + Codec.count(points.count) + root.array }
}
