internal import TegataSDJWT

extension Issuer {
    /// Seconds for which a copy of the status list may be kept.
    static let statusTimeToLive: Int64 = 300

    /// The signed status list of all this issuer's cards, for `statusListURI` (Token Status List §5.1).
    ///
    /// - Throws: `unavailable`.
    public func statusList() async throws(Refusal) -> String {
        let bytes = try await register.statuses()
        guard let list = StatusList(bits: 2, packed: bytes) else { throw .unavailable }
        let now = clock()
        return String(
            decoding: StatusListToken.sign(
                list, uri: statusListURI, issuedAt: now, expiresAt: now + 86_400,
                timeToLive: Self.statusTimeToLive, by: keys.card,
                keyID: keys.card.verifyingKey.thumbprint), as: UTF8.self)
    }
}

/// An issuer in the same process as a source of its own list.
struct IssuerStatusSource: StatusSource {
    let issuer: Issuer

    func statusList(at uri: String) async throws -> String {
        guard uri.hasSameBytes(as: issuer.statusListURI) else { throw Refusal.statusUnknown }
        return try await issuer.statusList()
    }
}
