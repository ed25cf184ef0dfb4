internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A holder's word that a card goes on for the person of a new ID card: the card's key signed it for one request, and whoever
/// signed can open the card's commitment (Spec/card.md, "Renewal").
struct Renewal: Sendable {
    static let type = "tegata-renewal+jwt"

    let edition: String
    let serial: UInt32
    /// SHA-256 of the request's signed part.
    let request: FixedBytes<32>
    /// The record of the card that is renewed.
    let record: UInt64
    /// The key of the card, which the request must be signed by too.
    let key: VerifyingKey

    /// The scope of the number that the opening proof carries: nobody else asks for it.
    static func scope(_ issuer: String, _ edition: EditionDigest) -> PseudonymScope {
        PseudonymScope(
            verifier: Array((issuer + "/tegata/renewal").utf8), edition: edition, epoch: 0)
    }

    static func question(
        _ issuer: String, _ edition: EditionDigest, request: FixedBytes<32>, expires: UInt64,
        commitment: [UInt8]
    ) -> ProofContext {
        ProofContext(
            edition: edition.array, audience: Array(issuer.utf8), nonce: request.array,
            purpose: Array("renew".utf8), expires: expires,
            subject: SHA256.hash(commitment).array)
    }
}

extension Holder {
    /// Asks that a card go on under a new ID card: the old one's certificate has ended, or was replaced, and in this edition
    /// nobody could tell any more that it is the same person. Both the card and the new ID card are needed.
    ///
    /// - Parameters:
    ///   - card: a card of this wallet, in force.
    ///   - edition: its edition.
    ///   - identity: the new ID card.
    /// - Returns: what goes to `Issuer.renew`, good for ten minutes.
    /// - Throws: `typeMismatch` for another edition's card or one that was asked for at a counter, and what `request` throws.
    public func renew(
        _ card: Card, of edition: OpenEdition, proving identity: some IdentityCard
    ) async throws -> String {
        guard let opening = card.opening, card.issuer.hasSameBytes(as: edition.issuer),
            card.edition.id.hasSameBytes(as: edition.edition.id)
        else { throw Refusal.typeMismatch }
        let request = try await request(edition, proving: identity)
        let hash = SHA256.hash(CardRequest.signedPart(of: request))
        let expires = UInt64(clamping: clock() + Release.lifetime)
        guard let commitment = opening.commitment else { throw Refusal.malformed }
        let proof = try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try PseudonymousPresentation.make(
                opening, revealing: [], scope: Renewal.scope(card.issuer, edition.digest),
                question: Renewal.question(
                    card.issuer, edition.digest, request: hash, expires: expires,
                    commitment: commitment.encoded), using: &random)
        }
        let renewal = try SignedText.sign(
            [
                "aud": .string(card.issuer), "edition": .string(card.edition.id),
                "serial": .whole(Int64(card.serial.number)),
                "exp": .whole(Int64(clamping: expires)), "to": .bytes(hash.array),
                "proof": .bytes(proof),
            ], type: Renewal.type, by: key)
        return JSON.object(["request": .string(request), "renewal": .string(renewal)]).text
    }
}

extension Issuer {
    /// Lets a card go on for the person of a new ID card: the same serial, the new index, a new commitment. The index before gets no
    /// other card as long as this one is there.
    ///
    /// Nobody can see whether both ID cards are one person's: the holder's word stands for that, as in a transfer. What a renewal
    /// cannot do is make one card more.
    ///
    /// - Parameters:
    ///   - message: what `Holder.renew` made.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: `IssuingError`: `refused` with `unauthorized` for a card that is not the sender's, `holderBindingInvalid` when
    ///   its commitment is not opened, `alreadyClaimed` when the new person has a card or had this one before, `revoked`,
    ///   `suspended`, `conflict`, and what `issue` throws about a request.
    public func renew(_ message: String, claims: Claims = [:]) async throws(IssuingError) -> String
    {
        let request: String
        let renewal: Renewal
        do throws(Refusal) {
            let json = try JSON.message(message, limit: 128 * 1024)
            request = try json.required("request").text(atMost: 64 * 1024)
            // Whoever asks again, because the answer was lost, opens a card that is not in force any more.
            if let earlier = try await earlierAnswer(to: request, claims) { return earlier }
            renewal = try await self.renewal(
                parsing: try json.required("renewal").text(atMost: 16 * 1024))
        } catch {
            throw .refused(error)
        }
        return try await issue(request, claims, as: .renewal(renewal))
    }

    private func renewal(parsing text: String) async throws(Refusal) -> Renewal {
        let word = try await word(parsing: text, type: Renewal.type, limit: 16 * 1024)
        let request: FixedBytes<32> = try word.payload.required("to").fixedBytes()
        let proof = try word.payload.required("proof").bytes()
        let digest = word.opened.digest
        let row = try Row(ofOurs: word.memo.row, keys)
        let hidden = word.opened.edition.committed.count
        do {
            _ = try PseudonymousPresentation.verify(
                proof, commitment: row.commitment,
                attributes: [Scalar?](repeating: nil, count: hidden),
                scope: Renewal.scope(id, digest),
                question: Renewal.question(
                    id, digest, request: request, expires: word.expires,
                    commitment: row.commitment.encoded))
        } catch {
            throw error == .malformed ? .malformed : .holderBindingInvalid
        }
        return Renewal(
            edition: word.name.edition, serial: word.name.serial, request: request,
            record: word.record, key: word.key)
    }
}
