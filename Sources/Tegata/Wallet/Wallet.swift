internal import TegataCrypto
public import TegataSDJWT

/// All that a person keeps in a wallet: keys, cards with their issuers' profiles, uses given away, notices, receipts of issuers and shops,
/// answers on their way, and the history. It is filled to be exported, or by an import; an app may keep these things elsewhere (Spec/wallet.md).
///
/// A value, and a secret: whoever has it has the cards.
public struct Wallet: Sendable {
    struct Kept: Sendable {
        let card: Card
        let key: VerifyingKey
        /// The card is known by its row.
        var row: [UInt8] { card.row }
    }

    struct Receipt: Hashable, Sendable {
        let place: CardPlace
        let issuer: String
        let notice: NoticeID
        let answer: String
        let receipt: String
    }

    static let maximumCards = 4096
    static let maximumIssuers = 1024
    static let maximumRecords = 10_000

    /// A holder for each key.
    public internal(set) var holders = [Holder]()
    /// The issuers as they are trusted, one profile each.
    public internal(set) var issuers = [IssuerProfile]()
    var kept = [Kept]()
    var uses = [CardPlace: EntitlementUses]()
    var inboxes = [NoticeInbox]()
    var receipts = [Receipt]()
    var answers = [SentAnswer]()
    var vouchers = [TakenUse]()
    var proofs = [KeptProof]()
    /// Who asked for what, oldest first.
    public internal(set) var history = [ConsentRecord]()
    let clock: @Sendable () -> Int64

    /// An empty wallet.
    public init() {
        self.init(clock: { SystemClock.now })
    }

    package init(clock: @escaping @Sendable () -> Int64) {
        self.clock = clock
    }

    /// The cards, in the order in which they came.
    public var cards: [Card] { kept.map(\.card) }

    /// Whose a card is; `nil` for one that is not in this wallet.
    public func holder(of card: Card) -> Holder? {
        guard let key = kept.first(where: { $0.row == card.row })?.key else { return nil }
        return holders.first { $0.publicKey == key }
    }

    /// Who issued a card, as this wallet trusts it.
    public func issuer(of card: Card) -> IssuerProfile? { profile(card.issuer) }

    /// The edition of a card that was shown, as its issuer announced it.
    public func edition(of shown: ConsentRecord.Shown) -> OpenEdition? {
        profile(shown.issuer)?.editions.first { $0.digest == shown.place.edition }
    }

    /// What was given away with a card, or with one before it under the same serial.
    public func uses(of card: Card) -> EntitlementUses {
        uses[CardPlace(card)] ?? EntitlementUses()
    }

    /// What an issuer has told this wallet.
    public func inbox(of issuer: String) -> NoticeInbox {
        inboxes.first { $0.issuer.hasSameBytes(as: issuer) } ?? NoticeInbox(of: issuer)
    }

    /// What an issuer signed over answers that were given with this card, or one before it under the same serial.
    public func receipts(of card: Card) -> [(answer: String, receipt: String)] {
        receipts.filter { $0.place == CardPlace(card) }.map { ($0.answer, $0.receipt) }
    }

    func profile(_ issuer: String) -> IssuerProfile? {
        issuers.first { $0.issuer.hasSameBytes(as: issuer) }
    }
}

// MARK: - Keeping

extension Wallet {
    /// Keeps a card, its key and its issuer's profile, which takes the place of the one before. The card is checked again: what is
    /// exported was accepted with what is exported beside it.
    ///
    /// - Throws: what `Holder.accept` throws; `unsupported` for a key that cannot be taken along, as one in a hardware token;
    ///   `limitExceeded` beyond 4,096 cards or 1,024 issuers.
    public mutating func keep(
        _ card: Card, of holder: Holder, from profile: IssuerProfile
    ) throws(Refusal) {
        guard holder.key.portableSecret != nil else { throw .unsupported }
        let card = try holder.accept(card.exposedEncoding, from: profile)
        let place = issuers.firstIndex { $0.issuer.hasSameBytes(as: profile.issuer) }
        guard place != nil || issuers.count < Self.maximumIssuers else { throw .limitExceeded }
        try take(card, of: holder)
        if let place {
            issuers[place] = profile
        } else {
            issuers.append(profile)
        }
    }

    /// Keeps what was given away with a card, beside what is known already.
    ///
    /// - Throws: `limitExceeded` beyond 1,000 numbers of a window, 10,000 windows, or 4,096 cards.
    public mutating func keep(_ uses: EntitlementUses, of card: Card) throws(Refusal) {
        try take(uses, at: CardPlace(card))
    }

    mutating func take(_ given: EntitlementUses, at place: CardPlace) throws(Refusal) {
        var known = uses[place]
        guard known != nil || uses.count < Self.maximumCards else { throw .limitExceeded }
        try known?.formUnion(given)
        uses[place] = known ?? given
    }

    /// Keeps what an issuer has told, beside what is known already.
    ///
    /// - Throws: `limitExceeded` beyond 1,024 issuers.
    public mutating func keep(_ inbox: NoticeInbox) throws(Refusal) {
        if let place = inboxes.firstIndex(where: { $0.issuer.hasSameBytes(as: inbox.issuer) }) {
            inboxes[place].formUnion(inbox)
        } else {
            guard inboxes.count < Self.maximumIssuers else { throw .limitExceeded }
            inboxes.append(inbox)
        }
    }

