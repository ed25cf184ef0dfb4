internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

// What can happen to a card and to an edition after it was issued. None of it makes a card that is not counted (A82).
extension Issuer {
    /// Issues a person's card again, after a lost phone: the same serial, bound to the key of `request`. The card before
    /// is revoked. The ID card that stands behind the request says that it is the same person.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` made, on the new phone.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: `IssuingError`: `refused` with `unauthorized` for a person who has no card of the edition, with `revoked`
    ///   or `suspended` when it is not in force.
    public func reissue(to request: String, claims: Claims = [:]) async throws(IssuingError)
        -> String
    {
        try await issue(request, claims, as: .replacement)
    }

    /// Issues a person's card again after phone and ID card were both lost: the new ID card has another index, but in an edition with
    /// a second one the person is still known by name, birth date and sex. As that may be somebody else, it takes an operator who
    /// has looked. The serial stays; the exception is an entry of the log, and the reason stays with the operator.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` made, with the new ID card.
    ///   - reason: why this is the same person, in words that name nobody.
    ///   - serial: which card, where people of one name have several.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: `IssuingError`: `refused` with `unauthorized` for a person whose second index no such card has, `conflict` for one
    ///   whose own index has a card, or where several cards could be meant, `revoked`, `suspended`, `limitExceeded` for a reason of
    ///   more than 1,024 bytes.
    public func reissue(
        onAppeal request: String, because reason: String, of serial: UInt32? = nil,
        claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        guard reason.utf8.count <= 1024 else { throw .refused(.limitExceeded) }
        return try await issue(request, claims, as: .recovery(serial, because: reason))
    }

    /// Passes a card on: the serial goes to whoever made `request`, and the card before is revoked.
    ///
    /// - Parameters:
    ///   - release: what `Holder.release(_:to:)` made of the card's holder.
    ///   - request: what `Holder.request` made of the next one.
    ///   - claims: what this issuer says about the next holder.
    /// - Returns: text for the next holder, as `issue` gives it.
    /// - Throws: `IssuingError`: `refused` with `unauthorized` when the edition does not allow it or the release is not the
    ///   holder's for this request, with `alreadyClaimed` when the next person has a card, `conflict`, `revoked`,
    ///   `suspended`.
    public func transfer(
        _ release: String, to request: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        let checked: Release
        do {
            checked = try await self.release(parsing: release)
        } catch {
            throw .refused(error)
        }
        return try await issue(request, claims, as: .transfer(checked))
    }

    /// Keeps a place of an edition for somebody: a payment under way, a form not yet filled in.
    ///
    /// - Parameters:
    ///   - edition: the edition.
    ///   - seconds: for how long, 1 … 86,400.
    /// - Returns: the token to confirm or release it with, 43 characters. Whoever has it has the place.
    /// - Throws: `soldOut`, `malformed` for another number of seconds, `unavailable`.
    public func hold(in edition: OpenEdition, for seconds: Int64) async throws(Refusal) -> String {
        guard (1...86_400).contains(seconds) else { throw .malformed }
        var random = SystemRandomness()
        let token = random.bytes(32)
        let now = clock()
        try await register.hold(token, in: edition.digest, until: now + seconds, at: now)
        return Base64URL.encode(token)
    }

    /// Gives a kept place up. A place that is not kept any more is left alone.
    ///
    /// - Throws: `malformed`, `unavailable`.
    public func release(hold: String, in edition: OpenEdition) async throws(Refusal) {
        try await register.release(try Base64URL.decode(hold), in: edition.digest)
    }

    /// Issues a card in a kept place.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` or `Kiosk.request` made.
    ///   - hold: what `hold(in:for:)` gave.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: `IssuingError`: `refused` with `expired` for a hold that has ended or was given up, and what `issue` throws.
    public func issue(
        to request: String, holding hold: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        let token: [UInt8]
        do {
            token = try Base64URL.decode(hold)
        } catch {
            throw .refused(error)
        }
        return try await issue(request, claims, as: .held(token))
    }

