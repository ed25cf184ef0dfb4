internal import TegataSDJWT

/// An access token where it belongs: one `Authorization` header, `Bearer` (RFC 6750 §2.1). Addresses end up in logs, so a
/// token in the query is refused even beside a good header (A72).
enum BearerToken {
    static func read(_ request: OAuthRequest) throws(OAuthFault) -> Ticket {
        let query: FormFields
        do {
            query = try FormFields(parsing: Array(request.query.utf8))
        } catch {
            throw .requestMalformed
        }
        guard !query.fields.contains(where: { $0.name.lowercased() == "access_token" }) else {
            throw .tokenInQuery
        }
        guard request.authorization.count == 1 else { throw .tokenMissing }
        let parts = request.authorization[0].split(
            separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .tokenMissing }
        // The name of a scheme has no case (RFC 9110 §11.1).
        guard parts[0].utf8.count == 6, parts[0].lowercased() == "bearer" else {
            throw .tokenKindUnsupported
        }
        guard let ticket = Ticket(received: String(parts[1])) else { throw .tokenUnknown }
        return ticket
    }
}
