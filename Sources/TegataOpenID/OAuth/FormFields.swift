internal import TegataSDJWT

/// The fields of an `application/x-www-form-urlencoded` text: a token request, a query. Each name once (RFC 6749 §3.1).
struct FormFields: Sendable {
    private(set) var fields: [(name: String, value: String)] = []

    init() {}

    /// Reads a body or a query.
    ///
    /// Throws `malformed` for broken percent-encoding, text that is not UTF-8 or has control characters, and a name that
    /// comes twice; `limitExceeded` above 64 KiB or 64 fields.
    init(parsing text: [UInt8]) throws(Refusal) {
        guard text.count <= 64 * 1024 else { throw .limitExceeded }
        for part in text.split(separator: UInt8(ascii: "&")) {
            guard fields.count < 64 else { throw .limitExceeded }
            let sides = part.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(sides[0])
            guard self[name] == nil else { throw .malformed }
            fields.append((name, sides.count > 1 ? try Self.decode(sides[1]) : ""))
        }
    }

    /// The value of `name`, compared byte for byte; `nil` without one, and for an empty one (RFC 6749 §3.1).
    subscript(name: String) -> String? {
        fields.first { $0.name.hasSameBytes(as: name) }.flatMap {
            $0.value.isEmpty ? nil : $0.value
        }
    }

    /// Adds a field.
    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    /// The text.
    var encoded: String {
        fields.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986.
    static func encode(_ text: String) -> String {
        var encoded = [UInt8]()
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if PlainText.isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func decode(_ text: ArraySlice<UInt8>) throws(Refusal) -> String {
        var bytes = [UInt8]()
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit),
                    let low = rest.popFirst().flatMap(hexDigit)
                else { throw .malformed }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .malformed }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Sets of characters that texts on the wire are made of.
enum PlainText {
    /// Letters, digits, `-._~` (RFC 3986 §2.3).
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Whether every character may stand in a URL as it is, and there are at most 2,048 of them.
    static func isURL(_ text: String) -> Bool {
        text.utf8.count <= 2048
            && text.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
            }
    }
}
