/// The number of a card within its edition, 1 … limit.
public struct Serial: Hashable, Comparable, Sendable {
    /// The number, never 0.
    public let number: UInt32

    /// `nil` for 0, and for a number beyond `limit`.
    public init?(_ number: UInt32, within limit: Limit) {
        guard number > 0 else { return nil }
        if case .cards(let count) = limit, number > count { return nil }
        self.number = number
    }

    /// Orders by number.
    public static func < (left: Serial, right: Serial) -> Bool {
        left.number < right.number
    }
}

extension Serial: CustomStringConvertible {
    /// The number in decimal digits.
    public var description: String { String(number) }
}
