internal import Tegata

/// Where a claim stands in a credential: names from the outside in, positions in lists, and `nil` for every element, as DCQL has it
/// (OpenID4VP 1.0 §7).
public struct AskedPath: Sendable, Hashable {
    /// One step inwards.
    public enum Step: Sendable, Hashable {
        /// The member of an object.
        case name(String)
        /// The element of a list, from 0.
        case index(UInt32)
        /// Every element of a list.
        case all
    }

    /// The steps, at least one.
    public let steps: [Step]

    /// The claim at these names.
    public init(_ name: String, _ inner: String...) {
        steps = ([name] + inner).map(Step.name)
    }

    private init(_ steps: [Step]) { self.steps = steps }

    /// The same as a list, for DCQL and for machines.
    var json: JSON {
        .array(
            steps.map { step in
                switch step {
                case .name(let name): .string(name)
                case .index(let index): .number(JSONNumber(Int64(index)))
                case .all: .null
                }
            })
    }

    /// Where a verified claim stands.
    ///
    /// - Throws: `unavailable` for what is no path.
    init(_ json: JSON) throws(Refusal) {
        var steps = [Step]()
        for element in json.array ?? [] {
            if let name = element.string {
                steps.append(.name(name))
            } else {
                guard let index = element.integer.flatMap({ UInt32(exactly: $0) }) else {
                    throw .unavailable
                }
                steps.append(.index(index))
            }
        }
        guard !steps.isEmpty else { throw .unavailable }
        self.init(steps)
    }
}

extension AskedPath: Codable {
    /// Reads a name, or a list of names, whole numbers and `null`.
    public init(from decoder: any Decoder) throws {
        var steps = [Step]()
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            steps = [.name(name)]
        } else {
            var list = try decoder.unkeyedContainer()
            while !list.isAtEnd {
                if try list.decodeNil() {
                    steps.append(.all)
                } else if let index = try? list.decode(UInt32.self) {
                    steps.append(.index(index))
                } else {
                    steps.append(.name(try list.decode(String.self)))
                }
            }
        }
        guard case .name = steps.first, steps.count <= 32, !steps.contains(.name("")) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a claim is a name, or a list of names, positions and null"))
        }
        self.init(steps)
    }

    /// Writes the list.
    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for step in steps {
            switch step {
            case .name(let name): try list.encode(name)
            case .index(let index): try list.encode(index)
            case .all: try list.encodeNil()
            }
        }
    }
}
