internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

// What an issuer says in its log besides cards: how often nodes evaluated, and whom nobody can settle.
extension Issuer {
    /// Asks every node how often it has evaluated an edition, and publishes what they sign in the log: daily, by the operator's clock.
    /// An audit compares it with the cards.
    ///
    /// - Returns: the numbers of the nodes that answered; others are named to `onFault`.
    /// - Throws: `unsupported` for an edition without nodes, `unavailable`.
    @discardableResult
    public func publishCounts(of edition: OpenEdition) async throws(Refusal) -> [Int] {
        guard let opened = try await current(edition.edition.id),
            let parameters = opened.identity, let services = opened.services
        else { throw .unsupported }
        let digest = opened.digest
        var counts = [EvaluationCount]()
        await services.ask(
            services.nodes, atOnce: services.nodes.count, within: services.patience,
            named: { .node($0.node) },
            { service throws(Refusal) in try await service.count(digest) },
            taking: { service, text in
                guard let bytes = try? Base64URL.decode(text),
                    let count = try? EvaluationCount(parsing: bytes)
                else { return .malformed }
                guard count.edition == digest, count.node == service.node,
                    let keys = parameters.rounds.keys(of: count.round)
                else { return .contradicts }
                guard (try? count.check(by: keys)) != nil else { return .proofInvalid }
                counts.append(count)
                return nil
            }, until: { counts.count == services.nodes.count })
        let found = counts.sorted { $0.node < $1.node }
        try await register.submit { state, batch throws(Refusal) in
            guard batch.entries.isEmpty else { return .wait }
            var known = try state.book(digest).counts
            for count in found { try known.take(count.encoded, in: digest) }
            return .done(
                found.map {
                    .new(LogEntry(kind: .count, edition: digest, content: $0.encoded), .plain)
                })
        }
        return found.map(\.node)
    }

    /// Declares, in the log, every member without a phone who is not settled: nobody can settle them, and an audit counts them as
    /// the issuer's word.
    ///
    /// - Returns: how many were declared.
    /// - Throws: `unsupported` for an edition that asks for no person, `unavailable`.
    @discardableResult
    public func declareMembersWithoutPhone(
        of edition: OpenEdition
    ) async throws(Refusal) -> Int {
        guard edition.identity != nil else { throw .unsupported }
        let digest = edition.digest
        var persons = [FixedBytes<33>]()
        let book = try await register.current().book(digest)
        for card in book.cards.compactMap({ $0 }) where !book.isExplained(card.person) {
            let answer = try await register.card(at: card.record).memo.answer
            // Who has no card to show has no wallet to settle with.
            if try JSON(parsing: Array(answer.utf8))["card"] == nil { persons.append(card.person) }
        }
        // In no order that says anything about serials.
        let found = persons.sorted { $0.array.lexicographicallyPrecedes($1.array) }
        return try await register.submit { state, batch throws(Refusal) in
            guard batch.entries.isEmpty else { return .wait }
            let book = try state.book(digest)
            batch.isChange = true
            return .done(
                found.filter { !book.isExplained($0) && state.hasCard($0, in: digest) }.map {
                    DeclaredException(withoutPhone: $0).record(in: digest)
                })
        }.count
    }
}

extension RegisterState.Book {
    /// Whether a session, or the issuer's word, is behind this index for everyone to see.
    fileprivate func isExplained(_ person: FixedBytes<33>) -> Bool {
        sessions.settled.contains(person) || declared.contains(person)
    }
}
