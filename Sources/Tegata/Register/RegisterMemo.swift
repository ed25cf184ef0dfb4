internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What only the issuer keeps beside a log entry (Spec/register.md, "Memos").
enum RegisterMemo {
    case limit(Limit)
    /// An edition's opening, where cards go to those who are drawn.
    case drawn(Limit)
    case entrant(EntrantMemo)
    /// What the order of a draw follows from.
    case draw(key: FixedBytes<32>)
    /// Until when a place is kept, seconds since 1970.
    case hold(until: Int64)
    case card(CardMemo)
    /// How many waiting sessions the list of this part used up.
    case sessions(used: UInt32)
    /// A sealed session that waits for a list.
    case deposit([UInt8])
    /// A settled index: all of it is public.
    case settled
    /// Where the register goes on.
    case relocation(RegisterState.Site)
    case notice(NoticeMemo)
    case receipt(ReceiptMemo)
    case withdrawal(WithdrawalMemo)
    case redemption(RedemptionMemo)
    case attachment(AttachmentMemo)
    case anonymousUse(AnonymousUseMemo)
    /// What opens an exception, and the operator's reason.
    case exception(salt: FixedBytes<32>, reason: String)
    /// A change of the nodes, or a node's count: all of it is public.
    case plain

    /// The fields, and a hash over entry and fields: a flipped bit in either is noticed (A101).
    func encoded(beside entry: [UInt8]) -> [UInt8] {
        fields + SHA256.hash(entry + fields).array
    }

    private var fields: [UInt8] {
        switch self {
        case .limit(let limit): Self.limit(limit, flag: 0)
        case .drawn(let limit): Self.limit(limit, flag: 2)
        case .entrant(let memo): memo.fields
        case .draw(let key): key.array
        case .hold(let time): bigEndian(UInt64(bitPattern: time))
        case .card(let memo): memo.fields
        case .sessions(let used): bigEndian(used)
        case .deposit(let session): session
        case .settled, .plain: [0]
        case .exception(let salt, let reason): salt.array + Array(reason.utf8)
        case .notice(let memo): memo.fields
        case .receipt(let memo): memo.fields
        case .withdrawal(let memo): memo.fields
        case .redemption(let memo): memo.fields
        case .attachment(let memo): memo.fields
        case .anonymousUse(let memo): memo.fields
        case .relocation(let site): bigEndian(site.number) + Array(site.name.utf8)
        }
    }

    private static func limit(_ limit: Limit, flag: UInt8) -> [UInt8] {
        switch limit {
        case .unlimited: [flag]
        case .cards(let count): [flag + 1] + bigEndian(count)
        }
    }

    /// - Throws: `malformed` for a memo that is not what was written beside this entry.
    init(parsing bytes: [UInt8], beside entry: [UInt8], kind: LogEntry.Kind) throws(Refusal) {
        guard bytes.count > 32 else { throw .malformed }
        let fields = Array(bytes.dropLast(32))
        guard SHA256.hash(entry + fields).array.elementsEqual(bytes.suffix(32)) else {
            throw .malformed
        }
        switch kind {
        case .open, .limit: try self.init(limit: fields)
        case .card, .reissue, .transfer, .renewal, .suspend, .resume, .revoke, .giveBack:
            self = .card(try CardMemo(fields))
        case .hold, .release:
            guard fields.count == 8 else { throw .malformed }
            self = .hold(until: fields.reduce(0) { $0 << 8 | Int64($1) })
        case .entrant: self = .entrant(try EntrantMemo(fields))
        case .draw:
            guard let key = FixedBytes<32>(fields) else { throw .malformed }
            self = .draw(key: key)
        case .sessions:
            guard fields.count == 4 else { throw .malformed }
            self = .sessions(used: fields.reduce(0) { $0 << 8 | UInt32($1) })
        case .deposit: self = .deposit(fields)
        case .settled:
            guard fields == [0] else { throw .malformed }
            self = .settled
        case .notice: self = .notice(try NoticeMemo(fields))
        case .receipt: self = .receipt(try ReceiptMemo(fields))
        case .withdrawal: self = .withdrawal(try WithdrawalMemo(fields))
        case .redemption: self = .redemption(try RedemptionMemo(fields))
        case .attachment: self = .attachment(try AttachmentMemo(fields))
        case .anonymousUse: self = .anonymousUse(try AnonymousUseMemo(fields))
        case .relocation:
            guard fields.count > 4, let name = String(validating: fields[4...], as: UTF8.self)
            else { throw .malformed }
            self = .relocation(
                .init(number: fields[..<4].reduce(0) { $0 << 8 | UInt32($1) }, name: name))
        case .nodes, .count:
            guard fields == [0] else { throw .malformed }
            self = .plain
        case .exception:
            guard fields.count >= 32, let salt = FixedBytes<32>(fields[..<32]) else {
                throw .malformed
            }
            self = .exception(salt: salt, reason: String(decoding: fields[32...], as: UTF8.self))
        }
    }

