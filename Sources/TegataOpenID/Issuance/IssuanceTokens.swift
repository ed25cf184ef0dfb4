public import TegataSDJWT

/// The tokens of a grant, for a wallet to keep secret.
public struct IssuanceTokens: Sendable {
    /// Opens the issuer's endpoints.
    public let access: String
    /// Seconds that it does, where the server said so.
    public let lifetime: Int?
    /// Gets new tokens, once.
    public let refresh: String?
    private let identifiers: [(configuration: String, identifier: String)]

    /// Reads a token endpoint's answer.
    ///
    /// - Throws: what the server's `tegata_reason` says; `unsupported` for tokens other than Bearer, `malformed`.
    public init(status: Int, body: [UInt8]) throws(Refusal) {
        let reader = try EndpointAnswer(status, body).reader
        access = try reader.text("access_token", atMost: 8192)
        guard access.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed }
        guard try reader.text("token_type").lowercased() == "bearer" else { throw .unsupported }
        lifetime = try reader.optionalWhole("expires_in", in: 0...Int64(Int32.max)).map(Int.init)
        refresh = try reader.optionalText("refresh_token", atMost: 8192)
        var identifiers = [(configuration: String, identifier: String)]()
        for detail in try reader.optionalList("authorization_details") ?? [] {
            let detail = try DocumentReader(detail)
            guard try detail.text("type") == "openid_credential",
                let names = try detail.optionalTexts("credential_identifiers")
            else { throw .malformed }
            identifiers.append((try detail.text("credential_configuration_id"), names[0]))
        }
        self.identifiers = identifiers
    }

    func identifier(of configuration: String) -> String? {
        identifiers.first { $0.configuration.hasSameBytes(as: configuration) }?.identifier
    }
}

extension IssuanceTokens: CustomStringConvertible {
    /// Nothing of the tokens.
    public var description: String { "<secret tokens>" }
}

/// A server's answer in a wallet's hands.
struct EndpointAnswer {
    let reader: DocumentReader

    /// Throws the reason in an error answer if it is one of ours, `unauthorized` for 401 and 403, `unavailable` for 5xx, else
    /// `malformed`: an error code of a stranger is not repeated.
    init(_ status: Int, _ body: [UInt8]) throws(Refusal) {
        guard (200..<300).contains(status) else {
            let reason = (try? DocumentReader(parsing: body))?.object["tegata_reason"]?.string
            if let known = reason.flatMap(Refusal.init(rawValue:)) { throw known }
            switch status {
            case 401, 403: throw .unauthorized
            case 500...: throw .unavailable
            default: throw .malformed
            }
        }
        // A batch of cards, each with its companion.
        reader = try DocumentReader(parsing: body, limit: 1 << 20)
    }
}
