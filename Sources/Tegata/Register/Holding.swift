internal import TegataCrypto
internal import TegataSDJWT

// A place that is kept for somebody for a while. Each place returns once: by a card, by being given up, or by its end (A91).
extension RegisterState {
    /// The name of a hold in the log: whoever has the token knows which it is.
    static func name(of token: [UInt8]) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/hold", token)
    }

    /// Holds of an edition that have ended, at most so many that they fit into one batch.
    func ended(in edition: EditionDigest, at now: Int64) -> [FixedBytes<32>] {
        guard let holds = books[edition]?.holds, !holds.isEmpty else { return [] }
        return Array(holds.filter { $0.value <= now }.map(\.key).prefix(512))
    }

    /// Keeps a place until a time.
    func hold(
        _ name: FixedBytes<32>, in edition: EditionDigest, until time: Int64,
        _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard batch.entries.isEmpty else { return .wait }
        let book = try book(edition)
        guard book.holds[name] == nil else { return .found }
        guard book.draw == nil else { throw .unsupported }
        guard book.nextSerial != nil else { throw .soldOut }
        batch.isChange = true
        return .one(.hold(.hold, edition, name), .hold(until: time))
    }

    /// Gives places up; one that is not kept is left alone.
    func release(
        _ names: [FixedBytes<32>], in edition: EditionDigest, _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard batch.entries.isEmpty else { return .wait }
        let book = try book(edition)
        let held = names.filter { book.holds[$0] != nil }
        guard !held.isEmpty else { return .found }
        batch.isChange = true
        return .done(
            held.map { .new(.hold(.release, edition, $0), .hold(until: book.holds[$0] ?? 0)) })
    }

    /// Makes a card of a kept place: the place is given up and the card takes it, in one step.
    ///
    /// - Throws: `expired` for a hold that has ended or was given up.
    func confirm(
        _ name: FixedBytes<32>, by claim: RegisterClaim, at now: Int64,
        _ batch: inout Register.Batch,
        making: (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) throws(Refusal) -> Register.Decision {
        if let earlier = try answer(to: claim.key, content: claim.content, in: claim.edition) {
            return .done([.found(earlier)])
        }
        guard batch.entries.isEmpty else { return .wait }
        let book = try book(claim.edition)
        guard let end = book.holds[name], now < end else { throw .expired }
        guard !book.hasCard(claim) else { throw .alreadyClaimed }
        guard let serial = book.serial(after: 0, releasing: 1) else { throw .soldOut }
        let place = RegisterPlace(
            serial: serial, statusIndex: Int(indexes.unused(besides: [])), limit: book.limit)
        let made = try making(place)
        batch.isChange = true
        return .done([
            .new(.hold(.release, claim.edition, name), .hold(until: end)),
            .new(claim, place, made),
        ])
    }
}
