internal import TegataCrypto
public import TegataSDJWT

extension Register where Self == InMemoryRegister {
    /// A register for one process, forgotten with it.
    public static func inMemory() -> InMemoryRegister {
        InMemoryRegister()
    }
}

/// The one-process register: an actor, so that a claim is decided in one piece.
public actor InMemoryRegister: Register {
    private struct Card {
        let entry: RegisterEntry
        let statusIndex: Int
        var status = CardStatus.valid
    }

    private struct Book {
        let limit: Limit
        var cards = [Card]()
        var persons = Set<[UInt8]>()
        var answers = [[UInt8]: (content: FixedBytes<32>, answer: String)]()
    }

    private var books = [EditionDigest: Book]()
    private var usedIndexes = Set<Int>()
    private var statusBytes: [UInt8]

    /// A register whose shared status list has `statusCapacity` entries; the default is the smallest that hides
    /// a card among enough others (A111).
    public init(statusCapacity: Int = 1 << 17) {
        statusBytes = [UInt8](repeating: 0, count: (max(statusCapacity, 4) + 3) / 4)
    }

    /// Opens an edition for claims; opening it again with the same limit changes nothing.
    public func open(_ edition: EditionDigest, limit: Limit) throws(Refusal) {
        if let book = books[edition] {
            guard book.limit == limit else { throw .conflict }
            return
        }
        books[edition] = Book(limit: limit)
    }

    /// Gives a claim its serial and keeps its row, in one piece.
    public func allocate(
        _ claim: RegisterClaim,
        making: @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) throws(Refusal) -> String {
        guard let book = books[claim.edition] else { throw .unavailable }
        if let earlier = try answer(
            to: claim.idempotencyKey, content: claim.content, in: claim.edition)
        {
            return earlier
        }
        if let person = claim.person, book.persons.contains(person) { throw .alreadyClaimed }
        let issued = UInt32(book.cards.count)
        guard book.limit.admits(after: issued),
            let serial = Serial(issued + 1, within: book.limit)
        else { throw .soldOut }
        let index = try unusedStatusIndex()
        let entry = try making(RegisterPlace(serial: serial, statusIndex: index))
        // Nothing below can fail.
        usedIndexes.insert(index)
        if let person = claim.person { books[claim.edition]?.persons.insert(person) }
        books[claim.edition]?.cards.append(Card(entry: entry, statusIndex: index))
        books[claim.edition]?.answers[claim.idempotencyKey] = (claim.content, entry.answer)
        return entry.answer
    }

    /// The answer given before to this idempotency key.
    public func answer(
        to idempotencyKey: [UInt8], content: FixedBytes<32>, in edition: EditionDigest
    ) throws(Refusal) -> String? {
        guard let book = books[edition] else { throw .unavailable }
        guard let earlier = book.answers[idempotencyKey] else { return nil }
        guard earlier.content == content else { throw .conflict }
        return earlier.answer
    }

    /// Changes a card's status; revoked is final.
    public func setStatus(
        _ status: CardStatus, of serial: UInt32, in edition: EditionDigest
    ) throws(Refusal) {
        guard let book = books[edition], serial > 0, serial <= book.cards.count else {
            throw .unavailable
        }
        let position = Int(serial) - 1
        let card = book.cards[position]
        guard card.status != .revoked || status == .revoked else { throw .conflict }
        books[edition]?.cards[position].status = status
        let shift = UInt8(card.statusIndex % 4 * 2)
        let rest = statusBytes[card.statusIndex / 4] & ~(3 << shift)
        statusBytes[card.statusIndex / 4] = rest | status.rawValue << shift
    }

    /// The public lists as they stand.
    public func lists(of edition: EditionDigest) throws(Refusal) -> PublicLists {
        guard let book = books[edition] else { throw .unavailable }
        let active = book.cards.filter { $0.status == .valid }
        return PublicLists(
            persons: active.map(\.entry.person).sorted(by: precedes),
            commitments: active.map(\.entry.commitment).sorted(by: precedes),
            issued: UInt32(book.cards.count), limit: book.limit)
    }

    /// All statuses, two bits each.
    public func statuses() -> [UInt8] {
        statusBytes
    }

    private func unusedStatusIndex() throws(Refusal) -> Int {
        let capacity = statusBytes.count * 4
        guard usedIndexes.count < capacity else { throw .unavailable }
        while true {
            let index = Int.random(in: 0..<capacity)
            if !usedIndexes.contains(index) { return index }
        }
    }
}

private func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.lexicographicallyPrecedes(right)
}
