/// Who would have to work together to learn which person holds which card (protocol.md, decision 6). Every result
/// that a national-ID proof stands behind names it.
public enum TrustProfile: Hashable, Sendable {
    /// One operator runs issuer, attestor and evaluation node, and so sees person and edition.
    case embedded
    /// Separate operators: `attestors.0` of `attestors.1` must sign, `nodes.0` of `nodes.1` must evaluate, and as
    /// many of both must collude to find a person.
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
