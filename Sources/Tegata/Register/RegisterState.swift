internal import TegataCrypto
internal import TegataSDJWT

/// What an issuer's log means: a value that each record changes, the same for everyone who reads the same records.
struct RegisterState: Sendable {
    struct CardState: Sendable {
        /// The record that holds the row in force.
        var record: UInt64
        var person: FixedBytes<33>
        /// Who the person is by name, birth date and sex, in an edition that asks.
        var second: FixedBytes<33>?
        var commitment: FixedBytes<33>
        var statusIndex: UInt32
        let epoch: UInt32
        var status = CardStatus.valid
    }

    struct Book: Sendable {
        var limit: Limit
        let announcement: String
        /// By serial − 1; `nil` for a serial that was returned and not given again.
        var cards = [CardState?]()
        /// How often the limit was changed.
        var changes = 0
        /// Who has a card, or had one that was revoked, where each person gets one; and which.
        var persons = [FixedBytes<33>: UInt32]()
        /// Whose index was replaced by that of a new ID card, and which card it was: they get no other while it is there.
        var earlier = [FixedBytes<33>: UInt32]()
        /// Who has which second index, in an edition that asks for it.
        var seconds = SecondIndexes()
        /// Members without a phone, on the issuer's word.
        var declared = Set<FixedBytes<33>>()
        /// How the nodes changed, signed, in order.
        var nodeChanges = [String]()
        /// What nodes said they evaluated.
        var counts = CountState()
        /// Who entered and who was drawn, where cards are drawn.
        var draw: DrawState?
        /// Until when places are kept, by hold.
        var holds = [FixedBytes<32>: Int64]()
        /// Serials that were returned, in order.
        var returned = [UInt32]()
        /// What stands behind the cards, for everyone to check.
        var sessions = SessionState()
        /// Texts that belong to it.
        var attachments = Attachments()

        /// How many serials are given and not returned.
        var given: UInt32 { UInt32(cards.count - returned.count) }
    }

    /// Where the register is, after so many relocations.
    struct Site: Hashable, Sendable {
        let number: UInt32
        let name: String
    }

    struct Answer: Sendable {
        let record: UInt64
        let content: FixedBytes<32>
    }

    private struct Key: Hashable {
        let edition: EditionDigest
        let key: FixedBytes<32>
    }

    private(set) var size: UInt64 = 0
    private(set) var books = [EditionDigest: Book]()
    /// `nil` before the first relocation.
    private(set) var site: Site?
    private var answers = [Key: Answer]()
    private(set) var indexes = StatusIndexes()
    /// What holders were told, and what they answered.
    private(set) var notices = NoticeLedger()
    /// Which uses of entitlements were counted.
    private(set) var redemptions = RedemptionLedger()

    /// The record that answered this request before; `nil` for a key not seen.
    ///
    /// - Throws: `conflict` when it was answered with another content.
    func answer(
        to key: FixedBytes<32>, content: FixedBytes<32>, in edition: EditionDigest
    ) throws(Refusal) -> UInt64? {
        guard let answer = answers[Key(edition: edition, key: key)] else { return nil }
        guard answer.content == content else { throw .conflict }
        return answer.record
    }

    /// Whether a request was answered before, with whatever content.
    func isAnswered(_ key: FixedBytes<32>, in edition: EditionDigest) -> Bool {
        answers[Key(edition: edition, key: key)] != nil
    }

    /// - Throws: `unavailable` for an edition that is not open.
    func book(_ edition: EditionDigest) throws(Refusal) -> Book {
        guard let book = books[edition] else { throw .unavailable }
        return book
    }

    /// The card with this serial.
    ///
    /// - Throws: `unavailable` for one that does not exist.
    func card(_ serial: UInt32, of edition: EditionDigest) throws(Refusal) -> CardState {
        let book = try book(edition)
        guard serial > 0, serial <= book.cards.count, let card = book.cards[Int(serial) - 1] else {
            throw .unavailable
        }
        return card
    }

    /// Takes the next record in. A record that cannot follow is damage: this is what makes two cards of one serial
    /// impossible whatever is in the journal.
    ///
    /// - Throws: `malformed`.
    mutating func apply(_ entry: LogEntry, _ memo: RegisterMemo) throws(Refusal) {
        switch memo {
        case .limit(let limit): try apply(entry, limit)
        case .drawn(let limit):
            guard entry.kind == .open else { throw .malformed }
            try apply(entry, limit)
            books[entry.edition]?.draw = DrawState()
        case .entrant(let memo):
            guard entry.content == memo.name.array, books[entry.edition]?.draw != nil else {
                throw .malformed
            }
            try books[entry.edition]?.draw?.enter(memo, size)
        case .draw(let key):
            guard books[entry.edition]?.draw != nil else { throw .malformed }
            try books[entry.edition]?.draw?.hold(key)
        case .hold(let time): try apply(entry, until: time)
        case .card(let memo): try apply(entry, memo)
        case .sessions(let used):
            guard books[entry.edition] != nil else { throw .malformed }
            let part = try SessionPart(parsing: entry.content)
            try books[entry.edition]?.sessions.freeze(part, used: used, at: size)
        case .deposit:
            guard books[entry.edition] != nil else { throw .malformed }
            books[entry.edition]?.sessions.wait(size)
        case .settled:
            let settled = try SettledIndex(parsing: entry.content)
            guard hasCard(settled.person, in: entry.edition) else { throw .malformed }
            try books[entry.edition]?.sessions.settle(settled)
        case .relocation(let next):
            guard next.number == (site?.number ?? 0) + 1 else { throw .malformed }
            site = next
        case .notice(let memo):
            guard books[entry.edition] != nil else { throw .malformed }
            try notices.enter(memo, entry, at: size)
        case .receipt(let memo): try notices.settle(memo, entry, at: size)
        case .withdrawal(let memo): try notices.withdraw(memo, entry, at: size)
        case .redemption(let memo):
            guard books[entry.edition] != nil else { throw .malformed }
            try redemptions.count(memo, entry, at: size)
        case .anonymousUse(let memo):
            guard books[entry.edition] != nil else { throw .malformed }
            try redemptions.count(memo, entry, at: size)
        case .attachment(let memo):
            guard books[entry.edition] != nil else { throw .malformed }
            try books[entry.edition]?.attachments.take(memo, entry, at: size)
        case .exception(let salt, let reason):
            try apply(entry, salt, because: reason)
        case .plain:
            guard books[entry.edition] != nil else { throw .malformed }
            if entry.kind == .nodes {
                guard let text = entry.text else { throw .malformed }
                books[entry.edition]?.nodeChanges.append(text)
            } else {
                try books[entry.edition]?.counts.take(entry.content, in: entry.edition)
            }
        }
        size += 1
    }

