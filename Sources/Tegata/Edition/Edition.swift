internal import TegataCrypto

/// A set of cards with one limit: "Founders, exactly 500, one per person".
///
/// An edition is a plan until an issuer opens it; then it is announced and its limit binds.
public struct Edition: Hashable, Sendable {
    /// The name in the issuer's own words, unique with this issuer: 1 … 64 of `a-z 0-9 - _ .`
    public let id: String
    /// How many cards there may ever be.
    public let limit: Limit
    /// What people read, per language tag (`ja`, `en`).
    public var title: [String: String]
    /// A longer text, per language tag.
    public var description: [String: String]
    /// What a card is good for, in the issuer's own words.
    public var benefits: [String]
    /// When cards may be claimed; `nil` for always.
    public var claimWindow: ClaimWindow?
    /// Which national ID cards may stand behind a claim; empty when nobody is asked (visitors from abroad).
    public var nationalID: Set<CardClass>
    /// Whether a person gets at most one card. Only with a national ID: nobody could check it otherwise.
    public var onePerPerson: Bool
    /// Whether a card may be passed on.
    public var isTransferable: Bool
    /// Whether a card may be given back, and its serial then goes to the next one.
    public var takesBack: Bool
    /// Seconds from issue to expiry of a card.
    public var cardLifetime: Int64
    /// How the cards are drawn among those who enter; `nil` for first come, first served.
    public var draw: Draw?
    /// Before when the ID card's certificate must have begun for a new card, seconds since 1970, a whole day in UTC; `nil` for
    /// any time. A person who replaces an ID card to come again has a later one.
    public var cutOff: Int64?
    /// Whether nodes answer only whom the issuer certified: wallets, kiosks and counters.
    public var certifiesRequesters: Bool
    /// Whether a person is also known by name, birth date and sex, so that nobody gets a second card with a replaced ID card. It
    /// takes the password of the ID card's signature certificate (Spec/edition.md, "Second index").
    public var asksSecondIndex: Bool
    /// The claims that every card of the edition commits to, at most 8: what anonymous holders can show something
    /// about.
    public var committed: [CommittedClaim]

    /// Seconds since 1970 between which claims are taken, both ends included.
    public struct ClaimWindow: Hashable, Sendable {
        /// The first second.
        public let from: Int64
        /// The last second.
        public let until: Int64

        /// A window of at least one second.
        ///
        /// - Throws: `EditionError.claimWindow` when it ends before it begins.
        public init(from: Int64, until: Int64) throws(EditionError) {
            guard from >= 0, from <= until else { throw .claimWindow }
            self.from = from
            self.until = until
        }
    }

    /// Plans an edition. By default each card asks for today's My Number Card, one card a person, not
    /// transferable, valid for two years.
    ///
    /// - Throws: `EditionError`, naming the field.
    public init(
        _ id: String, limit: Limit, title: [String: String] = [:],
        description: [String: String] = [:], benefits: [String] = [],
        claimWindow: ClaimWindow? = nil, nationalID: Set<CardClass> = [.jpkiRSA],
        onePerPerson: Bool? = nil, isTransferable: Bool = false, takesBack: Bool = false,
        cardLifetime: Int64 = 63_072_000, draw: Draw? = nil, committed: [CommittedClaim] = [],
        cutOff: Int64? = nil, certifiesRequesters: Bool = false, asksSecondIndex: Bool = false
    ) throws(EditionError) {
        self.asksSecondIndex = asksSecondIndex
        self.cutOff = cutOff
        self.certifiesRequesters = certifiesRequesters
        self.id = id
        self.limit = limit
        self.title = title
        self.description = description
        self.benefits = benefits
        self.claimWindow = claimWindow
        self.nationalID = nationalID
        self.onePerPerson = onePerPerson ?? !nationalID.isEmpty
        self.isTransferable = isTransferable
        self.takesBack = takesBack
        self.cardLifetime = cardLifetime
        self.draw = draw
        self.committed = committed
        try check()
    }

