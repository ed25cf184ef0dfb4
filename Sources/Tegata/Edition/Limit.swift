/// How many cards an edition may ever have. Zero means none; unlimited is said, never implied (A83).
public enum Limit: Hashable, Sendable {
    /// At most this many cards, 0 … 4,294,967,295: a serial fills four bytes of a register row.
    case cards(UInt32)
    /// No limit.
    case unlimited

    /// Whether serials up to `count` stay within it.
    func isAtLeast(_ count: UInt32) -> Bool {
        switch self {
        case .cards(let limit): limit >= count
        case .unlimited: true
        }
    }

    /// Whether one more card fits when `issued` exist.
    func admits(after issued: UInt32) -> Bool {
        switch self {
        case .cards(let limit): issued < limit
        case .unlimited: issued < .max
        }
    }
}

extension Limit: ExpressibleByIntegerLiteral {
    /// Lets `limit: 500` be written. A negative or larger literal does not compile.
    public init(integerLiteral value: UInt32) {
        self = .cards(value)
    }
}

extension Limit: CustomStringConvertible {
    /// `500`, or `unlimited`.
    public var description: String {
        switch self {
        case .cards(let limit): String(limit)
        case .unlimited: "unlimited"
        }
    }
}
