internal import TegataSDJWT

/// Why an endpoint refused: one row of one table, which gives status, OAuth error code, reason and a text that says what to
/// do. Nothing that a stranger sent is in it.
enum OAuthFault: Error, Equatable {
    // Requests of any endpoint.
    case notFound, onlyGET, onlyPOST, requestMalformed, requestTooLarge, contentTypeUnsupported
    // Pushed authorization requests and the page.
    case responseTypeUnsupported, challengeMissing, redirectInvalid, pushRequired
    case requestURIUnknown, requestURIUsed, scopeUnknown, detailsInvalid, issuerStateUnknown
    case personDiffers, authorizationDenied
    // Tokens.
    case grantTypeUnsupported, codeUnknown, codeUsed, codeExpired, codeLocked
    case transactionCodeMissing, transactionCodeUnexpected, refreshUnknown, refreshUsed
    case tokenMissing, tokenInQuery, tokenUnknown, tokenExpired, tokenKindUnsupported
    // Credentials.
    case credentialRequestMalformed, draftRequest, encryptionUnsupported
    case configurationUnknown, configurationNotGranted, identifierUnknown, identifierExpected
    case proofMissing, proofKindUnsupported, proofInvalid(Refusal), proofsTooMany, keyRepeated
    case nonceMissing, nonceInvalid(Refusal), holderDiffers, alreadyIssued, inProgress
    case transactionUnknown, notificationMalformed, notificationUnknown
    /// What the issuing closure answered, or a storage.
    case denied(Refusal)

    /// The row as an answer (RFC 6749 §5.2, RFC 6750 §3, OpenID4VCI 1.0 §8.3.1).
    var answer: OAuthAnswer {
        let row = row
        // RFC 6749 §5.2: no quote and no backslash.
        assert(row.text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        var headers = [OAuthAnswer.Header]()
        if row.status == 401 || row.error == "insufficient_scope" {
            // RFC 6750 §3.1: who sent no token at all learns of none that is wrong.
            let value = self == .tokenMissing ? "Bearer" : "Bearer error=\"\(row.error)\""
            headers.append(.init(name: "WWW-Authenticate", value: value))
        }
        if row.status == 405 {
            headers.append(.init(name: "Allow", value: self == .onlyGET ? "GET" : "POST"))
        }
        if row.status == 503 { headers.append(.init(name: "Retry-After", value: "1")) }
        return OAuthAnswer(
            row.status,
            [
                "error": .string(row.error), "error_description": .string(row.text),
                "tegata_reason": .string(row.reason.rawValue),
            ], headers: headers, reason: row.reason)
    }
}
