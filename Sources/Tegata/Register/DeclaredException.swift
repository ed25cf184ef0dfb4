internal import TegataCrypto
internal import TegataSDJWT

/// An exception that an issuer makes from its own rule, in the open: everybody counts them, and the operator keeps the reason
/// (Spec/register.md).
struct DeclaredException: Sendable {
    enum Kind: UInt8, Sendable {
        /// A new card for a person whose certificate began after the cut-off.
        case appeal = 1
        /// A card in force that was issued again, or renewed, for such a certificate: no person more than before.
        case member = 2
        /// A member without a phone, whom nobody can settle, on the issuer's word.
        case withoutPhone = 3
        /// A new card for a person whose second index somebody else has: two people of one name, birth date and sex.
        case namesake = 4
        /// A card in force that goes on for a new ID card, found by its second index, on the operator's word that it is the
        /// same person.
        case recovery = 5
    }

    let kind: Kind
    /// kind 1 ‖ TH("exception", salt ‖ reason) 32, or kind 1 ‖ L 33 for a member without a phone.
    let content: [UInt8]
    let salt: FixedBytes<32>
    let reason: String

    /// An exception whose reason the operator keeps.
    init(_ kind: Kind, because reason: String) {
        var random = SystemRandomness()
        self.kind = kind
        self.reason = reason
        salt = random.fixed()
        content = [kind.rawValue] + Self.name(salt, reason).array
    }

    static func name(_ salt: FixedBytes<32>, _ reason: String) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/exception", salt.array, Array(reason.utf8))
    }

    /// A member without a phone: the list of persons has this index, and no session is behind it for everyone to see.
    init(withoutPhone person: FixedBytes<33>) {
        kind = .withoutPhone
        content = [Kind.withoutPhone.rawValue] + person.array
        salt = FixedBytes()
        reason = ""
    }

    /// The record of it.
    func record(in edition: EditionDigest) -> Register.Outcome {
        .new(
            LogEntry(kind: .exception, edition: edition, content: content),
            .exception(salt: salt, reason: reason))
    }

    /// What kind of exception an entry declares, and whose index it names.
    ///
    /// - Throws: `malformed`.
    static func read(
        _ content: [UInt8]
    ) throws(Refusal) -> (kind: Kind, person: FixedBytes<33>?) {
        guard let kind = content.first.flatMap(Kind.init(rawValue:)) else { throw .malformed }
        guard kind == .withoutPhone else {
            guard content.count == 33 else { throw .malformed }
            return (kind, nil)
        }
        guard let person = FixedBytes<33>(content[1...]) else { throw .malformed }
        return (kind, person)
    }
}

extension Register.Decision {
    /// This decision with exceptions declared before it, where it writes anything.
    func under(_ exceptions: [DeclaredException], in edition: EditionDigest) -> Register.Decision {
        guard case .done(let outcomes) = self,
            outcomes.contains(where: { if case .new = $0 { true } else { false } })
        else { return self }
        return .done(exceptions.map { $0.record(in: edition) } + outcomes)
    }
}

extension RegisterState {
    /// Gives a claim a place in spite of the cut-off, of a second index that somebody has, or of both, and says so in the records
    /// before.
    ///
    /// - Throws: `unsupported` where cards are drawn, `conflict` where there is nothing to except, and what `verdict(on:)` throws.
    func admit(
        _ claim: RegisterClaim, late isLate: Bool, because reason: String,
        _ batch: inout Register.Batch,
        making: (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) throws(Refusal) -> Register.Decision {
        if let earlier = try verdict(on: claim, exceptingSecond: true) {
            return .done([.found(earlier)])
        }
        guard batch.entries.isEmpty else { return .wait }
        let book = try book(claim.edition)
        guard book.draw == nil else { throw .unsupported }
        var exceptions = isLate ? [DeclaredException(.appeal, because: reason)] : []
        if let second = claim.second, book.seconds.isTaken(second) {
            exceptions.append(DeclaredException(.namesake, because: reason))
        }
        guard !exceptions.isEmpty else { throw .conflict }
        guard let serial = book.nextSerial else { throw .soldOut }
        let place = RegisterPlace(
            serial: serial, statusIndex: Int(indexes.unused(besides: [])), limit: book.limit)
        let made = try making(place)
        batch.isChange = true
        return Register.Decision.done([.new(claim, place, made)]).under(
            exceptions, in: claim.edition)
    }
}
