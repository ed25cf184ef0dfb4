internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A membership card in its holder's hands: checked once, when it was accepted.
public struct Card: Sendable {
    /// Whose card it is.
    public let issuer: String
    /// Which edition.
    public let edition: EditionReference
    /// Which card of the edition.
    public let serial: Serial
    /// What the card is good for, in the issuer's words.
    public let benefits: [String]
    /// Everything the issuer said about the member.
    public let claims: [String: JSON]
    /// The names of the claims that are shown only when the holder says so.
    public let selectiveClaims: Set<String>
    /// What a wallet tells the card by: 43 characters of its row, and another one after every re-issue.
    public var id: String { Base64URL.encode(SHA256.hash(row).array) }

    /// The names of those of which only something is proven: their values are shown to nobody unless the holder insists.
    public let predicateOnlyClaims: Set<String>

    let held: HeldSDJWT
    /// The signed row of the register, 171 bytes: shown only in the ID-bound check.
    let row: [UInt8]
    /// What opens the card's commitment; `nil` for a card that was asked for at a counter: it can be shown, and cannot act
    /// anonymously or under a pseudonym.
    let opening: CardOpening?
    /// What the wallet's own numbers were drawn from; `nil` for a card that was asked for at a counter.
    var walletSalt: [UInt8]? { issued.wallet }
    /// The proof that the row is in the log, for a verifier that asks for it.
    var logProof: String { issued.proof }
    /// Where its status stands.
    let status: StatusReference?
    private let issued: IssuedCard

    /// The card for storing, as the issuer sent it; `Holder.accept` reads it again. Whoever has it, and the holder's key,
    /// has the card.
    public var exposedEncoding: String { issued.encoded }

    init(
        _ checked: CheckedCard, _ held: HeldSDJWT, _ issued: IssuedCard, opening: CardOpening?,
        predicateOnly: Set<String>
    ) {
        predicateOnlyClaims = predicateOnly
        issuer = checked.profile.issuer
        edition = checked.edition
        serial = checked.serial
        benefits = checked.benefits
        claims = checked.shownClaims
        selectiveClaims = Set(
            held.choices.compactMap { choice in
                if case .name(let name)? = choice.path.elements.first { name } else { nil }
            })
        self.held = held
        status = checked.status
        self.issued = issued
        row = issued.row
        self.opening = opening
    }
}

extension Card {
    /// Shows claims of the card under the holder's key, and no value of which only something is to be proven.
    ///
    /// - Throws: `unauthorized` for such a value that the owner does not insist on.
    func presentation(
        revealing paths: [ClaimPath], exposing insisted: Set<String>, by key: SigningKey,
        audience: String, nonce: String, at time: Int64, extra: JSONObject = [:]
    ) throws(Refusal) -> String {
        for path in paths {
            guard case .name(let name)? = path.elements.first,
                predicateOnlyClaims.contains(name)
            else { continue }
            guard insisted.contains(name) else { throw .unauthorized }
        }
        return String(
            decoding: try held.presentation(
                revealing: paths, by: key, audience: audience, nonce: nonce, at: time, extra: extra
            ), as: UTF8.self)
    }
}

extension Card: CustomStringConvertible {
    /// Edition and serial; no claim.
    public var description: String { "\(edition.id) № \(serial) of \(edition.limit)" }
}
