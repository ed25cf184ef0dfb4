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
        if let list = statuses.list(at: reference.uri, now: now) {
            return try judge(list, reference, at: now)
        }
        let list = try await fetch(reference.uri, for: card.profile, at: now)
        statuses.keep(list, until: now + min(list.timeToLive ?? 60, policy.maximumStatusAge))
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
        var failure = Refusal.statusUnknown
        for key in profile.keys where policy.algorithms.contains(key.algorithm) {
            do {
                return try StatusListToken(
                    parsing: Array(text.utf8), from: uri, by: key, algorithms: policy.algorithms,
                    limit: policy.maximumStatusListSize)
            } catch {
                // Another of the issuer's keys may have signed it; a broken list is broken under each.
                if error != .unsupported, error != .statusUnknown { failure = error }
            }
        }
        throw failure
    }
}

/// The status lists fetched lately, each for as long as it allows. Shared by the copies of one verifier.
final class StatusCache: Sendable {
    private let lists = Mutex<[String: (list: StatusListToken, end: Int64)]>([:])
    private let capacity = 64

    func list(at uri: String, now: Int64) -> StatusListToken? {
        lists.withLock { lists in
            guard let (list, end) = lists[uri], now < end else { return nil }
            return list
        }
    }

    func keep(_ list: StatusListToken, until end: Int64) {
        lists.withLock { lists in
            // Many different addresses mean that nothing here is worth keeping.
            if lists.count >= capacity { lists.removeAll() }
            lists[list.uri] = (list, end)
        }
    }
}
