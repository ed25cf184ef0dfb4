internal import TegataCrypto

/// How much JSON is read before it is refused as `limit_exceeded`.
package struct JSONLimits: Sendable {
    /// Arrays and objects inside each other.
    package var depth: Int
    /// Values and member names of one text.
    package var values: Int
    /// Bytes of one text.
    package var bytes: Int
    /// Whether a member name may hold `\u0000`. It is JSON, but software that ends strings there reads another name.
    package var allowsNULInNames: Bool

    package init(
        depth: Int = 32, values: Int = 65_536, bytes: Int = 1 << 20, allowsNULInNames: Bool = true
    ) {
        self.depth = depth
        self.values = values
        self.bytes = bytes
        self.allowsNULInNames = allowsNULInNames
    }

    /// Depth 32, 65,536 values, 1 MiB.
    package static let `default` = JSONLimits()
}

/// Why a text was not read. Callers turn it into the reason that fits the place where the text stood.
enum JSONFault: Error {
    case syntax
    case badName
    case limit
}

/// Reads one JSON text (RFC 8259) onto a tape, strictly: valid UTF-8, no byte order mark, no lone surrogate, no
/// name twice in one object, nothing after the value. No call stack grows with the depth of the text.
struct JSONReader: ~Escapable {
    private let text: Span<UInt8>
    private let offset: Int
    private let limits: JSONLimits
    private var position = 0
    /// The innermost open array or object, -1 for none. The `next` of an open one holds the one around it, so
    /// reading needs no memory but the tape.
    private var container = -1
    private var depth = 0

    /// A reader of `text`, which starts `offset` bytes into the tape.
    @_lifetime(copy text)
    init(_ text: Span<UInt8>, offset: Int, _ limits: JSONLimits) {
        self.text = text
        self.offset = offset
        self.limits = limits
    }