    private init(limit fields: [UInt8]) throws(Refusal) {
        switch (fields[0], fields.count) {
        case (0, 1): self = .limit(.unlimited)
        case (1, 5): self = .limit(.cards(fields[1...].reduce(0) { $0 << 8 | UInt32($1) }))
        case (2, 1): self = .drawn(.unlimited)
        case (3, 5): self = .drawn(.cards(fields[1...].reduce(0) { $0 << 8 | UInt32($1) }))
        default: throw .malformed
        }
    }
}

/// A row, its opening, and the answer that its holder received.
package struct CardMemo: Sendable {
    let serial: UInt32
    let statusIndex: UInt32
    /// Whether the edition asks for one card a person.
    let isUnique: Bool
    /// SHA-256 of the request, without its signature.
    let key: FixedBytes<32>
    /// SHA-256 of the request with the issuer's claims.
    let content: FixedBytes<32>
    /// L.
    let person: FixedBytes<33>
    /// L₂, in an edition that asks for it.
    let second: FixedBytes<33>?
    /// D.
    let commitment: FixedBytes<33>
    let salt: FixedBytes<32>
    /// 171 bytes.
    let row: [UInt8]
    /// The sealed session that the card was issued for; empty for none.
    let session: [UInt8]
    /// What the holder received.
    let answer: String

    init(
        serial: UInt32, statusIndex: UInt32, isUnique: Bool, key: FixedBytes<32>,
        content: FixedBytes<32>, second: FixedBytes<33>?, made: RegisterEntry
    ) {
        self.second = second
        self.serial = serial
        self.statusIndex = statusIndex
        self.isUnique = isUnique
        self.key = key
        self.content = content
        person = made.person
        commitment = made.commitment
        salt = made.salt
        row = made.row
        session = made.session
        answer = made.answer
    }

    /// How often the card was replaced: it stands in the row.
    var epoch: UInt32 { row[102..<106].reduce(0) { $0 << 8 | UInt32($1) } }

    /// The memo of a change to this card.
    func followed(by made: RegisterEntry) -> CardMemo {
        CardMemo(
            serial: serial, statusIndex: statusIndex, isUnique: isUnique, key: key,
            content: content, second: second, made: made)
    }

    fileprivate var fields: [UInt8] {
        bigEndian(serial) + bigEndian(statusIndex)
            + [(isUnique ? 1 : 0) | (second == nil ? 0 : 2)] + key.array + content.array
            + person.array + (second?.array ?? []) + commitment.array + salt.array + row
            + bigEndian(UInt16(session.count)) + session + Array(answer.utf8)
    }

    fileprivate init(_ bytes: [UInt8]) throws(Refusal) {
        var reader = Reader(bytes)
        do {
            serial = try reader.integer()
            statusIndex = try reader.integer()
            let flags: UInt8 = try reader.integer()
            // A second index is one of an edition with one card a person.
            guard [0, 1, 3].contains(flags) else { throw Refusal.malformed }
            isUnique = flags & 1 == 1
            key = try reader.fixed()
            content = try reader.fixed()
            person = try reader.fixed()
            second = flags & 2 == 2 ? try reader.fixed() : nil
            commitment = try reader.fixed()
            salt = try reader.fixed()
            row = try reader.take(Row.size)
            let length: UInt16 = try reader.integer()
            session = try reader.take(Int(length))
            answer = String(decoding: try reader.take(reader.remaining), as: UTF8.self)
        } catch {
            throw .malformed
        }
    }
}
