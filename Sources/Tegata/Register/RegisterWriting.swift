internal import TegataCrypto
package import TegataSDJWT

// By what anything comes to exist.
extension Register {
    /// Makes an announcement the edition's first entry, with what belongs to it behind it; where it has one already, that one stands.
    ///
    /// - Throws: `limitExceeded` for an announcement that is no entry any more, `unavailable`.
    package func open(
        _ edition: EditionDigest, _ announcement: String, limit: Limit
    ) async throws(Refusal) {
        try await open(edition, announcement, limit: limit, isDrawn: false, with: [])
    }

    func open(
        _ edition: EditionDigest, _ announcement: String, limit: Limit, isDrawn: Bool,
        with others: [Outcome]
    ) async throws(Refusal) {
        let entry = LogEntry.signed(.open, edition, announcement)
        guard entry.encoded.count <= 0xffff else { throw .limitExceeded }
        try await submit { state, batch in
            if state.books[edition] != nil { return .found }
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            return .done([.new(entry, isDrawn ? .drawn(limit) : .limit(limit))] + others)
        }
    }

    /// Gives a claim its place and keeps its row: the one-per-person check, the serial, the status index and the row are
    /// one atomic step, and the last one that can fail. `making` runs inside it, so a card that cannot be made takes no
    /// serial; it may run again when another process was faster.
    ///
    /// - Returns: the number of the record.
    /// - Throws: `soldOut`, `alreadyClaimed`, `conflict` for a used key with another content, `unavailable`, and
    ///   whatever `making` throws.
    package func allocate(
        _ claim: RegisterClaim,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        // A retry needs no place in the queue. A refusal needs a look at the journal, which serves everybody who waits:
        // another process may just have answered this very claim (A90, A94).
        do throws(Refusal) {
            if let found = try await current().verdict(on: claim) { return found }
        } catch {
            try await submit { _, _ in .found }
            if let found = try state.verdict(on: claim) { return found }
        }
        return try await allocate([claim]) { _, place throws(Refusal) in try making(place) }[0]
    }

    /// Gives all of these claims their places, or none (A81).
    ///
    /// - Returns: the numbers of their records, in order.
    /// - Throws: what `allocate` throws for the first claim that has no place.
    package func allocate(
        _ claims: [RegisterClaim],
        making: @escaping @Sendable (Int, RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> [UInt64] {
        try await submit { state, batch throws(Refusal) in
            try state.decide(claims, &batch, making: making)
        }
    }

    /// Keeps a place until a time, under the name that a token has.
    ///
    /// - Throws: `soldOut`, `unavailable`.
    package func hold(
        _ token: [UInt8], in edition: EditionDigest, until time: Int64, at now: Int64
    ) async throws(Refusal) {
        try await releaseEnded(in: edition, at: now)
        try await submit { state, batch throws(Refusal) in
            try state.hold(RegisterState.name(of: token), in: edition, until: time, &batch)
        }
    }

    /// Gives a kept place up. Twice is once.
    ///
    /// - Throws: `unavailable`.
    package func release(_ token: [UInt8], in edition: EditionDigest) async throws(Refusal) {
        try await submit { state, batch throws(Refusal) in
            try state.release([RegisterState.name(of: token)], in: edition, &batch)
        }
    }

    /// Makes a card of a kept place.
    ///
    /// - Returns: the number of the card's record.
    /// - Throws: `expired` for a hold that has ended or was given up, and what `allocate` throws.
    package func confirm(
        _ token: [UInt8], by claim: RegisterClaim, at now: Int64,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        let records = try await submit { state, batch throws(Refusal) in
            try state.confirm(
                RegisterState.name(of: token), by: claim, at: now, &batch, making: making)
        }
        guard let card = records.last else { throw .unavailable }
        return card
    }

    /// Gives up the places whose time has come, so that others find them.
    package func releaseEnded(
        in edition: EditionDigest, at now: Int64
    ) async throws(Refusal) {
        let ended = try await current().ended(in: edition, at: now)
        guard !ended.isEmpty else { return }
        try await submit { state, batch throws(Refusal) in
            try state.release(ended, in: edition, &batch)
        }
    }
}
