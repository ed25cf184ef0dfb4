internal import TegataSDJWT

/// Parameters as a link or a posted form carries them (application/x-www-form-urlencoded), read strictly: every name once,
/// whole escapes, valid UTF-8.
struct PresentationForm: Sendable {
    /// The parameters in their order.
    private(set) var fields: [(name: String, value: String)] = []

    init() {}

    /// Reads `name=value&…`.
    ///
    /// - Throws: `limitExceeded` above `limit` bytes or 64 parameters, `malformed`.
    init(parsing text: some StringProtocol, limit: Int) throws(Refusal) {
        guard text.utf8.count <= limit else { throw .limitExceeded }
        guard !text.isEmpty else { return }
        for pair in text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        {
            guard fields.count < 64 else { throw .limitExceeded }
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .malformed }
            let name = try Self.decode(parts[0])
            guard !name.isEmpty, self[name] == nil else { throw .malformed }
            fields.append((name, try Self.decode(parts[1])))
        }
    }

    /// The value of `name`, compared byte for byte.
    subscript(_ name: String) -> String? { fields.first { $0.name.hasSameBytes(as: name) }?.value }

    /// Adds a parameter, unless there is no value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    /// The form as text.
    var encoded: String {
        fields.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
    }

    private static func encode(_ text: String) -> String {
        var bytes = [UInt8]()
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decode(_ text: some Collection<UInt8>) throws(Refusal) -> String {
        var bytes = [UInt8]()
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value)
                else { throw .malformed }
                bytes.append(high << 4 | low)
            case 0x21...0x7E: bytes.append(byte)
            default: throw .malformed
            }
        }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return string
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
