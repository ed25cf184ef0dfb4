/// Whom it takes to learn which person holds which card. Every result that a national-ID proof stands behind names it
/// (protocol.md, decision 6).
public enum TrustProfile: Hashable, Sendable {
    /// One operator runs issuer, attestor and evaluation node, and so sees person and edition.
    case embedded
    /// Separate operators: so many attestors must sign, so many nodes must evaluate. Direct issuance shows the issuer
    /// a session that its attestors recognise, so an attestor and the issuer together could still link person and
    /// card; fewer than the needed nodes learn nothing.
    case split(attestors: Threshold, nodes: Threshold)

    /// So many of so many.
    public struct Threshold: Hashable, Sendable, CustomStringConvertible {
        /// How many are needed, at least 1.
        public let needed: Int
        /// How many there are.
        public let total: Int

        /// `2-of-3`.
        public var description: String { "\(needed)-of-\(total)" }
    }
}

extension TrustProfile: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .embedded: "embedded (one operator sees person and edition)"
        case .split(let attestors, let nodes):
            "split (\(attestors) attestors, \(nodes) evaluation nodes)"
        }
    }
}