    /// What every edition satisfies, planned or received.
    func check() throws(EditionError) {
        guard Self.isName(id) else { throw .id }
        guard !onePerPerson || !nationalID.isEmpty else { throw .onePerPersonWithoutNationalID }
        guard (60...1_000_000_000).contains(cardLifetime) else { throw .cardLifetime }
        guard benefits.count <= 64, benefits.allSatisfy({ $0.utf8.count <= 256 }) else {
            throw .benefits
        }
        if let draw {
            guard (1...1024).contains(draw.randomness.utf8.count), draw.closes >= 0 else {
                throw .draw
            }
        }
        guard cutOff.map({ onePerPerson && $0 > 0 && $0 % Self.day == 0 }) != false else {
            throw .cutOff
        }
        guard
            !asksSecondIndex
                || onePerPerson && draw == nil && nationalID.allSatisfy(\.hasSecondInput)
        else { throw .secondIndex }
        guard !certifiesRequesters || !nationalID.isEmpty else { throw .requesters }
        guard committed.count <= CommittedClaim.maximumCount,
            committed.allSatisfy(\.isPossible),
            Set(committed.map { Array($0.name.utf8) }).count == committed.count
        else { throw .committed }
        for texts in [title, description] {
            guard texts.count <= 32, texts.keys.allSatisfy({ $0.utf8.count <= 64 }),
                texts.values.allSatisfy({ $0.utf8.count <= 4096 })
            else { throw .text }
        }
        let fields = [
            ("id", [id]), ("title", title.flatMap { [$0.key, $0.value] }),
            ("description", description.flatMap { [$0.key, $0.value] }), ("benefits", benefits),
            ("committed", committed.map(\.name)),
        ]
        for (field, texts) in fields where texts.contains(where: NumberGuard.finds) {
            throw .looksLikeIDNumber(field: field)
        }
    }

    /// Whether a text can be a name: 1 … 64 of `a-z 0-9 - _ .`
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }
    /// Seconds of a day: a cut-off that says more than the day would name its edition to attestors.
    static let day: Int64 = 86_400

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
    }

    /// The edition's 32-byte name in rows, tokens and transcripts (Spec/edition.md).
    package func digest(issuer: String) -> EditionDigest {
        Self.digest(issuer: issuer, id: id)
    }

    /// The digest of an edition known by name only.
    package static func digest(issuer: String, id: String) -> EditionDigest {
        taggedHash("TEGATA-V01/edition", lengthPrefixed(issuer), lengthPrefixed(id))
    }
}

/// Why an edition cannot be. It speaks of our own plan, so it names the field.
@nonexhaustive
public enum EditionError: Error, Equatable {
    /// `id` must be 1 … 64 of `a-z 0-9 - _ .`
    case id
    /// `claimWindow` must not end before it begins.
    case claimWindow
    /// `onePerPerson` needs a `nationalID`: nobody could tell persons apart.
    case onePerPersonWithoutNationalID
    /// `cardLifetime` must be 60 … 1,000,000,000 seconds.
    case cardLifetime
    /// `draw` must name its randomness in 1 … 1,024 bytes, and close at a time since 1970.
    case draw
    /// `cutOff` must be a whole day in UTC, a multiple of 86,400 seconds, of an edition with one card a person.
    case cutOff
    /// `certifiesRequesters` needs a `nationalID`: nobody asks a node otherwise.
    case requesters
    /// `asksSecondIndex` needs one card a person, no `draw`, and in `nationalID` nothing but kinds of ID cards that have a signature
    /// certificate with a name: today's My Number Card.
    case secondIndex
    /// At most 8 `committed` claims, each with a name of its own of 1 … 256 bytes, numbers of 1 … 32 bits.
    case committed
    /// At most 64 `benefits` of 256 bytes.
    case benefits
    /// At most 32 languages, 64 bytes a language tag and 4096 bytes a text.
    case text
    /// The field holds what could be a 12-digit My Number.
    case looksLikeIDNumber(field: String)
}

/// A text with its length in front, four bytes big-endian: two fields never run into each other.
func lengthPrefixed(_ text: String) -> [UInt8] {
    lengthPrefixed(Array(text.utf8))
}

/// Bytes with their number in front, four bytes big-endian.
func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] {
    bigEndian(UInt32(bytes.count)) + bytes
}
