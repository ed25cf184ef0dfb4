internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// Which numbers of its uses a wallet has given away, for one card. A number counts as used before it leaves: what was
/// given to one shop is never given to another.
///
/// A value: keep its encoding before an answer is sent. Whoever puts an older one back gives a number twice: anonymously that is
/// refused, offline it is charged to the holder.
public struct EntitlementUses: Sendable {
    private struct Window: Hashable {
        let terms: FixedBytes<32>
        let number: Int
    }

    private var used = [Window: Set<Int>]()

    /// Nothing used yet.
    public init() {}

    /// Draws one of the numbers that are left, at random: it says nothing about how many there are.
    ///
    /// - Throws: `soldOut` when none is.
    mutating func draw(
        _ numbers: Range<Int>, of terms: EntitlementTerms, window: Int
    ) throws(Refusal) -> Int {
        let place = Window(terms: terms.digest, number: window)
        let left = numbers.filter { !used[place, default: []].contains($0) }
        guard let number = left.randomElement() else { throw .soldOut }
        used[place, default: []].insert(number)
        return number
    }

    /// How many numbers of a window were drawn.
    public func count(of terms: EntitlementTerms, window: Int) -> Int {
        used[Window(terms: terms.digest, number: window)]?.count ?? 0
    }

    private static let maximumWindows = 10_000
    private static let maximumNumbers = 1000

    /// Takes in what another state of the same card gave away: a number that either has is given away.
    ///
    /// - Throws: `limitExceeded` for more than could be read again; then nothing has changed.
    mutating func formUnion(_ other: EntitlementUses) throws(Refusal) {
        let union = used.merging(other.used) { $0.union($1) }
        guard union.count <= Self.maximumWindows,
            union.values.allSatisfy({ $0.count <= Self.maximumNumbers })
        else { throw .limitExceeded }
        used = union
    }

    /// The uses as JSON text, for keeping.
    public var encoded: String { json.text }

    var json: JSON {
        let sorted = used.sorted { left, right in
            (left.key.terms.array + bigEndian(UInt32(left.key.number))).lexicographicallyPrecedes(
                right.key.terms.array + bigEndian(UInt32(right.key.number)))
        }
        let entries = sorted.map { window, numbers in
            JSON.object([
                "terms": .bytes(window.terms.array), "window": .whole(Int64(window.number)),
                "used": .array(numbers.sorted().map { .whole(Int64($0)) }),
            ])
        }
        return ["uses": .array(entries)]
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing text: String) throws(Refusal) {
        try self.init(json: try JSON.message(text, limit: 1 << 20))
    }

    init(json: JSON) throws(Refusal) {
        for entry in try json.required("uses").elements(atMost: Self.maximumWindows) {
            let window = Window(
                terms: try entry.required("terms").fixedBytes(),
                number: Int(clamping: try entry.required("window").time()))
            for number in try entry.required("used").elements(atMost: Self.maximumNumbers) {
                used[window, default: []].insert(Int(clamping: try number.time()))
            }
        }
    }
}

extension Holder {
    /// Lets a shop count a use of the card: a voucher, for this shop and question alone.
    ///
    /// - Parameters:
    ///   - question: what the shop asks.
    ///   - terms: what is used.
    ///   - card: the card whose use it is.
    ///   - shop: whom the holder believes to be asked by.
    ///   - uses: what the wallet has given away; a shop without a network is given a number of it.
    /// - Returns: the voucher, for `Shop.take`.
    /// - Throws: `issuerUntrusted` or `signatureInvalid` for a question that this shop did not sign or may not ask, `typeMismatch` for
    ///   other terms, another card's, or another mode's; `soldOut` without a number, `notYetValid`, `expired`.
    public func use(
        _ question: String, of terms: EntitlementTerms, with card: Card,
        from shop: VerifierProfile, in uses: inout EntitlementUses
    ) throws(Refusal) -> String {
        let question = try UseQuestion(parsing: question, from: shop, about: terms)
        let now = clock()
        try question.check(terms, at: now)
        guard terms.entitlement.mode == .card, terms.isFor(card) else { throw .typeMismatch }
        var use: JSONObject = [
            "terms": .bytes(terms.digest.array), "window": .whole(Int64(question.window)),
        ]
        if question.isOffline {
            let number = try uses.draw(
                terms.entitlement.offlineNumbers, of: terms, window: question.window)
            use.add("number", .whole(Int64(number)))
        }
        return String(
            decoding: try card.held.presentation(
                revealing: [], by: key, audience: question.shop, nonce: question.nonce, at: now,
                extra: ["tegata": ["use": .object(use)]]), as: UTF8.self)
    }

    /// Uses an entitlement as one of the snapshot's members, without saying which.
    ///
    /// - Parameters:
    ///   - question: what the shop asks.
    ///   - terms: what is used.
    ///   - card: the card whose use it is.
    ///   - shop: whom the holder believes to be asked by.
    ///   - snapshot: the lists that the issuer signed for this window.
    ///   - uses: what the wallet has given away.
    ///   - crowd: among how many cards the holder wants to be at least.
    /// - Returns: the answer, for `Shop.take(_:to:under:among:keeping:)`.
    /// - Throws: as for a voucher; `limitExceeded` for a smaller crowd.
    public func use(
        _ question: String, of terms: EntitlementTerms, with card: Card,
        from shop: VerifierProfile, among snapshot: MemberSnapshot, in uses: inout EntitlementUses,
        ofAtLeast crowd: Int = 20
    ) throws(Refusal) -> String {
        let question = try UseQuestion(parsing: question, from: shop, about: terms)
        try question.check(terms, at: clock())
        guard terms.isFor(card), let opening = card.opening, let commitment = opening.commitment
        else { throw .typeMismatch }
        guard snapshot.anonymity >= crowd else { throw .limitExceeded }
        let part = snapshot.cards.part(of: commitment)
        // Before a number is given away: the question may be one that nobody answers.
        _ = try question.statement(terms, number: 0, among: snapshot, part: part)
        let number = try uses.draw(
            0..<terms.entitlement.count, of: terms, window: question.window)
        let proof = try question.statement(terms, number: number, among: snapshot, part: part)
            .proof(with: opening)
        return UseAnswer(nonce: question.nonce, number: number, part: part, proof: proof).text
    }
}

extension EntitlementTerms {
    /// Whether a card has the uses.
    func isFor(_ card: Card) -> Bool {
        EditionName(issuer: card.issuer, id: card.edition.id).names(edition, of: issuer)
    }
}
