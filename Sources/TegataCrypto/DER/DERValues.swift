extension DERReader {
    /// The next INTEGER, which must be positive; the range is of its digits without a leading zero.
    package mutating func positiveInteger() throws(DERError) -> Range<Int> {
        let range = try integer()
        let first = byte(range.lowerBound)
        guard first < 0x80 else { throw .invalidValue }
        guard first == 0 else { return range }
        guard range.count > 1 else { throw .invalidValue }
        return range.lowerBound + 1..<range.upperBound
    }

    /// The next INTEGER, minimal two's complement (X.690 §8.3), as it lies.
    package mutating func integer() throws(DERError) -> Range<Int> {
        let range = try element(DERTag.integer).content
        guard !range.isEmpty else { throw .invalidValue }
        if range.count > 1 {
            let first = byte(range.lowerBound)
            let second = byte(range.lowerBound + 1)
            let padded = (first == 0 && second < 0x80) || (first == 0xFF && second >= 0x80)
            guard !padded else { throw .invalidValue }
        }
        return range
    }

    /// The next INTEGER when it is 0…2³¹−1, for versions, path lengths and salt lengths.
    package mutating func smallInteger() throws(DERError) -> Int {
        let range = try integer()
        guard range.count <= 4, byte(range.lowerBound) < 0x80 else { throw .invalidValue }
        return range.reduce(0) { $0 << 8 | Int(byte($1)) }
    }

    /// The next BOOLEAN: 00 or FF, nothing else (X.690 §11.1).
    package mutating func boolean() throws(DERError) -> Bool {
        let range = try element(DERTag.boolean).content
        guard range.count == 1 else { throw .invalidValue }
        switch byte(range.lowerBound) {
        case 0x00: return false
        case 0xFF: return true
        default: throw .invalidValue
        }
    }

    /// The next BIT STRING when it is whole bytes, as signatures and keys are.
    package mutating func octetsOfBitString() throws(DERError) -> Range<Int> {
        let range = try element(DERTag.bitString).content
        guard range.count >= 1, byte(range.lowerBound) == 0 else { throw .invalidValue }
        return range.lowerBound + 1..<range.upperBound
    }

    /// The next BIT STRING of named bits, bit 0 first, at most sixteen of them; trailing zero bits are refused (§11.2.2).
    package mutating func namedBits() throws(DERError) -> UInt16 {
        let range = try element(DERTag.bitString).content
        guard (1...3).contains(range.count) else { throw .invalidValue }
        let unused = byte(range.lowerBound)
        guard range.count > 1 else {
            guard unused == 0 else { throw .invalidValue }
            return 0
        }
        let last = byte(range.upperBound - 1)
        // The last used bit is one, and all after it are zero.
        guard unused < 8, last.trailingZeroBitCount == Int(unused), last != 0 else {
            throw .invalidValue
        }
        var bits = UInt16(byte(range.lowerBound + 1)) << 8
        if range.count == 3 { bits |= UInt16(last) }
        return bits
    }

    /// The next OBJECT IDENTIFIER, as its content bytes; each arc is checked to be minimal (§8.19).
    package mutating func objectIdentifier() throws(DERError) -> ObjectIdentifier {
        let range = try element(DERTag.objectIdentifier).content
        guard (1...32).contains(range.count) else { throw .invalidValue }
        var atStart = true
        for index in range {
            let byte = byte(index)
            guard !(atStart && byte == 0x80) else { throw .invalidValue }
            atStart = byte < 0x80
        }
        guard atStart else { throw .invalidValue }
        return ObjectIdentifier(content: copy(range))
    }

    /// The next UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 writes them: seconds, `Z`, no fraction. The answer is in
    /// seconds since 1970. Either spelling is read for years both can write, as the RFC asks of readers.
    package mutating func time() throws(DERError) -> Int64 {
        let element = try element()
        let digits = element.content.count - 1
        let yearDigits: Int
        switch (element.tag, digits) {
        case (DERTag.utcTime, 12): yearDigits = 2
        case (DERTag.generalizedTime, 14): yearDigits = 4
        default: throw .invalidValue
        }
        guard byte(element.content.upperBound - 1) == UInt8(ascii: "Z") else { throw .invalidValue }
        var position = element.content.lowerBound
        var year = try decimal(&position, yearDigits)
        if yearDigits == 2 { year += year < 50 ? 2000 : 1900 }
        let month = try decimal(&position, 2)
        let day = try decimal(&position, 2)
        let hour = try decimal(&position, 2)
        let minute = try decimal(&position, 2)
        let second = try decimal(&position, 2)
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        guard (1...12).contains(month) else { throw .invalidValue }
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day), hour < 24, minute < 60, second < 60 else {
            throw .invalidValue
        }
        // Days since 1970 by counting the years from a March, so that a leap day is a year's last day.
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let days =
            365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
            + (153 * marchMonth + 2) / 5 + day - 719_469
        return Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    }

    private func decimal(_ position: inout Int, _ count: Int) throws(DERError) -> Int {
        var value = 0
        for _ in 0..<count {
            let digit = byte(position)
            guard (0x30...0x39).contains(digit) else { throw .invalidValue }
            value = value * 10 + Int(digit - 0x30)
            position += 1
        }
        return value
    }
}

/// An OBJECT IDENTIFIER, compared by its bytes.
package struct ObjectIdentifier: Hashable, Sendable {
    /// The DER content: the arcs in base 128.
    package let content: [UInt8]

    init(content: [UInt8]) { self.content = content }

    /// From its arcs, such as 1, 2, 840. For constants: the first two arcs must be in their ranges.
    package init(_ arcs: Int...) {
        precondition(arcs.count >= 2 && arcs[0] <= 2 && (arcs[0] == 2 || arcs[1] < 40))
        var bytes: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
            var groups = [UInt8(arc & 0x7F)]
            var rest = arc >> 7
            while rest > 0 {
                groups.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            bytes += groups.reversed()
        }
        content = bytes
    }
}
