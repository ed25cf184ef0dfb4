/// Where a claim stands: member names and array positions from the outside in.
///
/// Positions count the elements as the holder sees them, all disclosures in place.
package struct ClaimPath: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
    /// One step inwards.
    package enum Element: Hashable, Sendable, ExpressibleByStringLiteral,
        ExpressibleByIntegerLiteral
    {
        /// A member of an object.
        case name(String)
        /// An element of an array, from 0.
        case index(Int)

        package init(stringLiteral value: String) { self = .name(value) }
        package init(integerLiteral value: Int) { self = .index(value) }

        package static func == (left: Element, right: Element) -> Bool {
            switch (left, right) {
            case (.name(let a), .name(let b)): a.hasSameBytes(as: b)
            case (.index(let a), .index(let b)): a == b
            default: false
            }
        }
    }

    /// The steps; none means all claims.
    package let elements: [Element]

    package init(_ elements: [Element]) { self.elements = elements }

    /// A claim at the top.
    package init(stringLiteral value: String) { elements = [.name(value)] }

    package init(arrayLiteral elements: Element...) { self.elements = elements }

    /// Whether one path leads to or through the other.
    func meets(_ other: [Element]) -> Bool {
        zip(elements, other).allSatisfy { $0 == $1 }
    }
}
