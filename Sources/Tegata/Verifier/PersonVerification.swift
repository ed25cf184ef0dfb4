internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

extension Verifier {
    /// The card's pseudonym with this verifier, when the question asked for one (Spec/binding.md).
    func checkPseudonym(
        _ question: Question, _ card: CheckedCard, _ binding: VerifiedKeyBinding
    ) throws(Refusal) -> Pseudonym? {
        guard let epoch = question.pseudonymEpoch else { return nil }
        guard let extra = binding.payload["tegata"], let member = extra["pseudonym"],
            let commitment = try? Point(parsing: card.commitment)
        else { throw .holderBindingInvalid }
        let edition = Edition.digest(issuer: card.profile.issuer, id: card.edition.id)
        let context = question.context(
            edition: edition, subject: SHA256.hash(card.commitment))
        let hidden = (try? card.profile.edition(card.edition.id))?.edition.committed.count ?? 0
        do {
            let point = try PseudonymousPresentation.verify(
                try member.bytes(), commitment: commitment,
                attributes: [Scalar?](repeating: nil, count: hidden),
                scope: question.scope(edition, epoch: epoch), question: context)
            return Pseudonym(bytes: point.encoded)
        } catch {
            throw .holderBindingInvalid
        }
    }

    /// The ID-bound check: this card, this edition, and a national-ID proof made for this question by the person the
    /// card was issued to. It never sees certificate, serial number or number (protocol.md 4.4).
    func checkPerson(
        _ question: Question, _ card: CheckedCard, _ keyBinding: VerifiedKeyBinding, at now: Int64
    ) throws(Refusal) -> PersonCheck {
        guard question.asksPerson else { return .notAsked }
        let edition = try card.profile.edition(card.edition.id)
        let person = try checkOwner(
            card, keyBinding,
            question.context(
                edition: edition.digest, subject: keyBinding.holder.thumbprintBytes), at: now)
        return try edition.personCheck(person.token.body)
    }

    /// That the person whose ID card answered `context` is the one the card was issued to.
    ///
    /// - Throws: `nationalIDInvalid`, `malformed`, `unsupported`.
    func checkOwner(
        _ card: CheckedCard, _ keyBinding: VerifiedKeyBinding, _ context: ProofContext,
        at now: Int64
    ) throws(Refusal) -> VerifiedIdentity {
        guard let extra = keyBinding.payload["tegata"]?["person"] else {
            throw .nationalIDInvalid
        }
        let edition = try card.profile.edition(card.edition.id)
        let rowBytes = try extra.required("row").bytes()
        let proof = try extra.required("proof").bytes()
        let row = try binding { () throws(ProofError) in
            try Row(parsing: rowBytes, issuer: card.profile.registerKey)
        }
        guard row.edition == edition.digest, row.position == card.serial.number,
            row.commitment.encoded == card.commitment, row.status == .active
        else { throw .nationalIDInvalid }
        let person = try verifyPerson(proof, edition, card.profile, context, at: now)
        guard person.index.point == row.index else { throw .nationalIDInvalid }
        return person
    }

    /// A kiosk's word that a person with an ID card, and no phone, is a member of the edition asked for.
    ///
    /// - Throws: `unauthorized` when the person is no member, `issuerUntrusted` for an unknown kiosk, and what else
    ///   fails.
    public func verify(kiosk answer: String) async throws(Refusal) -> CardOnlyCheck {
        let now = clock()
        try TrustBundle.check(end: trustEnd, at: now, skew: policy.skew)
        let message = try JSON.message(answer, limit: 4096)
        let nonce = try message.required("nonce").text(atMost: 128)
        let kiosk: FixedBytes<32> = try message.required("kiosk").fixedBytes()
        let signed = try message.required("result").bytes()
        guard kiosks.contains(kiosk) else { throw .issuerUntrusted }
        guard let text = try await store.content(of: nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let question = try Question(parsing: text)
        guard question.asksPerson, let wanted = question.edition else { throw .typeMismatch }
        let result: KioskResult
        do {
            result = try KioskResult(
                parsing: signed, kiosk: kiosk, nonce: SHA256.hash(Array(question.nonce.utf8)))
        } catch {
            throw error == .malformed ? .malformed : .holderBindingInvalid
        }
        guard
            let issuer = issuers.first(where: { wanted.issuer.hasSameBytes(as: $0.issuer) }),
            let edition = try? issuer.edition(wanted.id), edition.digest == result.edition,
            let trust = edition.trust
        else { throw .typeMismatch }
        // Behind a kiosk's word stand the edition's attestors: too few that a bundle lists are too few here as well.
        _ = try issuer.attestors(of: edition, at: now)
        let time = Int64(clamping: result.time)
        guard time <= now + policy.skew, time >= now - policy.maximumKeyBindingAge - policy.skew
        else { throw .holderBindingInvalid }
        guard result.isMember else { throw .unauthorized }
        try await store.consume(nonce, now: now)
        return CardOnlyCheck(
            issuer: edition.issuer,
            edition: EditionReference(id: edition.edition.id, limit: edition.edition.limit),
            // A kiosk's result does not say what its attestors knew.
            person: .proven(
                trust, usesTestAnchors: edition.usesTestAnchors, revocation: .notChecked))
    }

    private func verifyPerson(
        _ proof: [UInt8], _ edition: OpenEdition, _ profile: IssuerProfile,
        _ question: ProofContext, at now: Int64
    ) throws(Refusal) -> VerifiedIdentity {
        guard let parameters = edition.identity else { throw .unsupported }
        let attestors = try profile.attestors(of: edition, at: now)
        return try parameters.rounds.check(at: now) { keys throws(ProofError) in
            try IdentityAnswer.verify(
                proof, attestors: attestors, keys: keys,
                edition: edition.digest, question: question, at: UInt64(clamping: now))
        }
    }
}

/// What a kiosk showed: the person in front of it is a member of the edition. Neither serial nor card is known.
public struct CardOnlyCheck: Sendable {
    /// Whose edition it is.
    public let issuer: String
    /// Which edition.
    public let edition: EditionReference
    /// How the person was proven.
    public let person: PersonCheck
}

extension OpenEdition {
    /// That a session's kind of ID card is one this edition accepts, that it is a real one where only real ones count, that
    /// attestors were asked about the edition's cut-off, and about a second index where the edition has one and the session is for a
    /// card.
    ///
    /// - Throws: `nationalIDInvalid`.
    func check(_ body: Token.Body, forCard isForCard: Bool) throws(Refusal) {
        guard edition.nationalID.contains(where: { $0.number == body.cardClass }),
            usesTestAnchors || !body.flags.contains(.testAnchors),
            body.cutOff == edition.cutOffTime,
            (body.blinded.second != nil) == (isForCard && edition.asksSecondIndex)
        else { throw .nationalIDInvalid }
    }

    /// Whether a certificate began after the edition's cut-off: no new card for it, and no more cards in force than before.
    func isLate(_ body: Token.Body) -> Bool {
        edition.cutOffTime.map { !body.began(before: $0) } ?? false
    }

    /// What a checked session says about the person in front of a verifier.
    ///
    /// - Throws: `nationalIDInvalid`.
    func personCheck(_ body: Token.Body) throws(Refusal) -> PersonCheck {
        try check(body, forCard: false)
        guard let trust else { throw .nationalIDInvalid }
        return .proven(
            trust, usesTestAnchors: body.flags.contains(.testAnchors),
            revocation: body.flags.contains(.revocationGood) ? .good : .notChecked)
    }
}
