internal import TegataCrypto
internal import TegataSDJWT

// What a claim gets: a place, its answer of before, or a reason.
extension RegisterState {
    /// What is known about a claim without giving it a place: the record that answered it before, or `nil` when it may
    /// have one.
    ///
    /// A second index that somebody has is a person who has a card, unless an exception says otherwise.
    ///
    /// - Throws: `conflict`, `alreadyClaimed`, `soldOut`, `unavailable`.
    func verdict(
        on claim: RegisterClaim, exceptingSecond: Bool = false
    ) throws(Refusal) -> UInt64? {
        if let earlier = try answer(to: claim.key, content: claim.content, in: claim.edition) {
            return earlier
        }
        guard let book = books[claim.edition] else { throw .unavailable }
        guard !book.hasCard(claim, exceptingSecond: exceptingSecond) else { throw .alreadyClaimed }
        if let draw = books[claim.edition]?.draw {
            // Before the draw nobody has a card, and winners get theirs by the draw itself.
            guard draw.order != nil,
                draw.next(within: books[claim.edition]?.limit ?? .cards(0)) == nil
            else { throw .notYetValid }
        }
        guard books[claim.edition]?.nextSerial != nil else { throw .soldOut }
        return nil
    }

    /// Gives claims their places behind those of the batch, all or none.
    func decide(
        _ claims: [RegisterClaim], _ batch: inout Register.Batch,
        making: (Int, RegisterPlace) throws(Refusal) -> RegisterEntry
    ) throws(Refusal) -> Register.Decision {
        guard !batch.isChange else { return .wait }
        var wider = batch
        var outcomes = [Register.Outcome]()
        for (number, claim) in claims.enumerated() {
            if let found = try verdict(on: claim) {
                outcomes.append(.found(found))
                continue
            }
            guard let place = place(for: claim, &wider) else {
                // Alone it would have to be refused; behind others it must see what becomes of them.
                guard batch.entries.isEmpty else { return .wait }
                if wider.keys.contains(claim.key) { throw .conflict }
                throw wider.persons.contains(claim) ? .alreadyClaimed : .soldOut
            }
            outcomes.append(.new(claim, place, try making(number, place)))
        }
        batch = wider
        return .done(outcomes)
    }

    /// The next place, unless the claim depends on one in the batch.
    private func place(
        for claim: RegisterClaim, _ batch: inout Register.Batch
    ) -> RegisterPlace? {
        let waiting = batch.cards[claim.edition, default: 0]
        guard !batch.keys.contains(claim.key), !batch.persons.contains(claim),
            let book = books[claim.edition], let serial = book.serial(after: waiting)
        else { return nil }
        let index = indexes.unused(besides: batch.indexes)
        batch.cards[claim.edition] = waiting + 1
        batch.keys.insert(claim.key)
        batch.indexes.insert(index)
        batch.persons.formUnion(claim.indexes)
        return RegisterPlace(serial: serial, statusIndex: Int(index), limit: book.limit)
    }

    /// Gives the card with the chosen serial to a claim: the same person after a lost phone, or another one. The card before
    /// is dead with it, and no new place is taken (A82).
    func replace(
        _ chosen: (RegisterState) throws(Refusal) -> UInt32, as kind: LogEntry.Kind,
        by claim: RegisterClaim,
        _ batch: inout Register.Batch,
        making: (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) throws(Refusal) -> Register.Decision {
        if let earlier = try answer(to: claim.key, content: claim.content, in: claim.edition) {
            return .done([.found(earlier)])
        }
        guard batch.entries.isEmpty else { return .wait }
        let serial = try chosen(self)
        let card = try card(serial, of: claim.edition)
        switch card.status {
        case .valid: break
        case .suspended: throw .suspended
        case .revoked: throw .revoked
        }
        if let person = claim.person, kind != .reissue, try book(claim.edition).hasCard(person) {
            throw .alreadyClaimed
        }
        if let second = claim.second, kind != .reissue,
            try book(claim.edition).seconds.isTaken(second, besides: serial)
        {
            throw .alreadyClaimed
        }
        guard let number = Serial(serial, within: .unlimited) else { throw .unavailable }
        let index = indexes.unused(besides: [])
        let place = RegisterPlace(
            serial: number, statusIndex: Int(index),
            limit: books[claim.edition]?.limit ?? .cards(0), epoch: card.epoch + 1)
        let made = try making(place)
        batch.isChange = true
        return .done([.new(claim, place, made, as: kind, keeping: card.second)])
    }
}

extension Set<FixedBytes<33>> {
    /// Whether the person of this claim is among them.
    fileprivate func contains(_ claim: RegisterClaim) -> Bool {
        !isDisjoint(with: claim.indexes)
    }
}

extension RegisterState.Book {
    /// Whether the person of a claim has a card: by the first index, or, unless an exception says otherwise, by the second.
    func hasCard(_ claim: RegisterClaim, exceptingSecond: Bool = false) -> Bool {
        if let person = claim.person, hasCard(person) { return true }
        guard let second = claim.second, !exceptingSecond else { return false }
        return seconds.isTaken(second)
    }
}

extension RegisterClaim {
    /// By what the person of this claim is known.
    fileprivate var indexes: [FixedBytes<33>] { [person, second].compactMap { $0 } }
}
