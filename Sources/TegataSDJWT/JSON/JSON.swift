internal import TegataCrypto

/// A JSON value (RFC 8259), as claims carry it.
///
/// Strings are compared byte for byte, as identifiers must be: Swift's own `==` on `String` would take two
/// spellings of "é" for one.
public enum JSON: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as it was written.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// A list.
    case array([JSON])
    /// Named members, in the order written.
    case object(JSONObject)
}

extension JSON {
    /// The text, when this is a string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, when this is one without fraction or exponent that fits 64 bits.
    public var integer: Int64? {
        if case .number(let value) = self { value.integer } else { nil }
    }

    /// The truth value, when this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, when this is a list.
    public var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, when this is an object.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member `name` of an object; `nil` without one, and for every other kind of value.
    public subscript(_ name: String) -> JSON? { object?[name] }

    /// The element `index` of a list; `nil` outside it, and for every other kind of value.
    public subscript(_ index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSON: Hashable {
    /// Whether both mean the same: members in any order, strings byte for byte, numbers as written.
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// Feeds the value to `hasher`.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `nil` is `null`.
    public init(nilLiteral: ()) { self = .null }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A list.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object. Of members with one name the first counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (name, value) in elements { object.add(name, value) }
        self = .object(object)
    }
}

extension JSON: CustomStringConvertible {
    /// A string as it is; everything else as JSON text.
    public var description: String {
        if case .string(let value) = self { return value }
        return String(decoding: encoded, as: UTF8.self)
    }
}

extension String {
    /// Whether both are the same bytes of UTF-8: no case folding, no normalisation. Identifiers, audiences and
    /// nonces are compared with this and never with `==`.
    package func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && ByteSearch.areEqual(utf8.span, other.utf8.span)
    }
}

extension [String] {
    /// Whether `text` is among them, byte for byte.
    package func has(_ text: String) -> Bool { contains(where: text.hasSameBytes) }
}
