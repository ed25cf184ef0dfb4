internal import TegataCrypto
internal import TegataSDJWT

/// Somebody who entered a draw, as the register keeps it.
struct EntrantMemo: Sendable {
    /// SHA-256 of the request, without its signature.
    let key: FixedBytes<32>
    /// L, where the edition asks who enters.
    let person: FixedBytes<33>?
    let salt: FixedBytes<32>
    let request: String

    /// What stands in the log: hides the request, and who has it opens it with the salt.
    var name: FixedBytes<32> { Self.name(key, salt) }

    static func name(_ key: FixedBytes<32>, _ salt: FixedBytes<32>) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/entrant", key.array, salt.array)
    }

    init(key: FixedBytes<32>, person: FixedBytes<33>?, salt: FixedBytes<32>, request: String) {
        self.key = key
        self.person = person
        self.salt = salt
        self.request = request
    }

    var fields: [UInt8] {
        key.array + [person == nil ? 0 : 1] + (person?.array ?? []) + salt.array
            + Array(request.utf8)
    }

    init(_ bytes: [UInt8]) throws(Refusal) {
        let isUnique = bytes.count > 32 && bytes[32] == 1
        let start = isUnique ? 66 : 33
        guard bytes.count >= start + 32, let key = FixedBytes<32>(bytes[..<32]),
            let salt = FixedBytes<32>(bytes[start..<start + 32])
        else { throw .malformed }
        self.key = key
        person = isUnique ? FixedBytes<33>(bytes[33..<66]) : nil
        self.salt = salt
        request = String(decoding: bytes[(start + 32)...], as: UTF8.self)
    }
}

/// The draw of an edition, from the first entrant to the last card.
struct DrawState: Sendable {
    struct Entrant: Sendable {
        let record: UInt64
        let key: FixedBytes<32>
        let name: FixedBytes<32>
    }

    private(set) var entrants = [Entrant]()
    private(set) var keys = [FixedBytes<32>: Int]()
    private(set) var persons = Set<FixedBytes<33>>()
    /// The entrants in the order of the draw, once it was held.
    private(set) var order: [Int]?
    /// How many of them have their card.
    private(set) var dealt = 0

    /// Who gets the next card, while there are winners without one.
    func next(within limit: Limit) -> Entrant? {
        guard let order, dealt < order.count, limit.admits(after: UInt32(dealt)) else { return nil }
        return entrants[order[dealt]]
    }

    mutating func enter(_ memo: EntrantMemo, _ record: UInt64) throws(Refusal) {
        guard order == nil, keys[memo.key] == nil,
            memo.person.map(persons.contains) != true
        else { throw .malformed }
        keys[memo.key] = entrants.count
        if let person = memo.person { persons.insert(person) }
        entrants.append(Entrant(record: record, key: memo.key, name: memo.name))
    }

    mutating func hold(_ key: FixedBytes<32>) throws(Refusal) {
        guard order == nil else { throw .malformed }
        order = Draw.order(of: entrants.count, by: key)
    }

    /// A card that came to exist: the winners' come first, in their order.
    mutating func deal(_ key: FixedBytes<32>, within limit: Limit) throws(Refusal) {
        guard order != nil else { throw .malformed }
        guard let winner = next(within: limit) else { return }
        guard winner.key == key else { throw .malformed }
        dealt += 1
    }
}
