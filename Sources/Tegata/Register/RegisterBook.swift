internal import TegataCrypto

// What an edition's book says and how a card changes in it.

extension RegisterState.Book {
    /// Whether this person has a card, now or before a new ID card.
    func hasCard(_ person: FixedBytes<33>) -> Bool {
        persons[person] != nil || earlier[person] != nil
    }

    mutating func forgetEarlier(of serial: UInt32, but second: FixedBytes<33>? = nil) {
        earlier = earlier.filter { $0.value != serial }
        seconds.forget(serial, but: second)
    }

    /// The serial that the next card gets: the lowest that was returned, else the next; `nil` when sold out.
    var nextSerial: Serial? { serial(after: 0) }

    /// The serial that a card gets when `waiting` others come before it.
    func serial(after waiting: Int, releasing: Int = 0) -> Serial? {
        let taken = given + UInt32(waiting + holds.count - releasing)
        guard limit.admits(after: taken) else { return nil }
        if waiting < returned.count { return Serial(returned[waiting], within: .unlimited) }
        return Serial(UInt32(cards.count + waiting - returned.count + 1), within: .unlimited)
    }

    /// Whether the limit may become this one: never fewer than the serials that were given (A84).
    func admits(_ limit: Limit) -> Bool { limit.isAtLeast(UInt32(cards.count)) }

    mutating func add(_ card: RegisterState.CardState, _ serial: UInt32) {
        if serial > cards.count {
            cards.append(card)
        } else {
            cards[Int(serial) - 1] = card
            returned.removeFirst()
        }
    }

    mutating func giveBack(_ serial: UInt32, _ person: FixedBytes<33>) {
        returned.insert(serial, at: returned.firstIndex { $0 > serial } ?? returned.endIndex)
        cards[Int(serial) - 1] = nil
        persons[person] = nil
        forgetEarlier(of: serial)
    }
}

extension RegisterState.CardState {
    init(_ memo: CardMemo, record: UInt64) {
        self.record = record
        person = memo.person
        second = memo.second
        commitment = memo.commitment
        statusIndex = memo.statusIndex
        epoch = memo.epoch
    }

    mutating func move(
        from earlier: Set<CardStatus>, to status: CardStatus
    ) throws(Refusal) {
        guard earlier.contains(self.status) else { throw .malformed }
        self.status = status
    }
}

extension Register.Outcome {
    /// The record of a card that came to exist.
    static func new(
        _ claim: RegisterClaim, _ place: RegisterPlace, _ made: RegisterEntry,
        as kind: LogEntry.Kind = .card, keeping second: FixedBytes<33>? = nil
    ) -> Register.Outcome {
        .new(
            .leaf(kind, claim.edition, made.leaf),
            .card(
                CardMemo(
                    serial: place.serial.number, statusIndex: UInt32(place.statusIndex),
                    isUnique: claim.person != nil, key: claim.key, content: claim.content,
                    second: kind == .reissue ? second : made.second, made: made)))
    }
}
