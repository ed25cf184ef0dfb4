public import TegataSDJWT

/// Where an issuer keeps what exists: editions, rows, statuses. One routine makes every card (R7).
///
/// Rows are joined here and nowhere public: what is published of an edition are two sorted lists, persons' indexes
/// and card commitments, that cannot be matched with each other (protocol.md, decision 3).
///
/// Someone who can rewrite this storage can forget that a serial was given, and so make the issuer give it again;
/// they cannot sign a row or a card. Someone who can read it can join `L` with `D` and serial, which still names
/// nobody without the evaluation nodes.
public protocol Register: Sendable {
    /// Opens an edition for claims.
    ///
    /// - Throws: `conflict` when it is open with another limit, `unavailable`.
    func open(_ edition: EditionDigest, limit: Limit) async throws(Refusal)

    /// Gives a claim its serial and keeps its row: the one-per-person check, the serial, the status index and the
    /// row are one atomic step, and the last one that can fail.
    ///
    /// `making` turns the place into what the holder receives. It runs inside the step, so a card that cannot be
    /// made takes no serial.
    ///
    /// - Returns: the answer of `making`, or the answer given before for the same idempotency key and content.
    /// - Throws: `soldOut`, `alreadyClaimed`, `conflict` for a used idempotency key with another content,
    ///   `unavailable` for an edition that is not open, and whatever `making` throws.
    func allocate(
        _ claim: RegisterClaim,
        making: @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> String

    /// The answer given before to this idempotency key; `nil` for a key not seen.
    ///
    /// - Throws: `conflict` when it was given for another content, `unavailable`.
    func answer(
        to idempotencyKey: [UInt8], content: FixedBytes<32>, in edition: EditionDigest
    ) async throws(Refusal) -> String?

    /// Changes the status of the card with this serial. Revoked is final: no other status follows it.
    ///
    /// - Throws: `conflict` for a change after revocation, `unavailable` for a card that does not exist.
    func setStatus(
        _ status: CardStatus, of serial: UInt32, in edition: EditionDigest
    ) async throws(Refusal)

    /// The public lists of an edition as they stand.
    ///
    /// - Throws: `unavailable` for an edition that is not open.
    func lists(of edition: EditionDigest) async throws(Refusal) -> PublicLists

    /// The statuses of all cards by status index, two bits each, lowest bits first.
    func statuses() async throws(Refusal) -> [UInt8]
}

/// What a card's status can be (Token Status List §7).
public enum CardStatus: UInt8, Sendable {
    /// In force.
    case valid = 0
    /// Ended for good.
    case revoked = 1
    /// Ended for now.
    case suspended = 2
}

/// An edition's 32-byte name in rows, tokens and transcripts: a tagged hash of issuer and edition id.
public typealias EditionDigest = FixedBytes<32>

/// One claim on a card, checked in everything but its place.
public struct RegisterClaim: Sendable {
    /// The edition.
    public let edition: EditionDigest
    /// The person's index `L`, 33 bytes, when the edition asks who claims; each occurs once per edition.
    public let person: [UInt8]?
    /// The caller's key for this claim: a retry with the same key gets the same card.
    public let idempotencyKey: [UInt8]
    /// A digest of everything asked, so that the same key with another content is noticed.
    public let content: FixedBytes<32>

    package init(
        edition: EditionDigest, person: [UInt8]?, idempotencyKey: [UInt8], content: FixedBytes<32>
    ) {
        self.edition = edition
        self.person = person
        self.idempotencyKey = idempotencyKey
        self.content = content
    }
}

/// A place in an edition, decided inside the allocation step.
public struct RegisterPlace: Sendable {
    /// The serial, 1 … limit.
    public let serial: Serial
    /// A random unused index in the shared status list.
    public let statusIndex: Int
}

/// What the register keeps of a card, and the text its holder receives.
public struct RegisterEntry: Sendable {
    /// The person's index, 33 bytes; a point nobody can open for a card without a person.
    public let person: [UInt8]
    /// The card commitment `D`, 33 bytes.
    public let commitment: [UInt8]
    /// The signed row, 171 bytes.
    public let row: [UInt8]
    /// What the holder receives.
    public let answer: String

    package init(person: [UInt8], commitment: [UInt8], row: [UInt8], answer: String) {
        self.person = person
        self.commitment = commitment
        self.row = row
        self.answer = answer
    }
}

/// What anyone may see of an edition: two lists of equal length, each sorted on its own.
public struct PublicLists: Hashable, Sendable {
    /// The active persons' indexes `L`, 33 bytes each, sorted.
    public let persons: [[UInt8]]
    /// The active card commitments `D`, 33 bytes each, sorted.
    public let commitments: [[UInt8]]
    /// How many serials were ever given.
    public let issued: UInt32
    /// The limit in force.
    public let limit: Limit
}
