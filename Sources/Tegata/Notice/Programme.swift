internal import TegataCrypto
internal import TegataSDJWT

/// What an office does for many: the part that its notices have in common (Spec/notice.md).
public struct Programme: Sendable {
    /// How holders are reached, one way for all of them: else one person could be paid twice.
    public enum Addressing: Sendable {
        /// By their cards.
        case cards
        /// By the nullifiers that they have in the issuer's anonymous action with this number, over this snapshot.
        case pseudonyms(number: UInt64, in: MemberSnapshot)
    }

    /// Its name within the edition, 1 … 64 of `a-z 0-9 - _ .`
    public let id: String
    /// Who decides.
    public let office: BilingualText
    /// What it is, in a few words.
    public let title: BilingualText
    /// The law that it rests on.
    public let basis: BilingualText
    /// What the person reads before answering.
    public let text: BilingualText
    /// The first second in which an answer does not count, seconds since 1970.
    public let deadline: Int64
    /// How its holders are reached.
    public let addressing: Addressing

    /// Plans a programme.
    ///
    /// - Throws: `NoticeError`, naming the field.
    public init(
        _ id: String, office: BilingualText, title: BilingualText, basis: BilingualText,
        text: BilingualText, deadline: Int64, addressing: Addressing = .cards
    ) throws(NoticeError) {
        guard Edition.isName(id), !NumberGuard.finds(in: id) else { throw .programme }
        guard deadline > 0, deadline < 1 << 53 else { throw .deadline }
        if case .pseudonyms(let number, _) = addressing {
            guard number < 1 << 53 else { throw .number }
        }
        try office.check("office", atMost: 256)
        try title.check("title", atMost: 256)
        try basis.check("basis", atMost: 1024, isMultiline: true)
        try text.check("text", atMost: 4096, isMultiline: true)
        self.id = id
        self.office = office
        self.title = title
        self.basis = basis
        self.text = text
        self.deadline = deadline
        self.addressing = addressing
    }

    var json: JSON {
        [
            "id": .string(id), "office": office.json, "title": title.json, "basis": basis.json,
            "text": text.json,
        ]
    }

    /// Its 32-byte name: of the edition and its id, so that a corrected text is the same programme.
    static func name(_ id: String, in edition: EditionDigest) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/programme", edition.array, lengthPrefixed(id))
    }

    /// What stands for the way in which it reaches people.
    var addressingName: FixedBytes<32> {
        switch addressing {
        case .cards: taggedHash("TEGATA-V01/addressing", [0])
        case .pseudonyms(let number, let snapshot):
            taggedHash(
                "TEGATA-V01/addressing", [1], bigEndian(number), snapshot.root.array)
        }
    }
}

/// Why a notice or an entitlement cannot be written. It speaks of our own plan, so it names the field.
@nonexhaustive
public enum NoticeError: Error, Equatable {
    /// The id must be 1 … 64 of `a-z 0-9 - _ .`
    case programme
    /// The deadline must be a time after now.
    case deadline
    /// The number of an action must be below 2^53.
    case number
    /// The text must be there in both languages, no longer than its field allows, without control, direction or hidden
    /// characters, and without white space at its ends.
    case text(field: String)
    /// An amount is 0 … 9,999,999,999 of the smallest unit, its currency three capital letters.
    case benefit
    /// A reference is 1 … 128 bytes and occurs once in a batch.
    case reference(String)
    /// There is no card with the serial of this reference: leave it out.
    case noSuchCard(reference: String)
    /// A notice is addressed in the way of its programme: cards, or pseudonyms.
    case addressing(reference: String)
    /// Windows must be 2 … 1,201 rising moments, uses 1 … 1,000 with no more of them offline, shops 1 … 256 identifiers once each,
    /// and the grace at most ten years.
    case terms(field: String)
    /// The field holds what could be a 12-digit My Number.
    case looksLikeIDNumber(field: String)
    /// It was refused for this reason.
    case refused(Refusal)
}
