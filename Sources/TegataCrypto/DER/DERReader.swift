/// A cursor over strict DER (X.690): one encoding of each value, and nothing after the last.
///
/// Positions in what it returns are positions in the bytes given to the outermost reader, so a part that was signed
/// can be hashed as received. Indefinite and long-winded lengths, multi-byte tags, input over 64 KiB and nesting over
/// 16 levels are refused.
package struct DERReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var position: Int
    private let end: Int
    private let depth: Int

    /// Most bytes a reader accepts. Certificates have 1 or 2 KiB.
    package static let byteLimit = 65_536
    private static let depthLimit = 16

    /// A reader of all of `bytes`.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) throws(DERError) {
        guard bytes.count <= Self.byteLimit else { throw .tooLarge }
        self.bytes = bytes
        position = 0
        end = bytes.count
        depth = 0
    }

    @_lifetime(copy parent)
    private init(_ parent: borrowing DERReader, _ range: Range<Int>) throws(DERError) {
        guard parent.depth < Self.depthLimit else { throw .tooLarge }
        bytes = parent.bytes
        position = range.lowerBound
        end = range.upperBound
        depth = parent.depth + 1
    }

    /// Whether nothing is left.
    package var isAtEnd: Bool { position == end }

    /// Fails when anything is left.
    package func finish() throws(DERError) {
        guard isAtEnd else { throw .trailingBytes }
    }

    /// The tag byte that comes next, or `nil` at the end.
    package var nextTag: UInt8? { isAtEnd ? nil : bytes[position] }

    /// The next element whatever its tag: tag byte, all its bytes, and the content among them.
    package mutating func element() throws(DERError) -> DERElement {
        let start = position
        guard end - position >= 2 else { throw .truncated }
        let tag = bytes[position]
        guard tag & 0x1F != 0x1F else { throw .unsupportedTag }
        var length = Int(bytes[position + 1])
        var content = position + 2
        if length >= 0x80 {
            // One or two length bytes reach past the size limit; 0x80 alone is BER's indefinite form.
            let lengthBytes = length & 0x7F
            guard (1...2).contains(lengthBytes) else { throw .invalidLength }
            guard end - content >= lengthBytes else { throw .truncated }
            length = 0
            for index in 0..<lengthBytes { length = length << 8 | Int(bytes[content + index]) }
            content += lengthBytes
            guard length >= (lengthBytes == 1 ? 0x80 : 0x100) else { throw .invalidLength }
        }
        guard end - content >= length else { throw .truncated }
        position = content + length
        return DERElement(tag: tag, whole: start..<position, content: content..<position)
    }

    /// The next element, which must have this tag byte.
    package mutating func element(_ tag: UInt8) throws(DERError) -> DERElement {
        guard nextTag == tag else { throw isAtEnd ? .truncated : .unexpectedTag }
        return try element()
    }

    /// A reader of the next element's content, which must have this tag byte (SEQUENCE unless given).
    @_lifetime(copy self)
    package mutating func sequence(_ tag: UInt8 = DERTag.sequence) throws(DERError) -> DERReader {
        let element = try element(tag)
        return try DERReader(self, element.content)
    }

    /// A reader of what lies in `range`, such as the content of an element read before.
    @_lifetime(copy self)
    package func reader(of range: Range<Int>) throws(DERError) -> DERReader {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { throw .truncated }
        return try DERReader(self, range)
    }

    /// The byte at `index`.
    func byte(_ index: Int) -> UInt8 { bytes[index] }

    /// The bytes in `range`, copied.
    package func copy(_ range: Range<Int>) -> [UInt8] {
        var copied: [UInt8] = []
        copied.reserveCapacity(range.count)
        for index in range { copied.append(bytes[index]) }
        return copied
    }

    /// Whether the bytes in `range` are exactly `other`.
    package func equals(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for index in 0..<other.count where bytes[range.lowerBound + index] != other[index] {
            return false
        }
        return true
    }
}

/// One element as found: its tag byte and where it lies.
package struct DERElement: Hashable, Sendable {
    /// The identifier byte: class, constructed bit and number.
    package let tag: UInt8
    /// Identifier, length and content.
    package let whole: Range<Int>
    /// The content alone.
    package let content: Range<Int>
}

/// Identifier bytes of the types that certificates use.
package enum DERTag {
    package static let boolean: UInt8 = 0x01
    package static let integer: UInt8 = 0x02
    package static let bitString: UInt8 = 0x03
    package static let octetString: UInt8 = 0x04
    package static let null: UInt8 = 0x05
    package static let objectIdentifier: UInt8 = 0x06
    package static let enumerated: UInt8 = 0x0A
    package static let utf8String: UInt8 = 0x0C
    package static let printableString: UInt8 = 0x13
    package static let ia5String: UInt8 = 0x16
    package static let utcTime: UInt8 = 0x17
    package static let generalizedTime: UInt8 = 0x18
    package static let sequence: UInt8 = 0x30
    package static let set: UInt8 = 0x31

    /// Context-specific and primitive, such as `[0] IMPLICIT OCTET STRING`.
    package static func context(_ number: UInt8) -> UInt8 { 0x80 | number }
    /// Context-specific and constructed, such as `[3] EXPLICIT`.
    package static func contextConstructed(_ number: UInt8) -> UInt8 { 0xA0 | number }
}

/// Why bytes are not the DER that was expected.
package enum DERError: Error, Equatable {
    case truncated
    case trailingBytes
    case invalidLength
    case unsupportedTag
    case unexpectedTag
    case invalidValue
    case tooLarge
}
