import Tegata
import TegataCrypto
import TegataOpenID
import TegataSDJWT

/// The examples of OpenID4VCI 1.0, each given to the side that would receive it. What is of a format that is not offered must
/// be refused as unsupported, and not as broken.
func runOpenID4VCI(_ folder: Folder, _ report: inout Report) async throws {
    for file in try folder.files() {
        switch file.name {
        case let name where name.hasPrefix("authorization_details_"):
            try await runDetails(file, &report)
        case let name where name.hasPrefix("credential_metadata_"): runKinds(file, &report)
        case let name where name.hasPrefix("credential_offer_"): runOffer(file, &report)
        case let name where name.hasPrefix("credential_response_"): runResponse(file, &report)
        case "credential_issuer_metadata_sd_jwt_jwt.txt": runSignedMetadata(file, &report)
        case "credential_request_iso_mdl.json": try await runRequest(file, &report)
        case "issuer_jwks.json": runKeys(file, folder, &report)
        case "wallet_attestation.jwt.txt": try await runAttestation(file, &report)
        default: report.skip(file.name, "an example this program does not know")
        }
    }
}

private let issuerURL = "https://credential-issuer.example.com"

/// An issuer that offers, as SD-JWT VC, the configurations named.
private func server(_ ids: [String]) throws -> IssuanceServer {
    let key = Secp256k1.PrivateKey()
    return IssuanceServer(
        at: try IssuerIdentifier(issuerURL), keys: [.secp256k1(key.publicKey)],
        offering: ids.map { id in
            .init(id: id, configuration: CredentialConfiguration(vct: id, display: []))
        }, store: .inMemory()
    ) { _ throws(Refusal) in throw .unavailable }
}

/// Authorization details, pushed to an issuer that offers what they ask for, and to one that offers something else.
private func runDetails(_ file: File, _ report: inout Report) async throws {
    let text = String(decoding: try JSON(parsing: try file.bytes).encoded, as: UTF8.self)
    guard let id = try JSON(parsing: try file.bytes)[0]?["credential_configuration_id"]?.string
    else { throw VectorError(what: "\(file.name) names no configuration") }
    let accepted = try await push(text, to: try server([id]))
    report.expect("\(file.stem), offered") { accepted.status == 201 }
    let refused = try await push(text, to: try server(["something else"]))
    report.expect("\(file.stem), not offered") {
        refused.reason == .unsupported
            && refused.json?["error"]?.string == "invalid_authorization_details"
    }
    guard text.contains("locations") else { return }
    let moved = text.replacing(issuerURL, with: "https://elsewhere.example.com")
    let elsewhere = try await push(moved, to: try server([id]))
    report.expect("\(file.stem), for another issuer") { elsewhere.reason == .unsupported }
}

private func push(_ details: String, to server: IssuanceServer) async throws -> OAuthAnswer {
    let fields = [
        "response_type=code", "client_id=wallet", "redirect_uri=https%3A%2F%2Fwallet.example%2Fcb",
        "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method=S256", "authorization_details=" + percentEncoded(details),
    ]
    return await server.answer(
        OAuthRequest(
            method: "POST", path: "/par", contentType: "application/x-www-form-urlencoded",
            body: Array(fields.joined(separator: "&").utf8)))
}

private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in "%" + Hex.encode([byte]) }.joined()
}

