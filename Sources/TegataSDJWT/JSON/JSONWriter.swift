internal import TegataCrypto

extension [UInt8] {
    /// Appends `value` as JSON text without spaces.
    package mutating func appendJSON(_ value: JSON) {
        switch value {
        case .null: append(contentsOf: "null".utf8)
        case .bool(let value): append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .number(let number): append(contentsOf: number.token.utf8)
        case .string(let text): appendJSON(text)
        case .array(let elements):
            append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(element)
            }
            append(UInt8(ascii: "]"))
        case .object(let object):
            append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(member.name)
                append(UInt8(ascii: ":"))
                appendJSON(member.value)
            }
            append(UInt8(ascii: "}"))
        }
    }

    /// Appends `text` as a JSON string. Escaped are only what must be, in the short form where there is one: what
    /// RFC 8785 §3.2.2.2 asks for.
    package mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        let characters = text.utf8.span
        let plain = ByteSearch.endOfPlainText(in: characters, from: 0)
        if plain == characters.count {
            append(contentsOf: text.utf8)
        } else {
            for index in 0..<characters.count { appendEscaped(characters[index]) }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        let short: UInt8
        switch byte {
        case 0x22, 0x5C: short = byte
        case 0x08: short = UInt8(ascii: "b")
        case 0x09: short = UInt8(ascii: "t")
        case 0x0A: short = UInt8(ascii: "n")
        case 0x0C: short = UInt8(ascii: "f")
        case 0x0D: short = UInt8(ascii: "r")
        case 0..<0x20:
            append(contentsOf: "\\u00".utf8)
            append(byte < 0x10 ? 0x30 : 0x31)
            let low = byte & 15
            append(low < 10 ? 0x30 + low : 0x61 + low - 10)
            return
        default:
            append(byte)
            return
        }
        append(UInt8(ascii: "\\"))
        append(short)
    }
}

extension JSON {
    /// The value as JSON text without spaces, members in their order.
    package var encoded: [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity(256)
        text.appendJSON(self)
        return text
    }
}
