internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// An anonymous use as the issuer keeps it beside its log entry: no card and no holder is in it.
struct AnonymousUseMemo: Sendable {
    let salt: FixedBytes<32>
    let terms: FixedBytes<32>
    let window: UInt32
    let number: UInt32
    let nullifier: FixedBytes<33>
    /// SHA-256 of the shop's identifier.
    let shop: FixedBytes<32>
    let time: Int64
    let question: String
    let answer: String
    let statement: String

    var fields: [UInt8] {
        salt.array + terms.array + bigEndian(window) + bigEndian(number) + nullifier.array
            + shop.array + bigEndian(UInt64(bitPattern: time)) + lengthPrefixed(question)
            + lengthPrefixed(answer) + Array(statement.utf8)
    }

    /// What the nullifier is used up as.
    var name: FixedBytes<32> {
        NullifierStore.name(of: nullifier.array, in: EntitlementTerms.nullifierScope(of: terms))
    }
}

extension AnonymousUseMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            let salt: FixedBytes<32> = try reader.fixed()
            let terms: FixedBytes<32> = try reader.fixed()
            let window: UInt32 = try reader.integer()
            let number: UInt32 = try reader.integer()
            return AnonymousUseMemo(
                salt: salt, terms: terms, window: window, number: number,
                nullifier: try reader.fixed(), shop: try reader.fixed(),
                time: try reader.moment(), question: try reader.text(),
                answer: try reader.text(), statement: try reader.rest())
        }
    }
}

extension RedemptionLedger {
    /// - Throws: `malformed` for a second use of one name, whatever is in the journal.
    mutating func count(
        _ memo: AnonymousUseMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        guard
            LoggedDocument.entry(.anonymousUse, entry.edition, salt: memo.salt, memo.statement)
                == entry
        else { throw .malformed }
        try enter(
            LoggedDocument.digest(of: memo.answer), as: .counted, of: memo.shop, in: memo.window,
            under: memo.terms, at: record)
        try use(memo.name)
    }
}

extension RegisterState {
    /// Counts an anonymous use, once; where this very answer was counted, that stands.
    ///
    /// - Throws: `replayed` for a name that was used; what `making` throws.
    func count(
        _ use: AnonymousUse, under terms: EntitlementTerms, _ batch: inout Register.Batch,
        making: () throws(Refusal) -> AnonymousUseMemo
    ) throws(Refusal) -> Register.Decision {
        if let record = redemptions.record(of: use.digest) { return .done([.found(record)]) }
        let name = NullifierStore.name(of: use.nullifier.bytes, in: terms.nullifierScope)
        // Of two answers under one name the second sees what became of the first.
        guard batch.isFree(for: name) else { return .wait }
        guard !redemptions.isUsed(name) else { throw .replayed }
        let memo = try making()
        batch.keys.insert(name)
        return .one(
            LoggedDocument.entry(
                .anonymousUse, terms.editionDigest, salt: memo.salt, memo.statement),
            .anonymousUse(memo))
    }
}
