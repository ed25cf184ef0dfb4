/// The members of a JSON object: each name once, in the order written.
public struct JSONObject: Sendable {
    /// One member.
    public struct Member: Hashable, Sendable {
        /// The name, decoded.
        public let name: String
        /// What it names.
        public let value: JSON

        /// Whether names (byte for byte) and values are equal.
        public static func == (left: Self, right: Self) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }
    }

    /// The members in their order.
    public private(set) var members: [Member]

    /// No members.
    public init() {
        members = []
    }

    /// Members whose names are known to differ.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// The value named `name`, compared byte for byte.
    public subscript(_ name: String) -> JSON? {
        for index in members.indices where members[index].name.hasSameBytes(as: name) {
            return members[index].value
        }
        return nil
    }

    /// Whether nothing is in it.
    public var isEmpty: Bool { members.isEmpty }

    /// How many members there are.
    public var count: Int { members.count }

    /// Adds a member at the end; does nothing and answers `false` when the name is taken.
    @discardableResult
    public mutating func add(_ name: String, _ value: JSON) -> Bool {
        guard self[name] == nil else { return false }
        members.append(Member(name: name, value: value))
        return true
    }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        if left.members == right.members { return true }
        // Names differ within an object, so equal counts and one inclusion are equality.
        let known = Set(left.members)
        return right.members.allSatisfy(known.contains)
    }

    /// Feeds the members to `hasher`, whatever their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members { sum ^= member.hashValue }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members written. Of members with one name the first counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }
}