    private mutating func apply(
        _ entry: LogEntry, _ salt: FixedBytes<32>, because reason: String
    ) throws(Refusal) {
        guard books[entry.edition] != nil else { throw .malformed }
        let (kind, person) = try DeclaredException.read(entry.content)
        if kind == .namesake { books[entry.edition]?.seconds.except() }
        if let person {
            guard hasCard(person, in: entry.edition),
                books[entry.edition]?.declared.insert(person).inserted == true
            else { throw .malformed }
        } else {
            guard
                entry.content.dropFirst().elementsEqual(
                    DeclaredException.name(salt, reason).array)
            else { throw .malformed }
        }
    }

    private mutating func apply(_ entry: LogEntry, _ limit: Limit) throws(Refusal) {
        guard let text = entry.text else { throw .malformed }
        if entry.kind == .open {
            guard books[entry.edition] == nil else { throw .malformed }
            books[entry.edition] = Book(limit: limit, announcement: text)
        } else {
            guard entry.kind == .limit, books[entry.edition]?.admits(limit) == true else {
                throw .malformed
            }
            books[entry.edition]?.limit = limit
            books[entry.edition]?.changes += 1
        }
        indexes.reserve(for: limit)
    }

    private mutating func apply(_ entry: LogEntry, until time: Int64) throws(Refusal) {
        guard let hold = entry.hold, let book = books[entry.edition],
            (book.holds[hold] != nil) == (entry.kind == .release)
        else { throw .malformed }
        if entry.kind == .hold {
            guard books[entry.edition]?.nextSerial != nil else { throw .malformed }
            books[entry.edition]?.holds[hold] = time
        } else {
            books[entry.edition]?.holds[hold] = nil
        }
    }

    private mutating func apply(_ entry: LogEntry, _ memo: CardMemo) throws(Refusal) {
        let edition = entry.edition
        if entry.kind == .card {
            guard books[edition]?.nextSerial?.number == memo.serial else { throw .malformed }
            try admit(memo, to: edition)
            let limit = books[edition]?.limit ?? .cards(0)
            try books[edition]?.draw?.deal(memo.key, within: limit)
            books[edition]?.add(CardState(memo, record: size), memo.serial)
            return
        }
        var card = try card(memo.serial, of: edition)
        switch entry.kind {
        case .suspend: try card.move(from: [.valid], to: .suspended)
        case .resume: try card.move(from: [.suspended], to: .valid)
        case .revoke:
            guard entry.wasSuspended == (card.status == .suspended) else { throw .malformed }
            try card.move(from: [.valid, .suspended], to: .revoked)
        case .giveBack:
            guard entry.returned == memo.serial else { throw .malformed }
            try card.move(from: [.valid], to: .revoked)
        case .reissue, .transfer, .renewal:
            let isSamePerson = card.person == memo.person
            // A person's own ID card says who it is; by which name they are known stays what it was.
            guard card.status == .valid, isSamePerson == (entry.kind == .reissue),
                !isSamePerson || card.second == memo.second
            else { throw .malformed }
            // The card before is dead, and its place in the list with it.
            try indexes.set(.revoked, at: card.statusIndex)
            books[edition]?.persons[card.person] = nil
            try admit(memo, to: edition)
            if entry.kind == .renewal { books[edition]?.earlier[card.person] = memo.serial }
            if entry.kind == .transfer {
                books[edition]?.forgetEarlier(of: memo.serial, but: memo.second)
            }
            card = CardState(memo, record: size)
        case .open, .limit, .card, .hold, .release, .entrant, .draw, .sessions, .settled, .deposit,
            .exception, .nodes, .count, .notice, .receipt, .withdrawal, .redemption,
            .attachment, .anonymousUse, .relocation:
            throw .malformed
        }
        card.record = size
        try indexes.set(card.status, at: card.statusIndex)
        if entry.kind == .giveBack {
            books[edition]?.giveBack(memo.serial, card.person)
        } else {
            books[edition]?.cards[Int(memo.serial) - 1] = card
        }
    }

    /// A card comes to exist: person, request and status index are new, or it does not.
    private mutating func admit(_ memo: CardMemo, to edition: EditionDigest) throws(Refusal) {
        let key = Key(edition: edition, key: memo.key)
        guard answers[key] == nil,
            !memo.isUnique || books[edition]?.hasCard(memo.person) == false
        else { throw .malformed }
        try indexes.use(memo.statusIndex)
        if let second = memo.second {
            try books[edition]?.seconds.give(second, to: memo.serial)
        }
        if memo.isUnique { books[edition]?.persons[memo.person] = memo.serial }
        if !memo.session.isEmpty { books[edition]?.sessions.wait(size) }
        answers[key] = Answer(record: size, content: memo.content)
    }
}
