internal import TegataCrypto

/// JSON that has been read but not built: the bytes, and one flat entry per value and member name.
///
/// Several texts may lie on one tape, so a whole presentation costs two allocations. An entry is named by its
/// index, `Node`. Nothing here is a verified value; who holds the tape knows what its bytes were.
struct JSONTape: Sendable {
    typealias Node = Int

    enum Kind: UInt8 {
        case null, `true`, `false`, number, string, array, object
    }

    /// An object is followed by name, value, name, value, …; an array by its elements; `next` is the entry
    /// after all of it. For strings `start..<end` is what stands between the quotes.
    struct Entry {
        var kind: Kind
        var isEscaped: Bool
        var start: UInt32
        var end: UInt32
        var next: UInt32
    }

    var bytes: [UInt8] = []
    var entries: [Entry] = []

    /// Makes room for the JSON inside `count` characters of base64url, so that reading seldom grows anything.
    mutating func reserve(forText count: Int) {
        bytes.reserveCapacity(count * 3 / 4)
        entries.reserveCapacity(count / 16 + 8)
    }

    /// Reads the JSON text in `bytes[range]` and answers its outermost value.
    ///
    /// Throws `reason` for text that is not JSON, `malformed` for a name given twice or one that
    /// the limits forbid, `limitExceeded`.
    mutating func read(
        _ range: Range<Int>, _ limits: JSONLimits, otherwise reason: Refusal = .malformed
    ) throws(Refusal) -> Node {
        let root = entries.count
        // Taken out for the time of reading: the reader borrows `bytes`, and with it the tape.
        var growing: [Entry] = []
        swap(&growing, &entries)
        var reader = JSONReader(bytes.span.extracting(range), offset: range.lowerBound, limits)
        do {
            try reader.read(into: &growing)
        } catch .limit {
            throw .limitExceeded
        } catch .badName {
            throw .malformed
        } catch {
            throw reason
        }
        swap(&growing, &entries)
        return root
    }

    /// Decodes base64url onto the tape and reads the JSON text that comes out. Throws as `read`, and `malformed` for
    /// text that is not base64url.
    mutating func readBase64URL(
        _ text: Span<UInt8>, _ limits: JSONLimits, otherwise reason: Refusal = .malformed
    ) throws(Refusal) -> Node {
        let start = bytes.count
        try Base64URL.decode(text, appendingTo: &bytes)
        return try read(start..<bytes.count, limits, otherwise: reason)
    }

    func kind(_ node: Node) -> Kind { entries[node].kind }

    /// The entry after this value and everything in it.
    func next(_ node: Node) -> Node { Int(entries[node].next) }

    func range(_ node: Node) -> Range<Int> {
        Int(entries[node].start)..<Int(entries[node].end)
    }

    /// Whether the string at `node` is exactly `text`.
    func isString(_ node: Node, _ text: String) -> Bool {
        let entry = entries[node]
        guard entry.kind == .string else { return false }
        if entry.isEscaped { return ByteSearch.areEqual(unescaped(node).span, text.utf8.span) }
        // Most names differ in length; borrowing the characters costs more than finding that out.
        guard Int(entry.end - entry.start) == text.utf8.count else { return false }
        return ByteSearch.areEqual(bytes.span.extracting(range(node)), text.utf8.span)
    }

    /// The value of the member `name` of an object; `nil` for other kinds of values.
    func member(_ name: String, of node: Node) -> Node? {
        guard entries[node].kind == .object else { return nil }
        let end = next(node)
        var key = node + 1
        while key < end {
            if isString(key, name) { return key + 1 }
            key = next(key + 1)
        }
        return nil
    }

    /// The text of a string; `nil` for other kinds of values.
    func string(_ node: Node) -> String? {
        let entry = entries[node]
        guard entry.kind == .string else { return nil }
        if entry.isEscaped { return String(decoding: unescaped(node), as: UTF8.self) }
        return String(decoding: bytes[range(node)], as: UTF8.self)
    }

    /// The number, when it has neither fraction nor exponent and fits 64 bits.
    func integer(_ node: Node) -> Int64? {
        guard entries[node].kind == .number else { return nil }
        return JSONNumber.integer(bytes.span.extracting(range(node)))
    }

    /// The value and everything in it.
    func value(_ node: Node) -> JSON {
        switch entries[node].kind {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number:
            let token = String(decoding: bytes[range(node)], as: UTF8.self)
            return .number(JSONNumber(checked: token))
        case .string: return .string(string(node) ?? "")
        case .array:
            var elements = [JSON]()
            var element = node + 1
            while element < next(node) {
                elements.append(value(element))
                element = next(element)
            }
            return .array(elements)
        case .object:
            var members = [JSONObject.Member]()
            var key = node + 1
            while key < next(node) {
                members.append(.init(name: string(key) ?? "", value: value(key + 1)))
                key = next(key + 1)
            }
            return .object(JSONObject(distinct: members))
        }
    }

    /// The UTF-8 of a string with escapes.
    func unescaped(_ node: Node) -> [UInt8] {
        JSONEscapes.decode(bytes.span.extracting(range(node)))
    }
}

extension JSON {
    /// Reads one JSON text.
    ///
    /// Throws `malformed`, or `limitExceeded` when it is deeper or has more values than `limits` allow.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(Refusal) {
        var tape = JSONTape()
        tape.bytes = bytes
        let root = try tape.read(0..<bytes.count, limits)
        self = tape.value(root)
    }
}
