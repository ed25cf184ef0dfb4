internal import TegataCrypto
internal import TegataSDJWT

/// A notice that is decided, with its proof: what a citizen keeps for years (Spec/notice.md, "The proof that a citizen keeps").
public struct KeptProof: Sendable {
    /// What was said, and what became of it.
    public let proof: NoticeProof
    /// The document, for whoever is to check it.
    public let document: String
    let place: CardPlace

    /// - Throws: what `NoticeProof` throws; `typeMismatch` for a notice of another edition, or to another card of it.
    init(_ document: String, at place: CardPlace, from profile: IssuerProfile) throws(Refusal) {
        proof = try NoticeProof(parsing: document, from: profile)
        let notice = proof.notice
        guard Edition.digest(issuer: notice.issuer, id: notice.edition) == place.edition else {
            throw .typeMismatch
        }
        // A notice to a pseudonym says itself whose it is to nobody but its holder.
        if case .card(let serial, _) = notice.address, serial.number != place.serial {
            throw .typeMismatch
        }
        self.document = document
        self.place = place
    }

    init(json: JSON, among wallet: Wallet) throws(Refusal) {
        guard let profile = wallet.profile(try json.required("issuer").text(atMost: 2048)) else {
            throw .issuerUntrusted
        }
        try self.init(
            try json.required("proof").text(atMost: NoticeProof.maximumSize),
            at: try CardPlace(json: json), from: profile)
    }

    var json: JSON {
        .object(
            place.members(["issuer": .string(proof.notice.issuer), "proof": .string(document)]))
    }
}

extension Wallet {
    static let maximumProofs = 1024
    /// Together they leave room for everything else in a file.
    static let maximumProofBytes = 4 << 20

    /// The proofs of notices to a card, or to one before it under the same serial; oldest first.
    public func noticeProofs(of card: Card) -> [KeptProof] {
        proofs.filter { $0.place == CardPlace(card) }
    }

    /// Keeps the proof of a notice to a card. Beyond 1,024, or 4 MiB of them, the oldest go.
    ///
    /// - Parameters:
    ///   - proof: what `Issuer.proof(of:)` made.
    ///   - card: the card that was told.
    /// - Throws: `issuerUntrusted` without the issuer's profile, `typeMismatch` for a notice to another card; what is wrong with the proof.
    public mutating func keep(proof: String, of card: Card) throws(Refusal) {
        guard let profile = profile(card.issuer) else { throw .issuerUntrusted }
        take([try KeptProof(proof, at: CardPlace(card), from: profile)])
    }

    mutating func take(_ new: [KeptProof]) {
        proofs.take(new, atMost: Self.maximumProofs, bytes: Self.maximumProofBytes)
    }
}

extension KeptProof: Keepsake {
    var name: FixedBytes<32> { proof.notice.id }
    var moment: Int64 { proof.time }
    var size: Int { document.utf8.count }
}
