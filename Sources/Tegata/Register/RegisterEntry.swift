public import TegataCrypto
package import TegataProofs
internal import TegataSDJWT

/// An edition's 32-byte name in rows, tokens and transcripts: a tagged hash of issuer and edition id.
public typealias EditionDigest = FixedBytes<32>

/// What a card's status can be (Token Status List §7).
public enum CardStatus: UInt8, Sendable {
    /// In force.
    case valid = 0
    /// Ended for good.
    case revoked = 1
    /// Ended for now.
    case suspended = 2
}

/// One claim on a card, checked in everything but its place.
package struct RegisterClaim: Sendable {
    /// The edition.
    package let edition: EditionDigest
    /// The person's index `L`, 33 bytes, when the edition asks who claims; each occurs once per edition.
    package let person: FixedBytes<33>?
    /// The person's second index `L₂`, where the edition asks for one; nobody else has it, but for declared exceptions.
    package let second: FixedBytes<33>?
    /// The caller's key for this claim: a retry with the same key gets the same card.
    package let key: FixedBytes<32>
    /// A digest of everything asked, so that the same key with another content is noticed.
    package let content: FixedBytes<32>

    package init(
        edition: EditionDigest, person: FixedBytes<33>?, second: FixedBytes<33>? = nil,
        key: FixedBytes<32>, content: FixedBytes<32>
    ) {
        self.second = second
        self.edition = edition
        self.person = person
        self.key = key
        self.content = content
    }
}

/// A place in an edition, decided inside the allocation step.
package struct RegisterPlace: Sendable {
    /// The serial, 1 … limit.
    package let serial: Serial
    /// A random unused index in the shared status space.
    package let statusIndex: Int
    /// The limit in force.
    package let limit: Limit
    /// How often the serial's card was replaced before.
    package let epoch: UInt32

    package init(serial: Serial, statusIndex: Int, limit: Limit, epoch: UInt32 = 0) {
        self.serial = serial
        self.statusIndex = statusIndex
        self.limit = limit
        self.epoch = epoch
    }
}

/// A row made for a place, with its opening and what its holder receives.
package struct RegisterEntry: Sendable {
    /// L; a point nobody can open for a card without a person.
    let person: FixedBytes<33>
    /// L₂, in an edition that asks for it.
    let second: FixedBytes<33>?
    /// D.
    let commitment: FixedBytes<33>
    let leaf: FixedBytes<32>
    let salt: FixedBytes<32>
    /// The signed row, 171 bytes.
    let row: [UInt8]
    /// The sealed session that the card was issued for; empty for none.
    let session: [UInt8]
    let answer: String

    /// An entry without a row, for simulations of the register that never show one.
    package init(unsigned person: FixedBytes<33>, leaf: FixedBytes<32>) {
        self.person = person
        second = nil
        commitment = FixedBytes()
        salt = FixedBytes()
        row = [UInt8](repeating: 0, count: Row.size)
        session = []
        answer = ""
        self.leaf = leaf
    }

    package init(
        row: Row, second: FixedBytes<33>? = nil, salt: FixedBytes<32>, session: [UInt8] = [],
        answer: String
    ) {
        self.second = second
        guard let person = FixedBytes<33>(row.index.encoded),
            let commitment = FixedBytes<33>(row.commitment.encoded)
        else { preconditionFailure("a point is 33 bytes") }
        self.person = person
        self.commitment = commitment
        self.salt = salt
        self.session = session
        self.row = row.encoded
        self.answer = answer
        leaf = row.leaf(salt: salt)
    }
}

/// What anyone may see of an edition: lists of equal length, each sorted on its own.
public struct PublicLists: Hashable, Sendable {
    /// The active persons' indexes `L`, 33 bytes each, sorted.
    public let persons: [[UInt8]]
    /// The active card commitments `D`, 33 bytes each, sorted.
    public let commitments: [[UInt8]]
    /// The active persons' second indexes `L₂`, 33 bytes each, sorted; none where the edition asks for none. Two who share one are
    /// a declared exception.
    public let seconds: [[UInt8]]
    /// How many serials were ever given.
    public let issued: UInt32
    /// The limit in force.
    public let limit: Limit

    init(_ book: RegisterState.Book) {
        let active = book.cards.compactMap { $0 }.filter { $0.status == .valid }
        persons = active.map { $0.person.array }.sorted { $0.lexicographicallyPrecedes($1) }
        commitments = active.map { $0.commitment.array }
            .sorted { $0.lexicographicallyPrecedes($1) }
        seconds = active.compactMap { $0.second?.array }
            .sorted { $0.lexicographicallyPrecedes($1) }
        issued = UInt32(book.cards.count)
        limit = book.limit
    }
}
