internal import Tegata
internal import TegataOpenID

extension Counter {
    /// Takes what a visit over OpenID4VP came to, and keeps it with the visit.
    ///
    /// - Parameters:
    ///   - visit: which.
    ///   - session: the browser's ticket.
    ///   - code: what the wallet on the same device brought back.
    /// - Returns: `nil` while there is no answer.
    /// - Throws: what `PresentationTransactions.result` throws.
    func collect(
        _ visit: Visit, session: String, code: String? = nil
    ) async throws(Refusal) -> Learned? {
        let transactions = try await desk.open().transactions
        var learned: Learned?
        switch visit.way {
        case .native: return visit.learned
        case .openID:
            let result = try await transactions.result(
                of: visit.id, session: session, responseCode: code)
            learned = result.map { .card(Verdict($0)) }
        case .credential:
            let shown = try await transactions.credentials(
                of: visit.id, session: session, responseCode: code)
            if let shown { learned = .credential(try CredentialVerdict(shown)) }
        }
        if let learned { try await visits.settle(visit.id, learned) }
        return learned
    }
}
