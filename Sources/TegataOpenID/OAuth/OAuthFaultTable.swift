internal import TegataSDJWT

extension OAuthFault {
    /// A row of the table.
    struct Row {
        let status: Int
        let error: String
        let reason: Refusal
        let text: String

        init(_ status: Int, _ error: String, _ reason: Refusal, _ text: String) {
            self.status = status
            self.error = error
            self.reason = reason
            self.text = text
        }
    }

    /// The table: each fault's status, OAuth error code, reason and text.
    var row: Row {
        switch self {
        case .notFound:
            Row(404, "invalid_request", .malformed, "There is no such endpoint. Read the metadata")
        case .onlyGET: Row(405, "invalid_request", .malformed, "Use GET")
        case .onlyPOST: Row(405, "invalid_request", .malformed, "Use POST")
        case .requestMalformed:
            Row(
                400, "invalid_request", .malformed,
                "Send each required parameter once, in the body, as the specification spells it")
        case .requestTooLarge:
            Row(413, "invalid_request", .limitExceeded, "Send less: the body is too large")
        case .contentTypeUnsupported:
            Row(
                415, "invalid_request", .unsupported,
                "Send the content type that this endpoint reads: JSON for credentials, form fields for tokens"
            )
        case .responseTypeUnsupported:
            Row(400, "unsupported_response_type", .unsupported, "Use response_type code")
        case .challengeMissing:
            Row(
                400, "invalid_request", .unsupported,
                "Send code_challenge with code_challenge_method S256")
        case .redirectInvalid:
            Row(
                400, "invalid_request", .malformed,
                "Send a redirect_uri that is https or the wallet's own scheme, without fragment")
        case .pushRequired:
            Row(
                400, "invalid_request", .unsupported,
                "Push the authorization request first and come back with request_uri and client_id alone"
            )
        case .requestURIUnknown:
            Row(
                400, "invalid_request_uri", .expired,
                "Push the authorization request again: this request_uri is unknown or too old")
        case .requestURIUsed:
            Row(
                400, "invalid_request_uri", .replayed,
                "Push the authorization request again: this request_uri was used")
        case .scopeUnknown:
            Row(
                400, "invalid_scope", .unsupported,
                "Ask for scopes of the credential configurations in the metadata")
        case .detailsInvalid:
            Row(
                400, "invalid_authorization_details", .unsupported,
                "Ask with type openid_credential for credential configurations of the metadata that were offered"
            )
        case .issuerStateUnknown:
            Row(
                400, "invalid_request", .unauthorized,
                "Ask the issuer for a new offer: this issuer_state opens none")
        case .personDiffers:
            Row(
                403, "access_denied", .unauthorized,
                "Continue as the person for whom the offer was made, or ask for an offer of your own"
            )
        case .authorizationDenied:
            Row(403, "access_denied", .unauthorized, "The person did not agree")
        case .grantTypeUnsupported:
            Row(
                400, "unsupported_grant_type", .unsupported,
                "Use authorization_code, the pre-authorized code grant, or refresh_token")
        case .codeUnknown:
            Row(
                400, "invalid_grant", .unauthorized,
                "Check the code and the transaction code, and try again")
        case .codeUsed:
            Row(400, "invalid_grant", .replayed, "Ask for a new offer: this code was used")
        case .codeExpired:
            Row(400, "invalid_grant", .expired, "Ask for a new offer: this code is too old")
        case .codeLocked:
            Row(
                400, "invalid_grant", .limitExceeded,
                "Ask the issuer for a new transaction code: there were too many wrong ones")
        case .transactionCodeMissing:
            Row(
                400, "invalid_request", .malformed,
                "Send tx_code: this offer came with a transaction code")
        case .transactionCodeUnexpected:
            Row(400, "invalid_request", .malformed, "Leave tx_code out: this offer has none")
        case .refreshUnknown:
            Row(
                400, "invalid_grant", .unauthorized,
                "Ask for a new offer: this refresh token opens nothing")
        case .refreshUsed:
            Row(
                400, "invalid_grant", .replayed,
                "Ask for a new offer: this refresh token was used before, so all tokens of its grant have ended"
            )
        case .tokenMissing:
            Row(
                401, "invalid_token", .unauthorized,
                "Send the access token in one Authorization header, as Bearer")
        case .tokenInQuery:
            Row(
                400, "invalid_request", .unauthorized,
                "Send the access token in the Authorization header, never in the address")
        case .tokenUnknown:
            Row(
                401, "invalid_token", .unauthorized, "Ask the token endpoint for a new access token"
            )
        case .tokenExpired:
            Row(
                401, "invalid_token", .expired,
                "Use the refresh token: this access token is too old")
        case .tokenKindUnsupported:
            Row(
                401, "invalid_token", .unsupported,
                "Send the access token as Bearer: no other scheme is offered")
        case .credentialRequestMalformed:
            Row(
                400, "invalid_credential_request", .malformed,
                "Send either credential_configuration_id or credential_identifier, and proofs")
        case .draftRequest:
            Row(
                400, "invalid_credential_request", .unsupported,
                "Ask as OpenID4VCI 1.0 says: proofs instead of proof, credential_configuration_id instead of format"
            )
        case .encryptionUnsupported:
            Row(
                400, "invalid_encryption_parameters", .unsupported,
                "Leave credential_response_encryption out: the metadata offers none")
        case .configurationUnknown:
            Row(
                400, "unknown_credential_configuration", .unsupported,
                "Ask for a credential configuration of the metadata")
        case .configurationNotGranted:
            Row(
                403, "insufficient_scope", .unauthorized,
                "Ask for the configuration that the access token is for")
        case .identifierUnknown:
            Row(
                400, "unknown_credential_identifier", .unsupported,
                "Use a credential_identifier of this token's answer")
        case .identifierExpected:
            Row(
                400, "invalid_credential_request", .malformed,
                "Name the credential by credential_identifier when the token's answer has some, else by credential_configuration_id"
            )
        case .proofMissing:
            Row(
                400, "invalid_proof", .holderBindingMissing,
                "Send proofs with one type, jwt, and at least one proof")
        case .proofKindUnsupported:
            Row(400, "invalid_proof", .unsupported, "Send proofs of type jwt alone")
        case .proofInvalid(let reason):
            Row(
                400, "invalid_proof", reason,
                "Sign a proof as the specification's appendix F.1 says, for this issuer, now, with the key itself in it"
            )
        case .proofsTooMany:
            Row(400, "invalid_credential_request", .limitExceeded, "Send at most batch_size proofs")
        case .keyRepeated: Row(400, "invalid_proof", .malformed, "Use another key for each proof")
        case .nonceMissing:
            Row(
                400, "invalid_proof", .holderBindingInvalid,
                "Put one c_nonce of the nonce endpoint into every proof")
        case .nonceInvalid(let reason):
            Row(400, "invalid_nonce", reason, "Fetch a fresh c_nonce and sign again")
        case .holderDiffers:
            Row(
                400, "credential_request_denied", .holderBindingInvalid,
                "Use the key for which the offer was made")
        case .alreadyIssued:
            Row(
                400, "credential_request_denied", .alreadyClaimed,
                "This grant has given its credentials to other keys. Ask for a new offer")
        case .inProgress:
            Row(
                503, "temporarily_unavailable", .unavailable,
                "The same request is being answered. Send it again in a moment")
        case .transactionUnknown:
            Row(
                400, "invalid_transaction_id", .unauthorized,
                "This transaction is unknown to this token or was answered")
        case .notificationMalformed:
            Row(
                400, "invalid_notification_request", .malformed,
                "Send notification_id and a known event")
        case .notificationUnknown:
            Row(
                400, "invalid_notification_id", .unauthorized,
                "Send the notification_id of this token's answer")
        case .denied(.unavailable):
            Row(503, "temporarily_unavailable", .unavailable, "Send the same request again later")
        case .denied(let reason):
            Row(
                400, "credential_request_denied", reason,
                "The issuer does not issue this credential. The reason says why")
        }
    }
}
