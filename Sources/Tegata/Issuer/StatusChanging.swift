internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

extension Issuer {
    /// Changes the status of a card. Revoked is final, and its serial is never given again (A92). A status that the card
    /// has already changes nothing.
    ///
    /// - Throws: `conflict` for a change after revocation, `unavailable`, also for a card that does not exist.
    public func setStatus(
        _ status: CardStatus, of serial: UInt32, in edition: OpenEdition
    ) async throws(Refusal) {
        let digest = edition.digest
        let (record, memo) = try await newest(serial, of: digest)
        let earlier = try Row(ofOurs: memo.row, keys)
        try await register.submit { state, batch throws(Refusal) in
            let card = try state.card(serial, of: digest)
            guard card.status != status else { return .found(card.record) }
            guard card.status != .revoked, card.record == record else { throw .conflict }
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            let kind: LogEntry.Kind =
                switch status {
                case .valid: .resume
                case .suspended: .suspend
                case .revoked: .revoke
                }
            var random = SystemRandomness()
            let made = RegisterEntry(
                row: earlier.changed(
                    to: status.row, signedBy: self.keys.register, using: &random),
                salt: random.fixed(), answer: "")
            let wasSuspended = kind == .revoke && card.status == .suspended
            return .append(
                .leaf(kind, digest, made.leaf, wasSuspended: wasSuspended),
                .card(memo.followed(by: made)))
        }
    }

    /// The record and memo of a card's row in force.
    func newest(
        _ serial: UInt32, of edition: EditionDigest
    ) async throws(Refusal) -> (record: UInt64, memo: CardMemo) {
        let record = try await register.current().card(serial, of: edition).record
        return (record, try await register.card(at: record).memo)
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
