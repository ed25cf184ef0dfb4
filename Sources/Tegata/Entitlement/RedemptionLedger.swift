internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What a voucher comes to, by the written rule (Spec/entitlement.md).
public enum UseOutcome: UInt8, Hashable, Sendable, CaseIterable {
    /// It is one of the card's uses, and the shop is paid.
    case counted = 1
    /// Another shop has settled the number before: this one is paid too, and the holder answers for it.
    case charged = 2
    /// This shop has settled the number before: it is not paid twice.
    case refused = 3

    var name: String {
        switch self {
        case .counted: "counted"
        case .charged: "charged"
        case .refused: "refused"
        }
    }
}

/// A settled voucher as the issuer keeps it beside its log entry.
struct RedemptionMemo: Sendable {
    let salt: FixedBytes<32>
    let terms: FixedBytes<32>
    let window: UInt32
    let serial: UInt32
    let number: UInt32
    let outcome: UseOutcome
    /// SHA-256 of the shop's identifier.
    let shop: FixedBytes<32>
    let time: Int64
    let voucher: String
    let statement: String

    var fields: [UInt8] {
        salt.array + terms.array + bigEndian(window) + bigEndian(serial) + bigEndian(number)
            + [outcome.rawValue] + shop.array + bigEndian(UInt64(bitPattern: time))
            + lengthPrefixed(voucher) + Array(statement.utf8)
    }
}

extension RedemptionMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            let salt: FixedBytes<32> = try reader.fixed()
            let terms: FixedBytes<32> = try reader.fixed()
            let (window, serial, number) = (
                try reader.integer() as UInt32, try reader.integer() as UInt32,
                try reader.integer() as UInt32
            )
            guard let outcome = UseOutcome(rawValue: try reader.take(1)[0]) else {
                throw .malformed
            }
            return RedemptionMemo(
                salt: salt, terms: terms, window: window, serial: serial, number: number,
                outcome: outcome, shop: try reader.fixed(), time: try reader.moment(),
                voucher: try reader.text(), statement: try reader.rest())
        }
    }
}

/// Which uses were counted: a value that follows from the records alone.
struct RedemptionLedger: Sendable {
    /// One card's uses in one window.
    struct Place: Hashable, Sendable {
        let terms: FixedBytes<32>
        let window: UInt32
        let serial: UInt32

        var name: FixedBytes<32> {
            taggedHash(
                "TEGATA-V01/uses", terms.array, bigEndian(window), bigEndian(serial))
        }
    }

    /// One shop in one window.
    private struct Shop: Hashable {
        let terms: FixedBytes<32>
        let window: UInt32
        /// SHA-256 of its identifier.
        let name: FixedBytes<32>
    }

    struct Use: Sendable {
        let voucher: FixedBytes<32>
        let shop: FixedBytes<32>
        let outcome: UseOutcome
        let record: UInt64
    }

    private var places = [Place: [UInt32: [Use]]]()
    // By the digest of what was handed in.
    private var vouchers = [FixedBytes<32>: UInt64]()
    // How many of a shop's came to what.
    private var tallies = [Shop: [UseOutcome: Int]]()
    // What anonymous uses were counted under.
    private var names = Set<FixedBytes<32>>()

    /// The record of a voucher, or of an anonymous answer, that was settled.
    func record(of voucher: FixedBytes<32>) -> UInt64? { vouchers[voucher] }

    /// How many vouchers and answers of a shop came to what in a window.
    func tally(
        of shop: FixedBytes<32>, in window: UInt32, under terms: FixedBytes<32>
    ) -> [UseOutcome: Int] {
        tallies[Shop(terms: terms, window: window, name: shop)] ?? [:]
    }

    /// Whether an anonymous use has this name.
    func isUsed(_ name: FixedBytes<32>) -> Bool { names.contains(name) }

    /// What was handed in, and what it came to.
    ///
    /// - Throws: `malformed` for what was settled.
    mutating func enter(
        _ digest: FixedBytes<32>, as outcome: UseOutcome, of shop: FixedBytes<32>,
        in window: UInt32, under terms: FixedBytes<32>, at record: UInt64
    ) throws(Refusal) {
        guard vouchers.updateValue(record, forKey: digest) == nil else { throw .malformed }
        tallies[Shop(terms: terms, window: window, name: shop), default: [:]][
            outcome, default: 0] += 1
    }

