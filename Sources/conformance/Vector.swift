import Foundation
import TegataCrypto

/// A JSON value of a vector file, read by Foundation: the reader under test does not read its own test.
@dynamicMemberLookup
enum Vector: Equatable {
    case object([String: Vector])
    case array([Vector])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    init(parsing bytes: [UInt8], name: String) throws {
        do {
            self = try JSONDecoder().decode(Vector.self, from: Data(bytes))
        } catch {
            throw VectorError(what: "\(name) is not JSON")
        }
    }

    /// The member with this name; `null` when there is none.
    subscript(dynamicMember name: String) -> Vector { self[name] }

    /// The member with this name; `null` when there is none.
    subscript(name: String) -> Vector {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    var isText: Bool {
        if case .string = self { true } else { false }
    }

    var isNull: Bool { self == .null }

    /// The members of an object by name, empty for anything else.
    var members: [(name: String, value: Vector)] {
        guard case .object(let members) = self else { return [] }
        return members.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// The elements of an array, empty for anything else.
    var list: [Vector] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var string: String {
        get throws {
            guard case .string(let value) = self else { throw missing("string") }
            return value
        }
    }

    var int: Int {
        get throws {
            guard case .number(let value) = self, let int = Int(exactly: value) else {
                throw missing("integer")
            }
            return int
        }
    }

    var bool: Bool {
        get throws {
            guard case .bool(let value) = self else { throw missing("boolean") }
            return value
        }
    }

    /// The strings of an array.
    var strings: [String] {
        get throws { try list.map { try $0.string } }
    }

    /// The bytes that a string spells in hexadecimal, with or without `0x`.
    var hex: [UInt8] {
        get throws {
            let text = try string
            guard let bytes = Hex.decode(text.hasPrefix("0x") ? text.dropFirst(2) : text[...])
            else { throw missing("hexadecimal") }
            return bytes
        }
    }

    private func missing(_ kind: String) -> VectorError {
        VectorError(what: "the vector lacks a field: \(kind) expected")
    }
}

extension Vector: Decodable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let array = try? value.decode([Vector].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: Vector].self))
        }
    }
}

extension Vector: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let members): try container.encode(members)
        case .array(let elements): try container.encode(elements)
        case .string(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .bool(let bool): try container.encode(bool)
        case .null: try container.encodeNil()
        }
    }

    /// The value written as JSON again, for handing a key or a claim to the library.
    var encodedJSON: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [UInt8](try encoder.encode(self))
        }
    }
}
