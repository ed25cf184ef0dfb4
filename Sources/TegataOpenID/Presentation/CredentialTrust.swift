public import Tegata
internal import TegataCrypto
public import TegataSDJWT

/// Whose credentials a verifier believes besides Tegata cards: SD-JWT VCs signed with ES256, their certificates in `x5c`.
///
/// An authority is trusted for the issuers and types that it is listed under, and for no others (A39).
public struct CredentialTrust: Sendable {
    /// An issuer, what it may say, and who vouches for its keys.
    public struct Issuer: Sendable {
        let identifier: String
        let types: [String]
        let anchors: [TrustAnchor]
        /// The only addresses that are asked for a status; `nil` for whatever its credentials name.
        let listed: [String]?

        /// - Parameters:
        ///   - identifier: `iss`, compared byte for byte.
        ///   - types: values of `vct` that it may issue.
        ///   - authorities: certificates (DER) under which its keys are certified.
        /// - Throws: `malformed` for an authority that is no certificate.
        public init(
            _ identifier: String, types: [String], authorities: [[UInt8]]
        ) throws(Refusal) {
            try self.init(identifier, types: types, authorities: authorities, listed: nil)
        }

        /// An issuer as a bundle or an operator lists it: its status is asked for at the listed addresses, and at no other.
        ///
        /// - Throws: `malformed` for an authority that is no certificate.
        public init(_ issuer: TrustedCredentialIssuer) throws(Refusal) {
            try self.init(
                issuer.issuer, types: issuer.types, authorities: issuer.authorities,
                listed: issuer.statuses)
        }

        private init(
            _ identifier: String, types: [String], authorities: [[UInt8]], listed: [String]?
        ) throws(Refusal) {
            var anchors = [TrustAnchor]()
            for authority in authorities {
                guard let anchor = try? TrustAnchor(authority, name: identifier) else {
                    throw .malformed
                }
                anchors.append(anchor)
            }
            self.identifier = identifier
            self.types = types
            self.anchors = anchors
            self.listed = listed
        }
    }

    private let issuers: [Issuer]
    private let statuses: (any StatusSource)?
    /// From when on nobody is believed.
    private let end: Int64?

    /// Trusts `issuers`. Without a source of status lists a credential that has a status is refused.
    public init(_ issuers: [Issuer], statuses: (any StatusSource)? = nil) {
        self.issuers = issuers
        self.statuses = statuses
        end = nil
    }

    /// Trusts the other issuers that a bundle names, until its end. `statuses` is asked for listed addresses only.
    ///
    /// - Throws: `malformed` for an authority that is no certificate.
    public init(_ bundle: TrustBundle, statuses: some StatusSource) throws(Refusal) {
        var issuers = [Issuer]()
        for issuer in bundle.contents.credentials {
            issuers.append(try Issuer(issuer))
        }
        self.issuers = issuers
        self.statuses = statuses
        end = bundle.expires
    }

    /// A credential of which all but the status has been checked.
    private struct Checked {
        let issuer: Issuer
        let type: String
        let candidate: DCQLCandidate
        let status: StatusReference?
    }

    /// Checks every presentation that was asked for, whether together they answer, and then their status. Only those of the issuers that are
    /// `wanted` will do, where some are.
    ///
    /// - Returns: what was asked for, and nothing else (A62).
    /// - Throws: the reason of the first check that fails.
    func check(
        _ token: VPToken, asked query: DCQLQuery, of wanted: [String]?, policy: VerifierPolicy,
        binding: KeyBindingCheck
    ) async throws(Refusal) -> [PresentedCredential] {
        try TrustBundle.check(end: end, at: binding.now, skew: policy.skew)
        var checked = [String: [Checked]]()
        for (id, texts) in token.presentations {
            for text in texts {
                checked[id, default: []].append(try check(text, of: wanted, policy, binding))
            }
        }
        let accepted = try query.accept(checked.mapValues { $0.map(\.candidate) })
        var shown = [PresentedCredential]()
        for credential in query.credentials {
            guard let claims = accepted[credential.id] else { continue }
            for (one, claims) in zip(checked[credential.id] ?? [], claims) {
                try await checkStatus(of: one, policy, at: binding.now)
                shown.append(
                    PresentedCredential(
                        id: credential.id, issuer: one.issuer.identifier, type: one.type,
                        claims: claims))
            }
        }
        return shown
    }

    /// Form, issuer, signature, type, times and holder, in that order.
    private func check(
        _ text: String, of wanted: [String]?, _ policy: VerifierPolicy, _ binding: KeyBindingCheck
    ) throws(Refusal) -> Checked {
        var reading = policy.presentation
        reading.algorithms = policy.algorithms.intersection([.es256])
        reading.types = ["dc+sd-jwt"]
        let received = try ReceivedSDJWT(parsing: Array(text.utf8), reading)
        guard received.hasKeyBinding else { throw .holderBindingMissing }
        guard let claimed = received.claimedIssuer else { throw .malformed }
        guard wanted?.has(claimed) ?? true,
            let issuer = issuers.first(where: { $0.identifier.hasSameBytes(as: claimed) })
        else { throw .issuerUntrusted }
        let token = try CompactJWS(
            parsing: Array(text.utf8.prefix { $0 != UInt8(ascii: "~") }), types: reading.types,
            algorithms: reading.algorithms, limit: reading.bytes)
        let certified = try CertifiedKey(token, under: issuer.anchors, at: binding.now)
        let verified = try received.verified(by: certified.key)
        let claims = try verified.credentialClaims()
        guard issuer.types.has(claims.type) else { throw .typeMismatch }
        try claims.checkTimes(at: binding.now, skew: policy.skew)
        _ = try verified.keyBinding(binding)
        return Checked(
            issuer: issuer, type: claims.type,
            candidate: DCQLCandidate(
                format: "dc+sd-jwt", types: [claims.type], claims: .object(verified.claims),
                authorities: [TrustedAuthority(type: "aki", values: certified.authorityKeys)]),
            status: try verified.statusReference())
    }

    /// The status, looked up only for a credential that is genuine, current and asked for (A110).
    private func checkStatus(
        of checked: Checked, _ policy: VerifierPolicy, at now: Int64
    ) async throws(Refusal) {
        guard let reference = checked.status else { return }
        if let listed = checked.issuer.listed, !listed.has(reference.uri) { throw .statusUnknown }
        guard let text = try? await statuses?.statusList(at: reference.uri) else {
            throw .statusUnknown
        }
        let bytes = Array(text.utf8)
        let limit = policy.maximumStatusListSize
        guard
            let token = try? CompactJWS(
                parsing: bytes, types: [StatusListToken.type], algorithms: [.es256], limit: limit),
            let certified = try? CertifiedKey(token, under: checked.issuer.anchors, at: now)
        else { throw .statusUnknown }
        let list = try StatusListToken(
            parsing: bytes, from: reference.uri, by: certified.key, algorithms: [.es256],
            limit: limit)
        try list.status(
            at: reference.index, now: now, maximumAge: policy.maximumStatusAge, skew: policy.skew
        ).requireValid()
    }
}
