internal import TegataSDJWT

// What every part of a query is read with: exact types, bounded lists, identifiers of one alphabet.

extension JSONObject {
    /// The list `name`: not empty, at most `limit` elements; `nil` when it is not there.
    func list(_ name: String, atMost limit: Int) throws(Refusal) -> [JSON]? {
        guard let value = self[name] else { return nil }
        return try value.list(atMost: limit)
    }

    /// The truth value `name`, or `otherwise` when it is not there.
    func flag(_ name: String, otherwise: Bool) throws(Refusal) -> Bool {
        guard let value = self[name] else { return otherwise }
        guard let flag = value.bool else { throw .malformed }
        return flag
    }

    /// The strings of the list `name`; `nil` when it is not there.
    func strings(_ name: String, atMost limit: Int = 256) throws(Refusal) -> [String]? {
        guard let value = self[name] else { return nil }
        return try value.strings(atMost: limit)
    }
}

extension JSON {
    /// The elements of a list that is not empty.
    func list(atMost limit: Int) throws(Refusal) -> [JSON] {
        guard let array, !array.isEmpty else { throw .malformed }
        guard array.count <= limit else { throw .limitExceeded }
        return array
    }

    /// The elements of a list of strings that is not empty.
    func strings(atMost limit: Int = 256) throws(Refusal) -> [String] {
        var strings = [String]()
        for element in try list(atMost: limit) {
            guard let string = element.string else { throw .malformed }
            strings.append(string)
        }
        return strings
    }

    /// An identifier of the query language: `[A-Za-z0-9_-]+` (§6.1), at most 256 characters.
    func identifier() throws(Refusal) -> String {
        guard let string, !string.isEmpty, string.utf8.allSatisfy(\.isIdentifier) else {
            throw .malformed
        }
        guard string.utf8.count <= 256 else { throw .limitExceeded }
        return string
    }
}

extension UInt8 {
    fileprivate var isIdentifier: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
