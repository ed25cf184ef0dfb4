internal import Tegata

/// The terms of entitlements that the operator had signed, as the register has them. What was signed stays: shops and wallets have it.
struct TermsBook: Sendable {
    private static let prefix = "terms/"
    let issuer: Issuer

    /// The texts of an edition, oldest first.
    ///
    /// - Throws: `unavailable`.
    func texts(of edition: OpenEdition) async throws(Refusal) -> [String] {
        try await issuer.attachments(under: Self.prefix, of: edition)
    }

    /// The terms of an edition that have this name; `nil` when there are none.
    ///
    /// - Throws: `unavailable`.
    func terms(
        _ id: String, of edition: OpenEdition
    ) async throws(Refusal) -> EntitlementTerms? {
        guard let text = try await issuer.attachment(Self.prefix + id, of: edition) else {
            return nil
        }
        return try EntitlementTerms(parsing: text, from: issuer.profile)
    }

    /// Signs terms, and keeps them.
    ///
    /// - Throws: `conflict` when the edition has terms of this name.
    func sign(_ plan: Entitlement, in edition: OpenEdition) async throws(Refusal) {
        guard try await terms(plan.id, of: edition) == nil else { throw .conflict }
        try await issuer.attach(
            try issuer.terms(of: plan, in: edition), as: Self.prefix + plan.id, to: edition)
    }
}
