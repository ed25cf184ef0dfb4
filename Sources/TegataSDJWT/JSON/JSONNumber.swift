/// A JSON number exactly as it was written, so that nothing is rounded on the way through.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// The characters of the number, valid by RFC 8259 §6.
    public let token: String

    /// A token that the reader has checked.
    init(checked token: String) {
        self.token = token
    }

    /// A whole number.
    public init(_ value: Int64) {
        token = String(value)
    }

    /// A finite number, in the shortest form that gives it back; `nil` for infinities and NaN.
    public init?(_ value: Double) {
        guard let token = ECMAScriptNumber.text(value) else { return nil }
        self.token = token
    }

    /// The value, when it is written without fraction and exponent and fits 64 bits. `-0` is none: nobody
    /// writes it who means a count or a time.
    public var integer: Int64? {
        JSONNumber.integer(token.utf8.span)
    }

    /// The nearest double, as ECMAScript reads it; `nil` when it is out of range.
    public var double: Double? {
        guard let value = Double(token), value.isFinite else { return nil }
        return value
    }

    /// The number as it was written.
    public var description: String { token }

    /// Reads digits with an optional minus; `nil` for anything else, for `-0` and on overflow.
    static func integer(_ token: Span<UInt8>) -> Int64? {
        guard token.count > 0 else { return nil }
        let negative = token[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        // Accumulating below zero reaches Int64.min, which has no positive twin.
        for index in (negative ? 1 : 0)..<token.count {
            let digit = Int64(token[index]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (difference, underflow) = product.subtractingReportingOverflow(digit)
            guard !overflow, !underflow else { return nil }
            value = difference
        }
        if negative { return value == 0 ? nil : value }
        return value == .min ? nil : -value
    }
}
