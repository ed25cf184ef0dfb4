internal import TegataSDJWT

extension Issuer {
    /// Seconds for which a copy of the status list may be kept.
    static let statusTimeToLive: Int64 = 300

    /// The signed status list with this number, counted from 0: 2^17 places of cards of all editions (Token Status
    /// List §5.1).
    ///
    /// - Throws: `unavailable`, `statusUnknown` for a number that there is not.
    public func statusList(_ number: Int = 0) async throws(Refusal) -> String {
        guard let bytes = try await register.current().indexes.list(number) else {
            throw .statusUnknown
        }
        guard let list = StatusList(bits: 2, packed: bytes) else { throw .unavailable }
        let (now, key) = (clock(), keys.card)
        return String(
            decoding: try StatusListToken.sign(
                list, uri: statusListURI(number), issuedAt: now, expiresAt: now + 86_400,
                timeToLive: Self.statusTimeToLive, by: key,
                keyID: key.verifyingKey.thumbprint), as: UTF8.self)
    }
}

/// An issuer in the same process as a source of its own list.
struct IssuerStatusSource: StatusSource {
    let issuer: Issuer

    func statusList(at uri: String) async throws -> String {
        let number = uri.split(separator: "/").last.flatMap { Int($0) } ?? 0
        guard uri.hasSameBytes(as: issuer.statusListURI(number)) else {
            throw Refusal.statusUnknown
        }
        return try await issuer.statusList(number)
    }
}
