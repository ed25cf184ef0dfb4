internal import TegataSDJWT

/// A type of EIP-712, read from its name.
indirect enum TypedDataType: Equatable {
    case unsigned(bits: Int)
    case signed(bits: Int)
    case bool
    case address
    /// `bytes1` to `bytes32`.
    case fixed(count: Int)
    case bytes
    case string
    /// A list; of any length for `nil`.
    case list(TypedDataType, count: Int?)
    case structure(String)

    /// Reads a name; what is no built-in type has to be the name of a structure among `structures`.
    ///
    /// - Throws: `malformed`.
    init(_ name: String, structures: some Collection<String>, depth: Int = 0) throws(Refusal) {
        guard depth < 8 else { throw .limitExceeded }
        if name.hasSuffix("]") {
            guard let open = name.lastIndex(of: "[") else { throw .malformed }
            let digits = name[name.index(after: open)...].dropLast()
            let count = digits.isEmpty ? nil : Self.number(digits, 0...4_096)
            guard digits.isEmpty || count != nil else { throw .malformed }
            self = .list(
                try TypedDataType(String(name[..<open]), structures: structures, depth: depth + 1),
                count: count)
            return
        }
        // A structure may have any name that no built-in type has.
        if let type = Self.atomic(name) {
            self = type
        } else if structures.contains(where: { $0.hasSameBytes(as: name) }) {
            self = .structure(name)
        } else {
            throw .malformed
        }
    }

    private static func atomic(_ name: String) -> TypedDataType? {
        switch name {
        case "bool": return .bool
        case "address": return .address
        case "bytes": return .bytes
        case "string": return .string
        case "uint": return .unsigned(bits: 256)
        case "int": return .signed(bits: 256)
        default: break
        }
        if name.hasPrefix("bytes"), let count = number(name.dropFirst(5), 1...32) {
            return .fixed(count: count)
        }
        if name.hasPrefix("uint"), let bits = number(name.dropFirst(4), 8...256), bits % 8 == 0 {
            return .unsigned(bits: bits)
        }
        if name.hasPrefix("int"), let bits = number(name.dropFirst(3), 8...256), bits % 8 == 0 {
            return .signed(bits: bits)
        }
        return nil
    }

    /// Decimal digits without a leading zero.
    private static func number(_ digits: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard digits.utf8.count <= 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits == "0" || !digits.hasPrefix("0"), let value = Int(digits), range.contains(value)
        else { return nil }
        return value
    }

    /// The structure at the bottom, under any lists.
    var structure: String? {
        switch self {
        case .structure(let name): name
        case .list(let element, _): element.structure
        default: nil
        }
    }
}

/// The structures of one document: each a list of named and typed members.
struct TypedDataTypes {
    struct Member {
        let name: String
        /// As written: it goes into the type's hash so.
        let spelling: String
        let type: TypedDataType
    }

    private let structures: [String: [Member]]

    /// Reads `types`.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    init(_ types: JSONObject) throws(Refusal) {
        guard types.count <= 64 else { throw .limitExceeded }
        let names = types.members.map(\.name)
        var structures = [String: [Member]]()
        for type in types.members {
            guard let list = type.value.array, TypedDataTypes.isPlain(type.name) else {
                throw .malformed
            }
            guard list.count <= 64 else { throw .limitExceeded }
            var members = [Member]()
            for entry in list {
                guard let name = entry["name"]?.string, let spelling = entry["type"]?.string,
                    entry.object?.count == 2, !members.contains(where: { $0.name == name })
                else { throw .malformed }
                members.append(
                    Member(
                        name: name, spelling: spelling,
                        type: try TypedDataType(spelling, structures: names)))
            }
            structures[type.name] = members
        }
        self.structures = structures
    }

    /// A structure's name takes part in no other type's grammar.
    private static func isPlain(_ name: String) -> Bool {
        !name.utf8.contains { $0 == 0x5B || $0 == 0x5D || $0 == 0x28 || $0 == 0x29 }
    }

    /// - Throws: `malformed` for one that is not defined.
    func members(of name: String) throws(Refusal) -> [Member] {
        guard let members = structures[name] else { throw .malformed }
        return members
    }

    /// encodeType: the structure, then those that it uses, sorted by name.
    func encodeType(_ name: String) throws(Refusal) -> String {
        var found = [String]()
        var waiting = [name]
        while let next = waiting.popLast() {
            guard !found.contains(next) else { continue }
            found.append(next)
            waiting += try members(of: next).compactMap(\.type.structure)
        }
        var text = ""
        let others = found.dropFirst().sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for each in [name] + others {
            let members = try members(of: each).map { "\($0.spelling) \($0.name)" }
            text += "\(each)(\(members.joined(separator: ",")))"
        }
        return text
    }

    /// The one structure that no other uses; `nil` when there is not exactly one.
    var root: String? {
        let used = Set(structures.values.joined().compactMap(\.type.structure))
        let roots = structures.keys.filter { $0 != "EIP712Domain" && !used.contains($0) }
        return roots.count == 1 ? roots.first : nil
    }
}