    /// Takes a card back. Its serial is free again, for the next claim.
    ///
    /// - Parameter release: what `Holder.release(_:)` made.
    /// - Throws: `unauthorized` when the edition takes none back or the release is not the holder's; `revoked`, `suspended`,
    ///   `conflict`, `unavailable`.
    public func takeBack(_ release: String) async throws(Refusal) {
        let release = try await self.release(parsing: release)
        guard release.request == nil, let opened = edition(release.edition),
            opened.edition.takesBack
        else { throw .unauthorized }
        try await change(release.serial, of: opened.digest, to: .revoked, as: .giveBack) {
            status, record throws(Refusal) in
            guard record == release.record else { throw .conflict }
            switch status {
            case .valid: return
            case .suspended: throw .suspended
            case .revoked: throw .revoked
            }
        }
    }

    /// Changes the status of a card. Revoked is final, and its serial is never given again (A92). A status that the card
    /// has already changes nothing.
    ///
    /// - Throws: `conflict` for a change after revocation, `unavailable`, also for a card that does not exist.
    public func setStatus(
        _ status: CardStatus, of serial: UInt32, in edition: OpenEdition
    ) async throws(Refusal) {
        let kind: LogEntry.Kind =
            switch status {
            case .valid: .resume
            case .suspended: .suspend
            case .revoked: .revoke
            }
        try await change(serial, of: edition.digest, to: status, as: kind) {
            earlier, _ throws(Refusal) in
            guard earlier != .revoked || status == .revoked else { throw .conflict }
        }
    }

    /// Changes an edition's limit, openly: the change is signed and an entry of the log (A84).
    ///
    /// - Throws: `conflict` for a limit below the highest serial that was given, `unavailable`.
    public func setLimit(_ limit: Limit, of edition: OpenEdition) async throws(Refusal) {
        let digest = edition.digest
        let now = clock()
        try await register.submit { state, batch throws(Refusal) in
            let book = try state.book(digest)
            guard book.limit != limit else { return .found }
            guard batch.entries.isEmpty else { return .wait }
            guard book.admits(limit) else { throw .conflict }
            batch.isChange = true
            let text = try LimitChange(
                issuer: self.id, edition: edition.edition.id, number: book.changes + 1,
                limit: limit
            ).signed(by: self.keys.card, at: now)
            return .one(.signed(.limit, digest, text), .limit(limit))
        }
    }

    /// The limit in force.
    ///
    /// - Throws: `unavailable`.
    public func limit(of edition: OpenEdition) async throws(Refusal) -> Limit {
        try await register.current().book(edition.digest).limit
    }

    private func change(
        _ serial: UInt32, of digest: EditionDigest, to status: CardStatus, as kind: LogEntry.Kind,
        allowing check: @escaping @Sendable (CardStatus, UInt64) throws(Refusal) -> Void
    ) async throws(Refusal) {
        let record = try await register.current().card(serial, of: digest).record
        let memo = try await register.card(at: record).memo
        let earlier = try Row(ofOurs: memo.row, keys)
        try await register.submit { state, batch throws(Refusal) in
            let card = try state.card(serial, of: digest)
            try check(card.status, card.record)
            guard card.status != status else { return .found }
            guard card.record == record else { throw .conflict }
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            var random = SystemRandomness()
            let made = RegisterEntry(
                row: earlier.changed(
                    to: status.row, signedBy: self.keys.register, using: &random),
                salt: random.fixed(), answer: memo.answer)
            return .one(
                .leaf(
                    kind, digest, made.leaf, returned: kind == .giveBack ? serial : nil,
                    wasSuspended: kind == .revoke && card.status == .suspended),
                .card(memo.followed(by: made)))
        }
    }
}

extension Row {
    /// Reads a row of our own register.
    ///
    /// - Throws: `unavailable` for one that our key did not sign.
    init(ofOurs bytes: [UInt8], _ keys: IssuerKeys) throws(Refusal) {
        do {
            try self.init(parsing: bytes, issuer: keys.register.publicKey.xOnly)
        } catch {
            throw .unavailable
        }
    }
}

extension CardStatus {
    /// The status in a row.
    fileprivate var row: Row.Status {
        switch self {
        case .valid: .active
        case .suspended: .suspended
        case .revoked: .ended
        }
    }
}
