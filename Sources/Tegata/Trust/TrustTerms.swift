internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

/// What a trust bundle asks of an issuer's cards beyond the issuer's own profile.
struct TrustTerms: Sendable {
    /// Whose cosignatures a log proof needs, and how many.
    let witnesses: [NoteKey]
    let quorum: Int
    /// Who may vouch for persons.
    let attestors: [TrustedAttestor]
}

extension IssuerProfile {
    /// The attestors whose word counts in `edition`: those it announced, and where a bundle lists attestors, of those the listed ones.
    ///
    /// - Throws: `unsupported` for an edition that asks for no person, `issuerUntrusted` when too few are listed.
    func attestors(of edition: OpenEdition, at now: Int64) throws(Refusal) -> AttestorSet {
        guard let identity = edition.identity else { throw .unsupported }
        guard let terms else { return identity.attestors }
        var listed = [String: [FixedBytes<32>]]()
        for attestor in terms.attestors
        where attestor.isTrusted(at: now) && identity.attestorKeys.contains(attestor.key.array) {
            listed[attestor.name, default: []].append(attestor.key)
        }
        guard let set = AttestorSet(listed, threshold: identity.attestors.threshold) else {
            throw .issuerUntrusted
        }
        return set
    }
}

/// A source that is asked for listed addresses only, byte for byte (A113).
struct ListedStatuses: StatusSource {
    let source: any StatusSource
    let listed: [String]

    func statusList(at uri: String) async throws -> String {
        guard listed.has(uri) else { throw Refusal.statusUnknown }
        return try await source.statusList(at: uri)
    }
}
