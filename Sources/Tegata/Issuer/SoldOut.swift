internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

extension Issuer {
    /// Refuses a request for a card of an edition that is full, before anything expensive is looked at: no signature, no proof,
    /// no storage beyond the look that this process takes once a second (A94). `issue` does so by itself; a server asks first
    /// what it would otherwise read for nothing.
    ///
    /// Whoever was answered before, and whoever's index has a card, is not refused here: they get their own answer. A place
    /// that another process freed is found within a second (Spec/register.md).
    ///
    /// - Throws: `soldOut`, `unavailable`.
    public func checkPlaces(for request: String) async throws(Refusal) {
        guard let asked = AskedPlace(unverified: request), asked.audience.hasSameBytes(as: id),
            let opened = edition(asked.edition)
        else { return }
        let state = try await register.current()
        guard let book = state.books[opened.digest], book.draw == nil, book.nextSerial == nil,
            state.ended(in: opened.digest, at: clock()).isEmpty
        else { return }
        guard !state.isAnswered(SHA256.hash(CardRequest.signedPart(of: request)), in: opened.digest)
        else { return }
        if opened.edition.onePerPerson {
            guard let person = asked.person, book.persons[person] == nil else { return }
        }
        throw .soldOut
    }
}

/// What a request says that it asks for, before anything of it is believed: enough to refuse it, never to answer it.
private struct AskedPlace {
    let audience: String
    let edition: String
    /// The index of a request that shows its session; `nil` for other kinds, which are looked at as a whole.
    let person: FixedBytes<33>?

    init?(unverified text: String) {
        guard
            let token = try? CompactJWS(
                parsing: Array(text.utf8), types: [CardRequest.type], limit: 64 * 1024),
            let payload = try? token.untrustedPayload(),
            let audience = payload["aud"]?.string, let edition = payload["edition"]?.string,
            let binding = payload["binding"]?.string
        else { return nil }
        self.audience = audience
        self.edition = edition
        guard payload["wallet"] != nil || payload["holder"] != nil, payload["list"] == nil,
            let bytes = try? Base64URL.decode(binding)
        else {
            person = nil
            return
        }
        person = IssuanceRequest.claimedIndex(in: bytes)
    }
}