    /// - Throws: `malformed` for a name that was used.
    mutating func use(_ name: FixedBytes<32>) throws(Refusal) {
        guard names.insert(name).inserted else { throw .malformed }
    }

    /// What was settled under a number, the counted one first.
    func uses(of number: UInt32, at place: Place) -> [Use] { places[place]?[number] ?? [] }

    /// The records of vouchers under these terms that somebody has to answer for, each with the first one's.
    func disputes(under terms: FixedBytes<32>) -> [(first: UInt64, second: UInt64)] {
        places.filter { $0.key.terms == terms }.values.flatMap(\.values).flatMap { uses in
            uses.dropFirst().map { (first: uses[0].record, second: $0.record) }
        }.sorted { $0.second < $1.second }
    }

    /// What the written rule makes of another voucher of a shop.
    func outcome(of number: UInt32, at place: Place, shop: FixedBytes<32>) -> UseOutcome {
        let earlier = uses(of: number, at: place)
        if earlier.isEmpty { return .counted }
        return earlier.contains { $0.shop == shop } ? .refused : .charged
    }

    /// - Throws: `malformed` for a record that the rule does not make: no number counts twice, whatever is in the journal.
    mutating func count(
        _ memo: RedemptionMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        let voucher = LoggedDocument.digest(of: memo.voucher)
        let place = Place(terms: memo.terms, window: memo.window, serial: memo.serial)
        guard
            LoggedDocument.entry(.redemption, entry.edition, salt: memo.salt, memo.statement)
                == entry,
            outcome(of: memo.number, at: place, shop: memo.shop) == memo.outcome
        else { throw .malformed }
        try enter(
            voucher, as: memo.outcome, of: memo.shop, in: memo.window, under: memo.terms,
            at: record)
        places[place, default: [:]][memo.number, default: []].append(
            Use(voucher: voucher, shop: memo.shop, outcome: memo.outcome, record: record))
    }
}

extension RegisterState {
    /// What is decided about a voucher: its number, what it comes to, and the voucher before it.
    struct Counting {
        let number: Int
        let outcome: UseOutcome
        let first: FixedBytes<32>?
    }

    /// Counts a voucher, once; where it was settled before, that stands.
    ///
    /// - Throws: `soldOut` when no number is left to give; `revoked`, `suspended` for a card that is not in force where a number is
    ///   asked for; what `making` throws.
    func count(
        _ voucher: Voucher, under terms: EntitlementTerms, _ batch: inout Register.Batch,
        making: (Counting) throws(Refusal) -> RedemptionMemo
    ) throws(Refusal) -> Register.Decision {
        if let record = redemptions.record(of: voucher.digest) { return .done([.found(record)]) }
        let place = RedemptionLedger.Place(
            terms: terms.digest, window: UInt32(voucher.window), serial: voucher.serial.number)
        // One card's uses are decided one after the other, whichever numbers they ask for.
        guard batch.isFree(for: place.name) else { return .wait }
        let plan = terms.entitlement
        let number: Int
        if let given = voucher.number {
            number = given
        } else {
            try checkInForce(
                voucher.serial.number, of: terms.editionDigest, voucher.commitment)
            let free = (0..<plan.count - plan.offline).first {
                redemptions.uses(of: UInt32($0), at: place).isEmpty
            }
            guard let free else { throw .soldOut }
            number = free
        }
        let shop = SHA256.hash(Array(voucher.shop.utf8))
        let counting = Counting(
            number: number,
            outcome: redemptions.outcome(of: UInt32(number), at: place, shop: shop),
            first: redemptions.uses(of: UInt32(number), at: place).first?.voucher)
        let memo = try making(counting)
        batch.keys.insert(place.name)
        return .one(
            LoggedDocument.entry(
                .redemption, terms.editionDigest, salt: memo.salt, memo.statement),
            .redemption(memo))
    }
}