    mutating func read(into entries: inout [JSONTape.Entry]) throws(JSONFault) {
        // Positions are kept in 32 bits, links between entries with a sign.
        guard text.count <= limits.bytes, offset + text.count < Int(Int32.max) else {
            throw .limit
        }
        let first = entries.count
        var needsValue = true
        while true {
            skipWhitespace()
            if needsValue {
                guard entries.count - first < limits.values else { throw .limit }
                needsValue = try readValue(into: &entries)
            } else if container >= 0 {
                let isObject = entries[container].kind == .object
                let byte = try take()
                if byte == UInt8(ascii: ",") {
                    skipWhitespace()
                    if isObject { try readName(into: &entries) }
                    needsValue = true
                } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    try close(&entries)
                } else {
                    throw .syntax
                }
            } else {
                guard position == text.count else { throw .syntax }
                return
            }
        }
    }

    /// Reads a scalar, or the start of a container; answers whether a value must follow.
    private mutating func readValue(
        into entries: inout [JSONTape.Entry]
    ) throws(JSONFault) -> Bool {
        let start = position
        switch try take() {
        case UInt8(ascii: "\""):
            try readString(into: &entries)
        case UInt8(ascii: "{"):
            try enter(.object, start, &entries)
            skipWhitespace()
            if peek() == UInt8(ascii: "}") {
                position += 1
                try close(&entries)
                return false
            }
            try readName(into: &entries)
            return true
        case UInt8(ascii: "["):
            try enter(.array, start, &entries)
            skipWhitespace()
            if peek() == UInt8(ascii: "]") {
                position += 1
                try close(&entries)
                return false
            }
            return true
        case UInt8(ascii: "t"): try readWord("rue", .true, start, &entries)
        case UInt8(ascii: "f"): try readWord("alse", .false, start, &entries)
        case UInt8(ascii: "n"): try readWord("ull", .null, start, &entries)
        case let byte:
            try readNumber(from: byte)
            add(.number, start, position, &entries)
        }
        return false
    }

    private mutating func enter(
        _ kind: JSONTape.Kind, _ start: Int, _ entries: inout [JSONTape.Entry]
    ) throws(JSONFault) {
        guard depth < limits.depth else { throw .limit }
        depth += 1
        let outer = container
        container = entries.count
        add(kind, start, start, &entries)
        entries[container].next = UInt32(bitPattern: Int32(outer))
    }

    private mutating func close(_ entries: inout [JSONTape.Entry]) throws(JSONFault) {
        let closed = container
        container = Int(Int32(bitPattern: entries[closed].next))
        depth -= 1
        entries[closed].end = UInt32(offset + position)
        entries[closed].next = UInt32(entries.count)
        guard entries[closed].kind == .object else { return }
        guard hasDistinctNames(closed, entries) else { throw .badName }
    }

    private mutating func readName(into entries: inout [JSONTape.Entry]) throws(JSONFault) {
        guard try take() == UInt8(ascii: "\"") else { throw .syntax }
        try readString(into: &entries)
        if !limits.allowsNULInNames, let name = entries.last, name.isEscaped {
            guard !JSONEscapes.decode(raw(name)).contains(0) else { throw .badName }
        }
        skipWhitespace()
        guard try take() == UInt8(ascii: ":") else { throw .syntax }
    }

    /// Reads up to the closing quote.
    private mutating func readString(into entries: inout [JSONTape.Entry]) throws(JSONFault) {
        let start = position
        var isEscaped = false
        while true {
            // The loop that most bytes of a card go through: plain ASCII.
            position = ByteSearch.endOfPlainText(in: text, from: position)
            let byte = try take()
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                try skipEscape()
            } else {
                guard byte >= 0x80 else { throw .syntax }
                try skipUTF8(first: byte)
            }
        }
        add(.string, start, position - 1, &entries, isEscaped: isEscaped)
    }

    private mutating func skipEscape() throws(JSONFault) {
        switch try take() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            let unit = try takeHex()
            if unit & 0xFC00 == 0xD800 {
                guard try take() == UInt8(ascii: "\\"), try take() == UInt8(ascii: "u"),
                    try takeHex() & 0xFC00 == 0xDC00
                else { throw .syntax }
            } else if unit & 0xFC00 == 0xDC00 {
                throw .syntax
            }
        default: throw .syntax
        }
    }

    private mutating func takeHex() throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = JSONEscapes.hexValue(try take()) else { throw .syntax }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// Skips what follows the first byte of a character outside ASCII (RFC 3629 §4: no over-long form, no
    /// surrogate, nothing above U+10FFFF).
    private mutating func skipUTF8(first: UInt8) throws(JSONFault) {
        let second = try take()
        let more: Int
        let range: ClosedRange<UInt8>
        switch first {
        case 0xC2...0xDF: (more, range) = (0, 0x80...0xBF)
        case 0xE0: (more, range) = (1, 0xA0...0xBF)
        case 0xED: (more, range) = (1, 0x80...0x9F)
        case 0xE1...0xEF: (more, range) = (1, 0x80...0xBF)
        case 0xF0: (more, range) = (2, 0x90...0xBF)
        case 0xF1...0xF3: (more, range) = (2, 0x80...0xBF)
        case 0xF4: (more, range) = (2, 0x80...0x8F)
        default: throw .syntax
        }
        guard range.contains(second) else { throw .syntax }
        for _ in 0..<more {
            guard try take() & 0xC0 == 0x80 else { throw .syntax }
        }
    }

    private mutating func readNumber(from first: UInt8) throws(JSONFault) {
        var digit = first
        if digit == UInt8(ascii: "-") { digit = try take() }
        guard isDigit(digit) else { throw .syntax }
        if digit != UInt8(ascii: "0") { skipDigits() }
        if peek() == UInt8(ascii: ".") {
            position += 1
            guard isDigit(try take()) else { throw .syntax }
            skipDigits()
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            guard isDigit(try take()) else { throw .syntax }
            skipDigits()
        }
    }

    private mutating func readWord(
        _ rest: String, _ kind: JSONTape.Kind, _ start: Int, _ entries: inout [JSONTape.Entry]
    ) throws(JSONFault) {
        for byte in rest.utf8 {
            guard try take() == byte else { throw .syntax }
        }
        add(kind, start, position, &entries)
    }

    private mutating func add(
        _ kind: JSONTape.Kind, _ start: Int, _ end: Int, _ entries: inout [JSONTape.Entry],
        isEscaped: Bool = false
    ) {
        entries.append(
            JSONTape.Entry(
                kind: kind, isEscaped: isEscaped, start: UInt32(offset + start),
                end: UInt32(offset + end), next: UInt32(entries.count + 1)))
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private mutating func skipDigits() {
        while position < text.count, isDigit(text[position]) { position += 1 }
    }

    private mutating func skipWhitespace() {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// The byte at the position, 0 at the end: no JSON text has a zero byte where this is asked.
    private func peek() -> UInt8 { position < text.count ? text[position] : 0 }

    private mutating func take() throws(JSONFault) -> UInt8 {
        guard position < text.count else { throw .syntax }
        position += 1
        return text[position - 1]
    }
}

extension JSONReader {
    /// Whether the names of a finished object differ once decoded (`"a"` and `"\u0061"` are one name).
    ///
    /// Few names are compared in pairs, which is quickest; many go through a set, whose seeded hash keeps a
    /// hostile object from costing the square of its size.
    private func hasDistinctNames(_ object: Int, _ entries: [JSONTape.Entry]) -> Bool {
        let end = Int(entries[object].next)
        var count = 0
        var isEscaped = false
        var name = object + 1
        while name < end {
            count += 1
            isEscaped = isEscaped || entries[name].isEscaped
            name = Int(entries[name + 1].next)
        }
        guard isEscaped || count > 24 else { return differInPairs(object, entries) }
        var seen = Set<[UInt8]>(minimumCapacity: count)
        name = object + 1
        while name < end {
            let bytes = raw(entries[name])
            let decoded =
                entries[name].isEscaped ? JSONEscapes.decode(bytes) : Array(copying: bytes)
            guard seen.insert(decoded).inserted else { return false }
            name = Int(entries[name + 1].next)
        }
        return true
    }

    private func differInPairs(_ object: Int, _ entries: [JSONTape.Entry]) -> Bool {
        let end = Int(entries[object].next)
        var name = object + 1
        while name < end {
            let left = entries[name]
            var other = Int(entries[name + 1].next)
            name = other
            while other < end {
                let right = entries[other]
                if left.end - left.start == right.end - right.start,
                    ByteSearch.areEqual(raw(left), raw(right))
                {
                    return false
                }
                other = Int(entries[other + 1].next)
            }
        }
        return true
    }

    @_lifetime(copy self)
    private func raw(_ entry: JSONTape.Entry) -> Span<UInt8> {
        text.extracting(Int(entry.start) - offset..<Int(entry.end) - offset)
    }
}
