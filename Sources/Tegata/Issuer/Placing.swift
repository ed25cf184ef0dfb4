internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

// The place in the register, and the answer that comes from there.
extension Issuer {
    func place(
        _ prepared: Prepared, _ claims: Claims, _ purpose: Purpose
    ) async throws(Refusal) -> UInt64 {
        let claim = prepared.claim
        let making: @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry = {
            place throws(Refusal) in
            try self.make(prepared, claims, place)
        }
        switch purpose {
        case .new:
            try await register.releaseEnded(in: claim.edition, at: prepared.time)
            return try await register.allocate(claim, making: making)
        case .entry: throw .unsupported
        case .held(let token):
            return try await register.confirm(
                token, by: claim, at: prepared.time, making: making)
        case .appeal(let reason):
            let isLate = prepared.checked?.isLate == true
            let records = try await register.submit { state, batch throws(Refusal) in
                try state.admit(claim, late: isLate, because: reason, &batch, making: making)
            }
            guard let card = records.last else { throw .unavailable }
            return card
        case .renewal(let renewal):
            return try await replace(
                prepared, as: .renewal,
                Self.unchanged(renewal.serial, renewal.record, of: claim.edition), making: making)
        case .replacement:
            return try await replace(
                prepared, as: .reissue,
                { state throws(Refusal) in
                    guard let person = claim.person,
                        let serial = state.books[claim.edition]?.persons[person]
                    else { throw .unauthorized }
                    return serial
                }, making: making)
        case .recovery(let serial, let reason):
            return try await replace(
                prepared, as: .renewal, declaring: [DeclaredException(.recovery, because: reason)],
                { state throws(Refusal) in
                    let book = try state.book(claim.edition)
                    // Who is found by the first index needs nobody's word.
                    guard claim.person.map(book.hasCard) == false else { throw .conflict }
                    let found = claim.second.map(book.seconds.serials) ?? []
                    if let serial {
                        guard found.contains(serial) else { throw .unauthorized }
                        return serial
                    }
                    guard let only = found.first else { throw .unauthorized }
                    guard found.count == 1 else { throw .conflict }
                    return only
                }, making: making)
        case .transfer(let release):
            return try await replace(
                prepared, as: .transfer,
                Self.unchanged(release.serial, release.record, of: claim.edition), making: making)
        }
    }

    /// Gives the card that `chosen` finds to a request.
    private func replace(
        _ prepared: Prepared, as kind: LogEntry.Kind,
        declaring exceptions: [DeclaredException] = [],
        _ chosen: @escaping @Sendable (RegisterState) throws(Refusal) -> UInt32,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        let claim = prepared.claim
        let records = try await register.submit { state, batch throws(Refusal) in
            try state.replace(chosen, as: kind, by: claim, &batch, making: making)
                .under(exceptions + prepared.exceptions, in: claim.edition)
        }
        guard let card = records.last else { throw .unavailable }
        return card
    }

    /// The serial of a card whose holder said that it may go, unless somebody else got it in between.
    private static func unchanged(
        _ serial: UInt32, _ record: UInt64, of edition: EditionDigest
    ) -> @Sendable (RegisterState) throws(Refusal) -> UInt32 {
        { state throws(Refusal) in
            guard try state.card(serial, of: edition).record == record else { throw .conflict }
            return serial
        }
    }

    /// What a request got before; `nil` for one that got nothing.
    ///
    /// - Throws: `conflict` when it was with other claims, and what is wrong with the request.
    func earlierAnswer(
        to text: String, _ claims: Claims
    ) async throws(Refusal) -> String? {
        let request = try CardRequest(parsing: text)
        guard let opened = edition(request.edition) else { throw .typeMismatch }
        let signed = CardRequest.signedPart(of: text)
        let record = try await register.current().answer(
            to: SHA256.hash(signed), content: SHA256.hash(signed + claims.fingerprint),
            in: opened.digest)
        guard let record else { return nil }
        return try await answer(at: record)
    }

    /// What the holder of the card at `record` receives: the same card each time, with its log proof under the newest
    /// checkpoint.
    func answer(at record: UInt64) async throws(Refusal) -> String {
        let (kind, memo, proof) = try await register.card(at: record)
        let row = try Row(ofOurs: memo.row, keys)
        let extra = ProofExtra(kind: kind, epoch: row.epoch, blind: row.blind(salt: memo.salt))
        guard var answer = try JSON(parsing: Array(memo.answer.utf8)).object else {
            throw .unavailable
        }
        answer.add("salt", .bytes(memo.salt.array))
        answer.add(
            "proof",
            .string(
                LogProof(
                    index: proof.index, path: proof.path, extra: extra.encoded, note: proof.note
                ).encoded))
        return JSON.object(answer).text
    }
}
