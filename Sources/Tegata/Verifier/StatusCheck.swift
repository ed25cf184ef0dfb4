internal import Synchronization
internal import TegataSDJWT

extension Verifier {
    /// The card's status, looked up only now that the card itself is genuine and current (A110).
    ///
    /// - Returns: when the status was signed; `nil` for a card without a status.
    /// - Throws: `revoked`, `suspended`, `statusUnknown` for everything that keeps the status from being known, and
    ///   `limitExceeded` for a list that is too large.
    func checkStatus(of card: CheckedCard, at now: Int64) async throws(Refusal) -> Int64? {
        guard let reference = card.status else { return nil }
        let issuer = card.profile.issuer
        if let list = statuses.list(of: issuer, at: reference.uri, now: now) {
            return try judge(list, reference, at: now)
        }
        let list = try await fetch(reference.uri, for: card.profile, at: now)
        statuses.keep(
            list, of: issuer, until: now + min(list.timeToLive ?? 60, policy.maximumStatusAge))
        return try judge(list, reference, at: now)
    }

    private func judge(
        _ list: StatusListToken, _ reference: StatusReference, at now: Int64
    ) throws(Refusal) -> Int64 {
        try list.status(
            at: reference.index, now: now, maximumAge: policy.maximumStatusAge, skew: policy.skew
        ).requireValid()
        return list.issuedAt
    }

    private func fetch(
        _ uri: String, for profile: IssuerProfile, at now: Int64
    ) async throws(Refusal) -> StatusListToken {
        // Only the caller's source reaches out, and only for the list of a card whose signature holds.
        guard let source = profile.statuses, let text = try? await source.statusList(at: uri) else {
            throw .statusUnknown
        }
        return try StatusListToken(
            text, of: uri, by: profile.ring, algorithms: policy.algorithms,
            limit: policy.maximumStatusListSize)
    }
}

/// The status lists fetched lately, each for as long as it allows. Shared by the copies of one verifier.
///
/// A list is kept for the issuer that signed it: another issuer's card that names the same address is not judged by
/// it (A106).
final class StatusCache: Sendable {
    private struct Place: Hashable {
        let issuer: [UInt8]
        let uri: [UInt8]

        init(_ issuer: String, _ uri: String) {
            self.issuer = Array(issuer.utf8)
            self.uri = Array(uri.utf8)
        }
    }

    private let lists = Mutex<[Place: (list: StatusListToken, end: Int64)]>([:])
    private let capacity = 64

    func list(of issuer: String, at uri: String, now: Int64) -> StatusListToken? {
        lists.withLock { lists in
            guard let (list, end) = lists[Place(issuer, uri)], now < end else { return nil }
            return list
        }
    }

    func keep(_ list: StatusListToken, of issuer: String, until end: Int64) {
        lists.withLock { lists in
            // Many different addresses mean that nothing here is worth keeping.
            if lists.count >= capacity { lists.removeAll() }
            lists[Place(issuer, list.uri)] = (list, end)
        }
    }
}
