/// An SD-JWT whose issuer signature and disclosures hold. Only `ReceivedSDJWT.verified(by:)` makes one.
///
/// Times, type, holder binding and status are the verifier's next steps.
package struct VerifiedSDJWT: Sendable {
    let received: ReceivedSDJWT
    /// All claims shown, in the open and disclosed; `_sd`, `_sd_alg` and array placeholders are gone.
    package let claims: JSONObject
    private let withholds: Bool

    init(_ received: ReceivedSDJWT) throws(Refusal) {
        var processing = DisclosureProcessing(received)
        claims = try processing.claims(of: received)
        withholds = processing.withholds
        self.received = received
    }

    /// The issuer's header.
    package var header: JWSHeader { received.header }

    /// The registered claims of a credential, with their types checked. Throws as `CredentialClaims`.
    package func credentialClaims() throws(Refusal) -> CredentialClaims {
        try CredentialClaims(claims, withholds: withholds)
    }

    /// The holder's key (`cnf`, RFC 7800).
    ///
    /// Throws `holderBindingInvalid` unless `cnf` is there and names exactly one method, `jwk`; `malformed` for a broken
    /// key, `unsupported` for one of a kind we cannot verify with. Nothing is ever fetched.
    package func holderKey() throws(Refusal) -> VerifyingKey {
        let tape = received.tape
        guard let confirmation = tape.member("cnf", of: received.payload) else {
            throw .holderBindingInvalid
        }
        guard tape.kind(confirmation) == .object else { throw .malformed }
        guard let jwk = tape.member("jwk", of: confirmation),
            tape.next(jwk) == tape.next(confirmation), jwk == confirmation + 2
        else { throw .holderBindingInvalid }
        return try VerifyingKey(jwk: jwk, on: tape)
    }
}
