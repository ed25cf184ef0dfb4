internal import TegataCrypto
internal import TegataSDJWT

extension TypedDataTypes {
    /// hashStruct: keccak-256 of the type's hash and the members' words.
    ///
    /// - Throws: `malformed` for a value that does not fit its type, `limitExceeded` beyond 16 levels.
    func hash(_ value: JSON, as name: String, depth: Int = 0) throws(Refusal) -> [UInt8] {
        Keccak256.hash(try encode(value, as: name, depth: depth))
    }

    /// The hash of the type, then a word for each member: what is hashed.
    func encode(_ value: JSON, as name: String, depth: Int = 0) throws(Refusal) -> [UInt8] {
        guard depth < 16 else { throw .limitExceeded }
        let members = try members(of: name)
        guard let object = value.object, object.count == members.count else { throw .malformed }
        var encoded = Keccak256.hash(Array(try encodeType(name).utf8))
        for member in members {
            guard let value = object[member.name] else { throw .malformed }
            encoded += try word(value, member.type, depth)
        }
        return encoded
    }

    /// 32 bytes for a value.
    private func word(
        _ value: JSON, _ type: TypedDataType, _ depth: Int
    ) throws(Refusal) -> [UInt8] {
        switch type {
        case .unsigned(let bits): return try Word(value, bits: bits, isSigned: false).bytes
        case .signed(let bits): return try Word(value, bits: bits, isSigned: true).bytes
        case .bool:
            guard let value = value.bool else { throw .malformed }
            return [UInt8](repeating: 0, count: 31) + [value ? 1 : 0]
        case .address:
            guard let text = value.string else { throw .malformed }
            return [UInt8](repeating: 0, count: 12) + (try EthereumAddress(parsing: text).bytes)
        case .fixed(let count):
            let bytes = try hexadecimal(value)
            guard bytes.count == count else { throw .malformed }
            return bytes + [UInt8](repeating: 0, count: 32 - count)
        case .bytes: return Keccak256.hash(try hexadecimal(value))
        case .string:
            guard let text = value.string else { throw .malformed }
            return Keccak256.hash(Array(text.utf8))
        case .list(let element, let count):
            guard let elements = value.array, count == nil || count == elements.count else {
                throw .malformed
            }
            guard elements.count <= 4_096, depth < 16 else { throw .limitExceeded }
            var words = [UInt8]()
            for value in elements { words += try word(value, element, depth + 1) }
            return Keccak256.hash(words)
        case .structure(let name): return try hash(value, as: name, depth: depth + 1)
        }
    }

    private func hexadecimal(_ value: JSON) throws(Refusal) -> [UInt8] {
        guard let text = value.string, text.hasPrefix("0x"),
            let bytes = Hex.decode(text.dropFirst(2).lowercased())
        else { throw .malformed }
        return bytes
    }
}

/// A whole number of up to 256 bits, big-endian, in two's complement.
struct Word {
    let bytes: [UInt8]

    /// Reads a JSON number or text: digits with a minus sign where the type has one, or 0x and hexadecimal digits.
    ///
    /// - Throws: `malformed`, also for a number that its type does not hold.
    init(_ value: JSON, bits: Int, isSigned: Bool) throws(Refusal) {
        let text: String
        switch value {
        case .number(let number): text = number.description
        case .string(let string): text = string
        default: throw .malformed
        }
        let isNegative = text.hasPrefix("-")
        guard !isNegative || isSigned else { throw .malformed }
        let magnitude = try Self.magnitude(isNegative ? text.dropFirst() : text[...])
        // A signed type of n bits holds −2^(n−1) … 2^(n−1) − 1.
        let width = isSigned ? bits - 1 : bits
        let length = Self.bitLength(magnitude)
        let isLowest =
            isNegative && length == bits
            && magnitude.reduce(0) { $0 + $1.nonzeroBitCount } == 1
        guard length <= width || isLowest else { throw .malformed }
        bytes = isNegative ? Self.negated(magnitude) : magnitude
    }

    private static func magnitude(_ digits: Substring) throws(Refusal) -> [UInt8] {
        let isHexadecimal = digits.hasPrefix("0x")
        let digits = isHexadecimal ? digits.dropFirst(2) : digits
        guard !digits.isEmpty, digits.utf8.count <= 80 else { throw .malformed }
        let base = isHexadecimal ? 16 : 10
        var bytes = [UInt8](repeating: 0, count: 32)
        for digit in digits {
            guard digit.isASCII, let value = digit.hexDigitValue, value < base else {
                throw .malformed
            }
            var carry = value
            for index in bytes.indices.reversed() {
                let sum = Int(bytes[index]) * base + carry
                bytes[index] = UInt8(truncatingIfNeeded: sum)
                carry = sum >> 8
            }
            guard carry == 0 else { throw .malformed }
        }
        return bytes
    }

    private static func bitLength(_ bytes: [UInt8]) -> Int {
        guard let first = bytes.firstIndex(where: { $0 != 0 }) else { return 0 }
        return 8 * (bytes.count - first) - bytes[first].leadingZeroBitCount
    }

    private static func negated(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes.map { ~$0 }
        for index in result.indices.reversed() {
            result[index] &+= 1
            if result[index] != 0 { break }
        }
        return result
    }
}
