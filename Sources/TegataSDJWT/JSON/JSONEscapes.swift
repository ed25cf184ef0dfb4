/// The escapes of JSON strings (RFC 8259 §7).
enum JSONEscapes {
    /// The UTF-8 of the characters between the quotes. The reader has checked every escape.
    static func decode(_ text: Span<UInt8>) -> [UInt8] {
        var decoded = [UInt8]()
        decoded.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                decoded.append(byte)
                continue
            }
            let escape = text[index]
            index += 1
            switch escape {
            case UInt8(ascii: "b"): decoded.append(0x08)
            case UInt8(ascii: "f"): decoded.append(0x0C)
            case UInt8(ascii: "n"): decoded.append(0x0A)
            case UInt8(ascii: "r"): decoded.append(0x0D)
            case UInt8(ascii: "t"): decoded.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = unit(text, index)
                index += 4
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit(text, index + 2) - 0xDC00)
                    index += 6
                }
                append(scalar, to: &decoded)
            default: decoded.append(escape)
            }
        }
        return decoded
    }

    /// 0…15, or `nil` for anything that is not a hexadecimal digit.
    static func hexValue(_ digit: UInt8) -> UInt32? {
        switch digit {
        case 0x30...0x39: UInt32(digit) - 0x30
        case 0x41...0x46: UInt32(digit) - 0x41 + 10
        case 0x61...0x66: UInt32(digit) - 0x61 + 10
        default: nil
        }
    }

    private static func unit(_ text: Span<UInt8>, _ start: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in start..<start + 4 { value = value << 4 | (hexValue(text[index]) ?? 0) }
        return value
    }

    private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(scalar))
        case 0x80..<0x800:
            bytes.append(0xC0 | UInt8(scalar >> 6))
            bytes.append(0x80 | UInt8(scalar & 63))
        case 0x800..<0x10000:
            bytes.append(0xE0 | UInt8(scalar >> 12))
            bytes.append(0x80 | UInt8(scalar >> 6 & 63))
            bytes.append(0x80 | UInt8(scalar & 63))
        default:
            bytes.append(0xF0 | UInt8(scalar >> 18 & 7))
            bytes.append(0x80 | UInt8(scalar >> 12 & 63))
            bytes.append(0x80 | UInt8(scalar >> 6 & 63))
            bytes.append(0x80 | UInt8(scalar & 63))
        }
    }
}

extension [UInt8] {
    /// A copy of `bytes`.
    package init(copying bytes: Span<UInt8>) {
        self.init(capacity: bytes.count) { output in
            for index in 0..<bytes.count { output.append(bytes[index]) }
        }
    }
}
