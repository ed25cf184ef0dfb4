internal import TegataCrypto
public import TegataSDJWT

/// What a wallet has been told by one issuer. Nothing reaches a person that has not come through here: what is forged, altered, out
/// of date, for somebody else, taken back or answered before is refused first (Spec/notice.md, "Verification").
///
/// A value: keep its encoding after each change. Someone who can put an older one back can have a notice shown again that was answered; the
/// issuer still counts it once.
public struct NoticeInbox: Sendable {
    private struct Item {
        var state: NoticeState
        let nonce: FixedBytes<16>?
        /// `nil` for a notice that was taken back before it came.
        let deadline: Int64?
    }

    /// Whose notices these are.
    public let issuer: String
    private var items = [NoticeID: Item]()
    private var nonces = [FixedBytes<16>: NoticeID]()
    /// Beyond this many nothing more is taken (R4).
    static let capacity = 10_000

    /// An inbox that has been told nothing yet.
    public init(of issuer: String) {
        self.issuer = issuer
    }

    /// Checks a notice, for showing it to the holder of `card`. One that was not answered may come again.
    ///
    /// - Parameters:
    ///   - text: as it was brought.
    ///   - card: the card that it should be for.
    ///   - holder: whose card it is.
    ///   - profile: the issuer, as trusted.
    ///   - snapshot: the lists that a notice to a pseudonym counts in, taken by the wallet itself.
    /// - Returns: the notice, to be shown.
    /// - Throws: `typeMismatch` for another kind of text, another card or edition; `issuerUntrusted`, `signatureInvalid`,
    ///   `malformed`, `limitExceeded`, `notYetValid`, `expired`; `replayed` for one that was answered, `revoked` for one that was
    ///   taken back, `conflict` for a second notice with one nonce.
    public mutating func receive(
        _ text: String, for card: Card, of holder: Holder, from profile: IssuerProfile,
        among snapshot: MemberSnapshot? = nil
    ) throws(Refusal) -> Notice {
        let notice = try Notice(parsing: text, from: profile)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        guard
            EditionName(issuer: card.issuer, id: card.edition.id)
                .names(notice.edition, of: notice.issuer)
        else { throw .typeMismatch }
        if let action = notice.action {
            guard let snapshot, snapshot.root == action.snapshot,
                card.noticeName(number: action.number) == notice.address
            else { throw .typeMismatch }
        } else {
            let mine = NoticeAddress.card(
                serial: card.serial, key: holder.publicKey.thumbprintBytes)
            guard notice.address == mine else { throw .typeMismatch }
        }
        let now = holder.clock()
        guard notice.time <= now + 60 else { throw .notYetValid }
        guard now < notice.deadline else { throw .expired }
        try take(notice, at: now)
        return notice
    }

    private mutating func take(_ notice: Notice, at now: Int64) throws(Refusal) {
        switch items[notice.id]?.state {
        case .open: return
        case .withdrawn, .replaced: throw .revoked
        case .confirmed, .refused, .expired: throw .replayed
        case nil: break
        }
        guard nonces[notice.nonce] == nil else { throw .conflict }
        prune(at: now)
        guard items.count < Self.capacity else { throw .limitExceeded }
        items[notice.id] = Item(state: .open, nonce: notice.nonce, deadline: notice.deadline)
        nonces[notice.nonce] = notice.id
        if let earlier = notice.replaces { end(earlier, as: .replaced) }
    }

    /// Checks that a receipt is the issuer's for this very answer.
    ///
    /// - Returns: what was recorded.
    /// - Throws: `typeMismatch`, `issuerUntrusted`, `signatureInvalid`, `malformed`; `conflict` for a receipt over another answer or
    ///   another word.
    @discardableResult
    public mutating func keep(
        receipt: String, for answer: String, from profile: IssuerProfile
    ) throws(Refusal) -> NoticeWord {
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        let said = try NoticeAnswer(parsing: answer, receipted: receipt, from: profile)
        end(said.notice, as: said.word.state)
        return said.word
    }

    /// Checks a withdrawal, and shows its notice no more.
    ///
    /// - Throws: `typeMismatch`, `issuerUntrusted`, `signatureInvalid`, `malformed`, `limitExceeded`.
    public mutating func keep(
        withdrawal: String, from profile: IssuerProfile
    ) throws(Refusal) -> NoticeWithdrawal {
        let withdrawal = try NoticeWithdrawal(parsing: withdrawal, from: profile)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        guard items.count < Self.capacity else { throw .limitExceeded }
        end(withdrawal.notice, as: withdrawal.replacedBy == nil ? .withdrawn : .replaced)
        return withdrawal
    }

    /// Where a notice stands as far as this wallet knows; `nil` for one that it was not told.
    public func state(of notice: NoticeID) -> NoticeState? { items[notice]?.state }

    private mutating func end(_ id: NoticeID, as state: NoticeState) {
        let earlier = items[id]
        // What has a receipt keeps it.
        guard earlier.map({ $0.state == .open }) ?? true else { return }
        items[id] = Item(state: state, nonce: earlier?.nonce, deadline: earlier?.deadline)
    }

    /// Forgets what would be refused for its age anyway.
    private mutating func prune(at now: Int64) {
        guard items.count >= Self.capacity else { return }
        items = items.filter { $0.value.deadline.map { $0 > now - 86_400 } ?? true }
        nonces = nonces.filter { items[$0.value] != nil }
    }

    /// Takes in what another state of the inbox was told: what has an end keeps it, what is open may get one (Spec/wallet.md).
    mutating func formUnion(_ other: NoticeInbox) {
        for (id, item) in other.items {
            if items[id] == nil {
                guard items.count < Self.capacity else { return }
                items[id] = item
                if let nonce = item.nonce { nonces[nonce] = id }
            } else {
                end(id, as: item.state)
            }
        }
    }

    /// The inbox as JSON text, for keeping.
    public var encoded: String { json.text }

    var json: JSON {
        let sorted = items.sorted { $0.key.array.lexicographicallyPrecedes($1.key.array) }
        return [
            "issuer": .string(issuer),
            "notices": .array(
                sorted.map { id, item in
                    var object: JSONObject = [
                        "id": .bytes(id.array), "state": .whole(Int64(item.state.rawValue)),
                    ]
                    if let nonce = item.nonce { object.add("nonce", .bytes(nonce.array)) }
                    if let deadline = item.deadline { object.add("exp", .whole(deadline)) }
                    return .object(object)
                }),
        ]
    }

    /// Reads an inbox that `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing text: String) throws(Refusal) {
        try self.init(json: try JSON.message(text, limit: 4 << 20))
    }

    init(json: JSON) throws(Refusal) {
        issuer = try json.required("issuer").text(atMost: 2048)
        for entry in try json.required("notices").elements(atMost: Self.capacity) {
            let id: NoticeID = try entry.required("id").fixedBytes()
            guard
                let state = try entry.required("state").integer.flatMap(UInt8.init(exactly:))
                    .flatMap(NoticeState.init), items[id] == nil
            else { throw .malformed }
            let nonce: FixedBytes<16>? = try entry["nonce"]?.fixedBytes()
            let deadline = try entry["exp"]?.time()
            items[id] = Item(
                state: state, nonce: nonce, deadline: deadline.map { Int64(clamping: $0) })
            if let nonce { nonces[nonce] = id }
        }
    }
}
