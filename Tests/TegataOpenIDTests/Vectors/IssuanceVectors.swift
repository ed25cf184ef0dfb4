import TegataSDJWT
import TestSupport
import Testing

@testable import TegataOpenID

/// Messages of OpenID4VCI as others send them: `openid4vci.json`.
@Suite struct IssuanceVectors {
    @Test func `messages of issuing are what this code makes`() throws {
        #expect(try issuanceVectors().isReproduced())
    }
}

private func issuanceVectors() throws -> VectorFile {
    var file = VectorFile(
        "openid4vci",
        "Proofs of keys, links of offers and addresses of documents: Spec/openid4vci.md.",
        given: [
            "issuer": .string(IssuanceDesk.club), "time": .number(JSONNumber(IssuanceDesk.start)),
        ])
    try addProofs(to: &file)
    addLinks(to: &file)
    for (issuer, address) in [
        ("https://a.example", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example/", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example:8443/b/c/", "https://a.example:8443/.well-known/jwt-vc-issuer/b/c"),
    ] {
        file.add(
            "well-known", "", ["issuer": .string(issuer), "document": "jwt-vc-issuer"],
            output: ["address": .string(address)])
    }
    for issuer in ["http://a.example", "https://a.example?b", "https://u@a.example", "a.example"] {
        file.add(
            "well-known", "no issuer", ["issuer": .string(issuer), "document": "jwt-vc-issuer"],
            expect: "malformed")
    }
    return file
}

/// The rows of A70. Those of ES256 are left out, whose signatures chance takes part in.
private func addProofs(to file: inout VectorFile) throws {
    let key = KeyProofTests.key
    let good = KeyProofTests.Draft(key, nonce: "nonce", now: IssuanceDesk.start)
    var named = good
    named.head("jwk", nil)
    named.head("kid", .string(key.verifyingKey.didKey ?? ""))
    for (comment, draft) in [("key in jwk", good), ("key in kid, as did:key", named)] {
        file.add(
            "key-proof", comment, ["proof": .string(try draft.encoded)],
            output: ["holder": .string(key.verifyingKey.thumbprint), "nonce": "nonce"])
    }
    for row in KeyProofTests.rows
    where row.error == "invalid_proof" && row.reason != .limitExceeded
        && row.name != "key of the other curve"
    {
        var draft = good
        row.change(&draft)
        file.add(
            "key-proof", row.name, ["proof": .string(try draft.encoded)],
            expect: row.reason.rawValue)
    }
}

private func addLinks(to file: inout VectorFile) {
    let scheme = "openid-credential-offer://?"
    let code =
        #"{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"x"}}"#
    func link(_ offer: String) -> JSON {
        .string(scheme + "credential_offer=" + FormFields.encode(offer))
    }
    let start = #"{"credential_issuer":"https://a.example","credential_configuration_ids":["b"]"#
    file.add(
        "offer-link", "a pre-authorised code", ["link": link(start + ",\"grants\":\(code)}")],
        output: [
            "issuer": "https://a.example", "configurations": ["b"], "code": "x",
            "asks_transaction_code": false, "issuer_state": nil,
        ])
    file.add(
        "offer-link", "an authorization code",
        ["link": link(start + #","grants":{"authorization_code":{"issuer_state":"s"}}}"#)],
        output: ["code": nil, "issuer_state": "s"])
    file.add(
        "offer-link", "by reference",
        ["link": .string(scheme + "credential_offer_uri=https%3A%2F%2Fa.example%2Fo")],
        output: ["reference": "https://a.example/o"])
    for (comment, value) in [
        ("a reference without TLS", .string(scheme + "credential_offer_uri=http%3A%2F%2Fa%2Fo")),
        (
            "both",
            .string(scheme + "credential_offer_uri=https%3A%2F%2Fa%2Fo&credential_offer=%7B%7D")
        ),
        ("neither", .string(scheme)), ("no configuration", link("{}")),
        ("an issuer without TLS", link(start.replacing("https:", with: "http:") + "}")),
        ("a member twice", link(start + #","credential_issuer":"https://b.example"}"#)),
        ("broken percent-encoding", .string(scheme + "credential_offer=%7")),
    ] as [(String, JSON)] {
        file.add("offer-link", comment, ["link": value], expect: "malformed")
    }
}
