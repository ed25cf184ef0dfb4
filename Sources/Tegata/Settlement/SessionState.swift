internal import TegataCrypto
internal import TegataSDJWT

/// What an edition's records say about its sessions: which wait for a list, and whose index is settled.
struct SessionState: Sendable {
    /// Records of cards and deposits whose sessions are in no list yet, in order.
    private(set) var waiting = [UInt64]()
    /// Records of the lists' parts, in order.
    private(set) var parts = [UInt64]()
    /// How many lists are whole.
    private(set) var frozen = 0
    /// Each settled L.
    private(set) var settled = Set<FixedBytes<33>>()

    mutating func wait(_ record: UInt64) { waiting.append(record) }

    mutating func freeze(_ part: SessionPart, used: UInt32, at record: UInt64) throws(Refusal) {
        guard part.list == frozen, used <= waiting.count else { throw .malformed }
        parts.append(record)
        waiting.removeFirst(Int(used))
        if part.isLast { frozen += 1 }
    }

    mutating func settle(_ index: SettledIndex) throws(Refusal) {
        guard index.list < frozen, settled.insert(index.person).inserted else { throw .malformed }
    }
}

extension RegisterState {
    /// Whether the person with this index has a card of the edition that was not returned.
    func hasCard(_ person: FixedBytes<33>, in edition: EditionDigest) -> Bool {
        guard let book = books[edition] else { return false }
        return book.persons[person] != nil || book.cards.contains { $0?.person == person }
    }
}
