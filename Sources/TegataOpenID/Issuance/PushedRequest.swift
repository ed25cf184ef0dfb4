internal import TegataSDJWT

/// What a wallet pushed, kept until the person decides.
struct PushedRequest {
    let client: String
    let redirect: String
    let state: String?
    let challenge: String
    let configurations: [String]
    let usesIdentifiers: Bool
    let grant: [UInt8]?

    var encoded: [UInt8] {
        var object: JSONObject = [
            "client": .string(client), "redirect": .string(redirect),
            "challenge": .string(challenge),
            "configurations": .array(configurations.map(JSON.string)),
            "identifiers": .bool(usesIdentifiers),
        ]
        object.add("state", text: state)
        object.add("grant", text: grant.map(Base64URL.encode))
        return JSON.object(object).encoded
    }
}

extension PushedRequest {
    init?(parsing bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes), let client = json["client"]?.string,
            let redirect = json["redirect"]?.string, let challenge = json["challenge"]?.string,
            let configurations = json["configurations"]?.array?.compactMap(\.string),
            let usesIdentifiers = json["identifiers"]?.bool
        else { return nil }
        self.init(
            client: client, redirect: redirect, state: json["state"]?.string,
            challenge: challenge, configurations: configurations,
            usesIdentifiers: usesIdentifiers,
            grant: json["grant"]?.string.flatMap { try? Base64URL.decode($0) })
    }
}

/// What an authorization code leads to.
struct AuthorizationCode {
    let grant: [UInt8]
    let client: String
    let redirect: String
    let challenge: String

    var encoded: [UInt8] {
        JSON.object([
            "grant": .string(Base64URL.encode(grant)), "client": .string(client),
            "redirect": .string(redirect), "challenge": .string(challenge),
        ]).encoded
    }
}

extension AuthorizationCode {
    init?(parsing bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes), let client = json["client"]?.string,
            let redirect = json["redirect"]?.string, let challenge = json["challenge"]?.string,
            let key = json["grant"]?.string, let grant = try? Base64URL.decode(key)
        else { return nil }
        self.init(grant: grant, client: client, redirect: redirect, challenge: challenge)
    }
}
