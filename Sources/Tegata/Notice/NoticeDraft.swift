package import TegataCrypto
package import TegataSDJWT

/// One person's part of a programme: what the issuer's own books say.
public struct NoticeDraft: Sendable {
    /// The issuer's name for the case, 1 … 128 bytes: given again, it finds the notice that there is. Never part of the notice.
    public let reference: String
    /// Whom it is for.
    public let address: NoticeAddress
    /// What it offers, if anything.
    public let benefit: Benefit?

    /// A case of these parts.
    public init(_ reference: String, to address: NoticeAddress, benefit: Benefit? = nil) {
        self.reference = reference
        self.address = address
        self.benefit = benefit
    }

    /// A notice, signed and ready to be recorded.
    package struct Signed: Sendable {
        package let text: String
        package let id: NoticeID
        let reference: FixedBytes<32>
        let content: FixedBytes<32>
        let programme: FixedBytes<32>
        let addressing: FixedBytes<32>
        let address: NoticeAddress
        let time: Int64
        let deadline: Int64
        let replaces: NoticeID?
        let salt: FixedBytes<32>
    }
}

/// Signs the notices of one programme: what they have in common is written once.
package struct NoticeWriter: Sendable {
    private let key: SigningKey
    private let header: [UInt8]
    /// The payload up to the members of one notice.
    private let shared: [UInt8]
    private let name: FixedBytes<32>
    private let addressing: FixedBytes<32>
    private let action: NoticeAction?
    private let deadline: Int64
    private let time: Int64

    package init(
        _ programme: Programme, of issuer: String, edition: OpenEdition, by key: SigningKey,
        at now: Int64
    ) {
        self.key = key
        header = CompactJWS.header(
            type: Notice.type, by: key, keyID: key.verifyingKey.thumbprint)
        let payload: JSON = [
            "iss": .string(issuer), "edition": .string(edition.edition.id),
            "exp": .whole(programme.deadline), "programme": programme.json,
        ]
        shared = payload.encoded.dropLast() + [UInt8(ascii: ",")]
        name = Programme.name(programme.id, in: edition.digest)
        addressing = programme.addressingName
        action =
            if case .pseudonyms(let number, let snapshot) = programme.addressing {
                NoticeAction(number: number, snapshot: snapshot.root)
            } else {
                nil
            }
        deadline = programme.deadline
        time = now
    }

    /// - Throws: `NoticeError` for a case that cannot be told in this way.
    func check(_ draft: NoticeDraft) throws(NoticeError) {
        guard (1...128).contains(draft.reference.utf8.count) else {
            throw .reference(draft.reference)
        }
        guard draft.benefit?.isPossible ?? true else { throw .benefit }
        let isPseudonym = if case .pseudonym = draft.address { true } else { false }
        guard isPseudonym == (action != nil), draft.address.bytes.count == 33 else {
            throw .addressing(reference: draft.reference)
        }
    }

    /// Writes and signs one notice, with a nonce and a salt of its own.
    package func sign(
        _ draft: NoticeDraft, replacing earlier: NoticeID? = nil,
        using source: inout some Randomness
    ) throws(Refusal) -> NoticeDraft.Signed {
        var what: JSONObject = ["to": address(draft.address)]
        if let benefit = draft.benefit { what.add("benefit", benefit.json) }
        if let earlier { what.add("replaces", .bytes(earlier.array)) }
        let said = JSON.object(what).encoded
        let drawn = source.bytes(48)
        let when: JSON = ["iat": .whole(time), "nonce": .bytes(Array(drawn[..<16]))]
        var payload = shared
        payload += when.encoded.dropFirst()
        payload[payload.endIndex - 1] = UInt8(ascii: ",")
        payload += said.dropFirst()
        let token = try CompactJWS.sign(payload: payload, under: header, by: key)
        return NoticeDraft.Signed(
            text: String(decoding: token, as: UTF8.self), id: LoggedDocument.digest(of: token),
            reference: taggedHash(
                "TEGATA-V01/reference", name.array, Array(draft.reference.utf8)),
            content: SHA256.hash(shared + said), programme: name, addressing: addressing,
            address: draft.address, time: time, deadline: deadline, replaces: earlier,
            salt: FixedBytes<32>(drawn[16...]) ?? FixedBytes<32>())
    }

    private func address(_ address: NoticeAddress) -> JSON {
        switch address {
        case .card(let serial, let key):
            return ["serial": .whole(Int64(serial.number)), "key": .bytes(key.array)]
        case .pseudonym(let name):
            var object: JSONObject = ["pseudonym": .bytes(name.bytes)]
            if let action {
                object.add("number", .whole(Int64(clamping: action.number)))
                object.add("snapshot", .bytes(action.snapshot.array))
            }
            return .object(object)
        }
    }
}
