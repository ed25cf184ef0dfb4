internal import Pages
internal import Tegata

extension ClaimDesk {
    /// The card for a claim: without an ID card where the edition takes none, in spite of a late certificate once the operator has
    /// allowed that.
    func card(
        _ record: ClaimRecord, of person: String?, for holder: VerifyingKey,
        _ opened: OpenEdition
    ) async throws -> String {
        let claims = try await desk.extras.extra(of: record.edition).cardClaims
        if opened.edition.nationalID.isEmpty {
            let request = try await desk.counter.request(opened, for: holder)
            return try await desk.issuer.issue(to: request, claims: claims)
        }
        let card = try await desk.reader.card(person)
        guard case .granted(let reason)? = record.appeal else {
            let request = try await desk.counter.request(opened, proving: card, for: holder)
            return try await desk.issuer.issue(to: request, claims: claims)
        }
        let certificate = try desk.issuer.certify(
            desk.counter.publicKey, for: opened, seconds: 60, lateCertificates: true)
        let asked = opened.asked(by: try desk.counter.requester(certificate: certificate))
        let request = try await desk.counter.request(asked, proving: card, for: holder)
        do {
            return try await desk.issuer.issue(
                onAppeal: request, because: reason, claims: claims)
        } catch IssuingError.refused(.conflict) {
            // Another ID card, early enough: it needs no exception.
            return try await desk.issuer.issue(to: request, claims: claims)
        }
    }
}
