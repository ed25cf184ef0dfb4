internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

/// A holder's word that a card may go: to whoever made a request, or back to the issuer (Spec/card.md).
struct Release {
    static let type = "tegata-release+jwt"
    /// How long a release may be under way, in seconds.
    static let lifetime: Int64 = 600

    let edition: String
    let serial: UInt32
    /// SHA-256 of the request's signed part; `nil` for a card that goes back.
    let request: FixedBytes<32>?
    /// The record of the card that is released.
    let record: UInt64

    static func sign(
        _ card: Card, to request: FixedBytes<32>?, by key: SigningKey, at now: Int64
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "aud": .string(card.issuer), "edition": .string(card.edition.id),
            "serial": .whole(Int64(card.serial.number)), "exp": .whole(now + lifetime),
        ]
        if let request { payload.add("to", .bytes(request.array)) }
        return try SignedText.sign(.object(payload), type: type, by: key)
    }
}

extension Issuer {
    /// Reads a release that the key of the card's holder signed.
    ///
    /// - Throws: `unauthorized` for another issuer's, a card that is not there, or another key's; `expired`, `malformed`,
    ///   `unavailable`.
    func release(parsing text: String) async throws(Refusal) -> Release {
        let word = try await word(parsing: text, type: Release.type, limit: 16 * 1024)
        return Release(
            edition: word.name.edition, serial: word.name.serial,
            request: try word.payload["to"]?.fixedBytes(), record: word.record)
    }

    /// What the holder of a card signed with the card's key about it.
    struct HolderWord {
        let name: CardName
        let opened: OpenEdition
        let record: UInt64
        let payload: JSON
        let key: VerifyingKey
        let memo: CardMemo
        let expires: UInt64
    }

    /// Reads what the key of a card's holder signed: good for ten minutes, and for this issuer.
    ///
    /// - Throws: as `release(parsing:)`.
    func word(
        parsing text: String, type: String, limit: Int
    ) async throws(Refusal) -> HolderWord {
        let token = try CompactJWS(parsing: text, types: [type], limit: limit)
        // What it says of itself chooses the card whose key it must be signed by, and nothing else.
        let claimed = CardName(try token.untrustedPayload())
        guard let claimed, let opened = edition(claimed.edition) else { throw .unauthorized }
        let record: UInt64
        do {
            record = try await register.current().card(claimed.serial, of: opened.digest).record
        } catch {
            throw .unauthorized
        }
        let memo = try await register.card(at: record).memo
        let key = try holderKey(of: memo)
        let payload: JSON
        do {
            payload = .object(try token.verified(by: key))
        } catch {
            throw .unauthorized
        }
        guard try payload.required("aud").text(atMost: 2048).hasSameBytes(as: id) else {
            throw .unauthorized
        }
        let now = clock()
        let written = try payload.required("exp").time()
        let expires = Int64(clamping: written)
        guard now < expires else { throw .expired }
        guard expires <= now + Release.lifetime + 60 else { throw .malformed }
        return HolderWord(
            name: claimed, opened: opened, record: record, payload: payload, key: key, memo: memo,
            expires: written)
    }

    /// The key that a card of ours is bound to.
    ///
    /// - Throws: `unauthorized` when nobody holds it on a phone.
    func holderKey(of memo: CardMemo) throws(Refusal) -> VerifyingKey {
        let answer = try JSON.message(memo.answer.isEmpty ? "{}" : memo.answer, limit: 1 << 20)
        guard let card = answer["card"]?.string else { throw .unauthorized }
        let received = try ReceivedSDJWT(parsing: Array(card.utf8), .credential)
        return try received.verified(by: try profile.ring.key(for: received.header)).holderKey()
    }
}

/// Which card a holder's word is about, as it says.
struct CardName {
    let edition: String
    let serial: UInt32

    init?(_ payload: JSONObject) {
        guard let edition = payload["edition"]?.string,
            let serial = payload["serial"]?.integer.flatMap(UInt32.init(exactly:))
        else { return nil }
        self.edition = edition
        self.serial = serial
    }
}
