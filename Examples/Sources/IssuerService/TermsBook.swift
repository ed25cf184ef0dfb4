internal import ServiceKit
internal import Tegata

/// The terms of entitlements that the operator had signed, where every front process finds them. What was signed stays: shops and
/// wallets have it.
struct TermsBook: Sendable {
    let store: any StateStore

    /// The texts of an edition, oldest first.
    ///
    /// - Throws: `unavailable`.
    func texts(of edition: String) async throws(Refusal) -> [String] {
        try await store.value([String].self, of: key(edition)) ?? []
    }

    /// The terms of an edition that have this name.
    ///
    /// - Throws: `unsupported` when there are none.
    func terms(
        _ id: String, of edition: String, from profile: IssuerProfile
    ) async throws(Refusal) -> EntitlementTerms {
        for text in try await texts(of: edition) {
            let terms = try EntitlementTerms(parsing: text, from: profile)
            if terms.entitlement.id == id { return terms }
        }
        throw .unsupported
    }

    /// Keeps terms.
    ///
    /// - Throws: `conflict` when the edition has terms of this name, `limitExceeded` beyond 64.
    func add(_ text: String, from profile: IssuerProfile) async throws(Refusal) {
        let new = try EntitlementTerms(parsing: text, from: profile)
        try await store.change(key(new.edition), until: .max) {
            (known: [String]?) throws(Refusal) in
            let texts = known ?? []
            for earlier in texts
            where try EntitlementTerms(parsing: earlier, from: profile).entitlement.id
                == new.entitlement.id
            {
                throw .conflict
            }
            guard texts.count < 64 else { throw .limitExceeded }
            return texts + [text]
        }
    }

    private func key(_ edition: String) -> [UInt8] { Array("terms/\(edition)".utf8) }
}