    /// Keeps what an issuer signed over an answer, which is on its way no more.
    ///
    /// - Throws: `issuerUntrusted` without the issuer's profile, `conflict` for a receipt over another answer; what reading them throws;
    ///   `limitExceeded` beyond 10,000.
    public mutating func keep(
        receipt: String, for answer: String, of card: Card
    ) throws(Refusal) {
        try take(receipt: receipt, for: answer, of: card.issuer, at: CardPlace(card))
    }

    /// Writes a record, in place of the one that it is a later state of. Beyond 10,000 the oldest go.
    ///
    /// - Throws: `limitExceeded` or `malformed` for a record that could not be read again.
    public mutating func record(_ record: ConsentRecord) throws(Refusal) {
        _ = try ConsentRecord(json: record.json)
        if let place = history.firstIndex(where: { $0.id == record.id }) {
            history[place] = record
        } else {
            history.append(record)
            history.removeFirst(max(0, history.count - Self.maximumRecords))
        }
    }

    mutating func take(_ card: Card, of holder: Holder) throws(Refusal) {
        guard !kept.contains(where: { $0.row == card.row }) else { return }
        guard kept.count < Self.maximumCards else { throw .limitExceeded }
        if !holders.contains(where: { $0.publicKey == holder.publicKey }) {
            holders.append(holder)
        }
        kept.append(Kept(card: card, key: holder.publicKey))
    }

    mutating func take(
        receipt: String, for answer: String, of issuer: String, at place: CardPlace
    ) throws(Refusal) {
        guard let profile = profile(issuer) else { throw .issuerUntrusted }
        let said = try NoticeAnswer(parsing: answer, receipted: receipt, from: profile)
        let receipt = Receipt(
            place: place, issuer: issuer, notice: said.notice, answer: answer, receipt: receipt)
        if !receipts.contains(receipt) {
            guard receipts.count < Self.maximumRecords else { throw .limitExceeded }
            receipts.append(receipt)
        }
        answers.removeAll { $0.notice == said.notice }
    }
}

// MARK: - Deleting

extension Wallet {
    /// Deletes a card, with what the history says of it. With the last card under its serial go uses, receipts, proofs and what is on its way, with an issuer's last
    /// card all that there is of the issuer, with a key's last card the key. The issuer is not told.
    public mutating func delete(_ card: Card) {
        kept.removeAll { $0.row == card.row }
        let place = CardPlace(card)
        if !kept.contains(where: { CardPlace($0.card) == place }) {
            uses[place] = nil
            receipts.removeAll { $0.place == place }
            answers.removeAll { $0.place == place }
            vouchers.removeAll { $0.place == place }
            proofs.removeAll { $0.place == place }
            forget { $0.place == place }
        }
        if !kept.contains(where: { $0.card.issuer.hasSameBytes(as: card.issuer) }) {
            delete(issuer: card.issuer)
        }
        holders.removeAll { holder in !kept.contains { $0.key == holder.publicKey } }
    }

    /// Deletes all that there is of an issuer, also what cards have left that are not here any more.
    public mutating func delete(issuer: String) {
        let editions = Set(
            (profile(issuer)?.editions ?? []).map { $0.digest }
                + kept.filter { $0.card.issuer.hasSameBytes(as: issuer) }
                .map { CardPlace($0.card).edition })
        kept.removeAll { $0.card.issuer.hasSameBytes(as: issuer) }
        uses = uses.filter { !editions.contains($0.key.edition) }
        receipts.removeAll { $0.issuer.hasSameBytes(as: issuer) }
        answers.removeAll { $0.issuer.hasSameBytes(as: issuer) }
        vouchers.removeAll { $0.terms.issuer.hasSameBytes(as: issuer) }
        proofs.removeAll { $0.proof.notice.issuer.hasSameBytes(as: issuer) }
        forget { $0.issuer.hasSameBytes(as: issuer) || editions.contains($0.place.edition) }
        inboxes.removeAll { $0.issuer.hasSameBytes(as: issuer) }
        issuers.removeAll { $0.issuer.hasSameBytes(as: issuer) }
        holders.removeAll { holder in !kept.contains { $0.key == holder.publicKey } }
    }

    /// Takes cards out of the history, and records in which nothing else was shown.
    private mutating func forget(_ isGone: (ConsentRecord.Shown) -> Bool) {
        history = history.compactMap { record in
            guard record.shown.contains(where: isGone) else { return record }
            var record = record
            record.shown.removeAll(where: isGone)
            return record.shown.isEmpty ? nil : record
        }
    }

    /// Deletes the history, or of it what is older than a time.
    public mutating func deleteHistory(before time: Int64? = nil) {
        history.removeAll { record in time.map { record.time < $0 } ?? true }
    }

    /// Deletes one record of the history.
    public mutating func delete(_ record: ConsentRecord) {
        history.removeAll { $0.id == record.id }
    }
}

extension Wallet: CustomStringConvertible {
    /// How many cards; nothing of them.
    public var description: String { "<secret wallet of \(kept.count) cards>" }
}