/// Kinds of credentials of other formats: read, told apart, and never asked for.
private func runKinds(_ file: File, _ report: inout Report) {
    report.expect(file.stem) {
        let kinds = try JSON(parsing: try file.bytes)["credential_configurations_supported"] ?? nil
        guard let name = kinds.object?.members.first?.name else { return false }
        let metadata = try metadata(kinds)
        guard let kind = metadata.configuration(name), !kind.isSupported, kind.vct == nil,
            kind.display.count == kinds[name]?["credential_metadata"]?["display"]?.array?.count,
            kind.claims.count == kinds[name]?["credential_metadata"]?["claims"]?.array?.count
        else { return false }
        let tokens = try IssuanceTokens(
            status: 200, body: Array(#"{"access_token":"a","token_type":"Bearer"}"#.utf8))
        return try isUnsupported {
            _ = try wallet(metadata).credentialCall(
                name, tokens, nonce: "n", keys: [.p256(P256.PrivateKey())])
        }
    }
}

private func metadata(
    _ kinds: JSON, of issuer: String = issuerURL
) throws -> CredentialIssuerMetadata {
    let document: JSON = [
        "credential_issuer": .string(issuer), "credential_endpoint": .string(issuer + "/c"),
        "nonce_endpoint": .string(issuer + "/n"),
        "credential_configurations_supported": kinds,
    ]
    return try CredentialIssuerMetadata(
        parsing: document.encoded, of: try IssuerIdentifier(issuer))
}

private func wallet(_ metadata: CredentialIssuerMetadata) throws -> IssuanceWallet {
    let document: JSON = [
        "issuer": .string(metadata.issuer.text),
        "token_endpoint": .string(metadata.issuer.text + "/token"),
        "grant_types_supported": ["urn:ietf:params:oauth:grant-type:pre-authorized_code"],
        "pre-authorized_grant_anonymous_access_supported": true,
    ]
    return try IssuanceWallet(
        metadata,
        try AuthorizationServerMetadata(parsing: document.encoded, of: metadata.issuer))
}

private func isUnsupported(_ body: () throws -> Void) throws -> Bool {
    do {
        try body()
        return false
    } catch Refusal.unsupported {
        return true
    }
}

/// Offers: read, written again, accepted where they are of our format, and left alone where not.
private func runOffer(_ file: File, _ report: inout Report) {
    report.expect("\(file.stem), read") {
        let json = try JSON(parsing: try file.bytes)
        let offer = try CredentialOffer(parsing: try file.bytes)
        let grant = json["grants"]?["urn:ietf:params:oauth:grant-type:pre-authorized_code"]
        return offer.issuer.text == issuerURL && offer.transactionCode != nil
            && offer.preAuthorizedCode == grant?["pre-authorized_code"]?.string
            && offer.transactionCode?.length.map(Int64.init)
                == grant?["tx_code"]?["length"]?.integer
            && offer.transactionCode?.explanation == grant?["tx_code"]?["description"]?.string
            && !offer.allowsAuthorization
    }
    report.expect("\(file.stem), by link") {
        let offer = try CredentialOffer(parsing: try file.bytes)
        return try CredentialOfferLink(parsing: offer.link) == .offer(offer)
    }
    for (format, isOurs) in [("dc+sd-jwt", true), ("ldp_vc", false)] {
        report.expect("\(file.stem), redeemed for \(format)") {
            let offer = try CredentialOffer(parsing: try file.bytes)
            var kinds = JSONObject()
            for id in offer.configurations {
                kinds.add(id, ["format": .string(format), "vct": .string(id)])
            }
            let wallet = try wallet(try metadata(.object(kinds)))
            guard isOurs else {
                return try isUnsupported {
                    _ = try wallet.tokenCall(for: offer, transactionCode: "1234")
                }
            }
            return try wallet.tokenCall(for: offer, transactionCode: "1234").method == "POST"
        }
    }
}

/// The issuer's metadata as a JWT. Its signature is checked here with the certificate it brings; wallets of this package read
/// the unsigned document.
private func runSignedMetadata(_ file: File, _ report: inout Report) {
    report.expect(file.stem) {
        let token = try CompactJWS(
            parsing: unwrapped(try file.text), types: ["openidvci-issuer-metadata+jwt"])
        guard let leaf = try token.certificates().first else { return false }
        let info = Array(try Certificate(parsing: leaf).publicKeyInfo)
        guard case .nist(let point) = try VerificationKey(subjectPublicKeyInfo: info.span) else {
            return false
        }
        let key = VerifyingKey.p256(
            try P256.PublicKey(x963Representation: point.x963Representation))
        let claims = try token.verified(by: key)
        let metadata = try CredentialIssuerMetadata(
            parsing: JSON.object(claims).encoded, of: try IssuerIdentifier(issuerURL))
        let kind = metadata.configurations.first?.configuration
        return metadata.authorizationServers == ["https://server.example.com"]
            && metadata.display.count == 2 && !metadata.requiresEncryption
            && kind?.isSupported == true && kind?.proofAlgorithms == ["ES256"]
    }
}

/// A request as drafts before 1.0 wrote it.
private func runRequest(_ file: File, _ report: inout Report) async throws {
    let answer = try await post(try file.bytes)
    report.expect(file.stem) {
        answer.reason == .unsupported
            && answer.json?["error"]?.string == "invalid_credential_request"
    }
}

/// Posts a body to the credential endpoint, with a token that is good.
private func post(_ body: [UInt8]) async throws -> OAuthAnswer {
    let server = try server(["card"])
    let made = try await server.offer(["card"], for: [1], protectedBy: .link)
    let wallet = try IssuanceWallet(server.metadata, server.authorizationServer)
    let token = await server.answer(try wallet.tokenCall(for: made.offer).received)
    let tokens = try IssuanceTokens(status: token.status, body: token.body)
    return await server.answer(
        OAuthRequest(
            method: "POST", path: "/credential", authorization: ["Bearer " + tokens.access],
            contentType: "application/json", body: body))
}

/// A wallet attestation is no proof of a key, whatever it is signed with.
private func runAttestation(_ file: File, _ report: inout Report) async throws {
    let body: JSON = [
        "credential_configuration_id": "card",
        "proofs": ["jwt": [.string(unwrapped(try file.text))]],
    ]
    let answer = try await post(body.encoded)
    report.expect("\(file.stem) as a proof") {
        answer.reason == .typeMismatch && answer.json?["error"]?.string == "invalid_proof"
    }
}

/// Responses. Other formats are refused before they are looked at; the SD-JWT VC is read, and believed only with its
/// issuer's key, which the specification does not print.
private func runResponse(_ file: File, _ report: inout Report) {
    let isOurs = file.stem.hasSuffix("sd_jwt_vc")
    report.expect("\(file.stem), from an unknown key") {
        let issuer = try IssuerIdentifier("https://example.com/issuer")
        let kinds: JSON = [
            "kind": [
                "format": isOurs ? "dc+sd-jwt" : "other",
                "vct": "https://credentials.example.com/identity_credential",
            ]
        ]
        let key = VerifyingKey.p256(P256.PrivateKey().publicKey)
        do {
            _ = try wallet(try metadata(kinds, of: issuer.text)).accept(
                status: 200, body: try body(file), "kind", keys: [key],
                trusting: CardIssuerMetadata(of: issuer, keys: [key]))
            return false
        } catch let reason as Refusal {
            return reason == (isOurs ? .issuerUntrusted : .unsupported)
        }
    }
    guard isOurs else { return }
    report.expect("\(file.stem), read") {
        let json = try JSON(parsing: try body(file))
        let text = json["credentials"]?[0]?["credential"]?.string ?? ""
        let card = try ReceivedSDJWT(parsing: Array(text.utf8), .credential)
        return card.claimedIssuer == "https://example.com/issuer" && !card.hasKeyBinding
            && card.header.type == "dc+sd-jwt" && card.header.algorithm == .es256
    }
}

/// The issuer's key, and the credential of another format that it signed.
private func runKeys(_ file: File, _ folder: Folder, _ report: inout Report) {
    report.expect(file.stem) {
        let json = try JSON(parsing: Array(repaired(try file.text).utf8))
        let set = json["jwks"] ?? nil
        let issuer = try IssuerIdentifier(issuerURL)
        let published = try CardIssuerMetadata(keys: set.encoded, of: issuer)
        guard let key = published.keys.first, published.keys.count == 1,
            set["keys"]?[0]?["kid"]?.string?.hasSuffix(key.thumbprint) == true,
            let other = folder.file("credential_response_jwt_vc_json.txt")
        else { return false }
        let text = try JSON(parsing: try body(other))["credentials"]?[0]?["credential"]?.string
        let claims = try CompactJWS(parsing: text ?? "", types: nil).verified(by: key)
        return claims["iss"]?.string == issuerURL
    }
}

/// A token that is printed over many lines.
private func unwrapped(_ text: String) -> String { text.filter { !$0.isWhitespace } }

/// The body of a printed HTTP response.
private func body(_ file: File) throws -> [UInt8] {
    let text = try file.text
    guard let start = text.firstIndex(of: "{") else {
        throw VectorError(what: "\(file.name) has no body")
    }
    return Array(repaired(String(text[start...])).utf8)
}

/// JSON whose strings are printed over many lines: the breaks and what indents them go away.
private func repaired(_ text: String) -> String {
    var isInString = false
    var isAfterBreak = false
    var result = ""
    for character in text {
        if character == "\"" { isInString.toggle() }
        if isInString, character.isNewline {
            isAfterBreak = true
            continue
        }
        if isInString, isAfterBreak, character == " " { continue }
        isAfterBreak = false
        result.append(character)
    }
    return result
}
