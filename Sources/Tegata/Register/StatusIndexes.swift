internal import TegataSDJWT

/// Where cards stand in the status lists: random places in a space that all editions share, so that an index says nothing
/// about edition, serial or time (A111).
struct StatusIndexes: Sendable {
    /// Entries of one list.
    static let listSize = 1 << 17
    /// What is reserved in advance ends here; beyond it lists are added as they fill.
    private static let reservedLists = 64

    /// Two bits an entry, lowest bits first; a list after the other.
    private(set) var bytes = [UInt8](repeating: 0, count: listSize / 4)
    private var used = Set<UInt32>()
    private var reserved = 0

    /// How many lists there are.
    var lists: Int { bytes.count * 4 / Self.listSize }

    /// Makes room for twice the cards of an edition (A95).
    mutating func reserve(for limit: Limit) {
        let count =
            switch limit {
            case .cards(let cards): Int(cards)
            case .unlimited: 1 << 16
            }
        reserved = min(reserved + 2 * count, Self.reservedLists * Self.listSize)
        grow(to: (reserved + Self.listSize - 1) / Self.listSize)
    }

    /// A random index that neither a card nor `waiting` has.
    func unused(besides waiting: Set<UInt32>) -> UInt32 {
        let taken = used.count + waiting.count
        // At most half of all entries are cards: the rest hides them, and a random try mostly hits.
        let capacity = max(lists, (2 * taken) / Self.listSize + 1) * Self.listSize
        while true {
            let index = UInt32.random(in: 0..<UInt32(capacity))
            if !used.contains(index), !waiting.contains(index) { return index }
        }
    }

    /// - Throws: `malformed` for an index that another card has (A112).
    mutating func use(_ index: UInt32) throws(Refusal) {
        guard used.insert(index).inserted else { throw .malformed }
        grow(to: Int(index) / Self.listSize + 1)
    }

    /// - Throws: `malformed` for an index that no card has.
    mutating func set(_ status: CardStatus, at index: UInt32) throws(Refusal) {
        guard used.contains(index) else { throw .malformed }
        let shift = UInt8(index % 4 * 2)
        let rest = bytes[Int(index / 4)] & ~(3 << shift)
        bytes[Int(index / 4)] = rest | status.rawValue << shift
    }

    /// The bytes of one list; `nil` when there is none of this number.
    func list(_ number: Int) -> [UInt8]? {
        guard number >= 0, number < lists else { return nil }
        let size = Self.listSize / 4
        return Array(bytes[number * size..<(number + 1) * size])
    }

    private mutating func grow(to lists: Int) {
        guard lists > self.lists else { return }
        bytes += [UInt8](repeating: 0, count: (lists - self.lists) * Self.listSize / 4)
    }
}
