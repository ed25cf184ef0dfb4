package import Foundation
internal import TegataCrypto
package import TegataSDJWT

/// One file of our own vectors, `Vectors/tegata/<topic>.json`, in the layout of `Vectors/README.md`.
///
/// Names are sorted and two spaces indent, so that the same cases are always the same bytes.
package struct VectorFile {
    package let topic: String
    private let comment: String
    private let given: JSONObject
    private var cases: [JSONObject] = []

    /// An empty file. `given` is part of every case's input.
    package init(_ topic: String, _ comment: String, given: JSONObject = [:]) {
        self.topic = topic
        self.comment = comment
        self.given = given
    }

    /// Adds a case: what `function` makes of `input`, or the reason for which it refuses it.
    package mutating func add(
        _ function: String, _ comment: String, _ input: JSONObject, expect: String = "ok",
        output: JSONObject = [:]
    ) {
        let number = cases.count { $0["function"]?.string == function } + 1
        var entry: JSONObject = [
            "name": .string("\(function)-\(number)"), "comment": .string(comment),
            "function": .string(function), "input": .object(input), "expect": .string(expect),
        ]
        if !output.isEmpty { entry.add("output", .object(output)) }
        cases.append(entry)
    }

    /// The bytes of the file.
    package var text: [UInt8] {
        var file: JSONObject = [
            "comment": .string(comment), "cases": .array(cases.map(JSON.object)),
        ]
        if !given.isEmpty { file.add("given", .object(given)) }
        var text = [UInt8]()
        text.append(.object(file), indentation: 0)
        return text + [UInt8(ascii: "\n")]
    }

    /// Where the file is.
    package static func url(_ topic: String) -> URL {
        VectorFolder.packageRoot.appending(path: "Vectors/tegata/\(topic).json")
    }

    /// Whether `make vectors` asked for the files to be written.
    package static let isWriting = ProcessInfo.processInfo.environment["WRITE_VECTORS"] != nil

    /// Whether the file in the repository has these cases with whatever values, for those that chance takes part in:
    /// such a file is kept, and written again only when its cases change.
    package func isKept() throws -> Bool {
        let made = cases.map(Self.outline)
        if Self.isWriting, (try? Self.outlines(topic)) != made {
            try Data(text).write(to: Self.url(topic))
        }
        return try Self.outlines(topic) == made
    }

    private static func outlines(_ topic: String) throws -> [[JSON?]] {
        let file = try JSON(
            parsing: Array(Data(contentsOf: url(topic))), limits: JSONLimits(bytes: 1 << 20))
        return (file["cases"]?.array ?? []).map { outline($0.object ?? [:]) }
    }

    private static func outline(_ entry: JSONObject) -> [JSON?] {
        ["name", "comment", "function", "expect"].map { entry[$0] }
    }

    /// Whether the file in the repository has exactly these bytes; writes it first when asked to.
    package func isReproduced() throws -> Bool {
        if Self.isWriting { try Data(text).write(to: Self.url(topic)) }
        return try Data(contentsOf: Self.url(topic)) == Data(text)
    }
}

extension JSON {
    /// Bytes as the vectors write those of binary formats.
    package static func hex(_ bytes: [UInt8]) -> JSON { .string(Hex.encode(bytes)) }
}

extension [UInt8] {
    /// Appends `value` over several lines, members by name.
    fileprivate mutating func append(_ value: JSON, indentation: Int) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            lines("[", "]", elements, indentation) { text, element in
                text.append(element, indentation: indentation + 2)
            }
        case .object(let object) where !object.isEmpty:
            let members = object.members.sorted {
                $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
            }
            lines("{", "}", members, indentation) { text, member in
                text.appendJSON(member.name)
                text.append(contentsOf: ": ".utf8)
                text.append(member.value, indentation: indentation + 2)
            }
        default: appendJSON(value)
        }
    }

    private mutating func lines<Item>(
        _ open: String, _ close: String, _ elements: [Item], _ indentation: Int,
        _ write: (inout [UInt8], Item) -> Void
    ) {
        let space = [UInt8](repeating: UInt8(ascii: " "), count: indentation)
        append(contentsOf: open.utf8)
        for (index, element) in elements.enumerated() {
            append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            append(contentsOf: space + Array("  ".utf8))
            write(&self, element)
        }
        append(UInt8(ascii: "\n"))
        append(contentsOf: space + Array(close.utf8))
    }
}
