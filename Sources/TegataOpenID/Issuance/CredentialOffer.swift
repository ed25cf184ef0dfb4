public import TegataSDJWT

/// An invitation to fetch cards (OpenID4VCI 1.0 §4.1). It travels as a link or a QR code, so whoever sees it has it: what it
/// opens is protected by more than itself.
public struct CredentialOffer: Sendable, Equatable {
    /// What the person has to type in beside the code.
    public struct TransactionCode: Sendable, Equatable {
        /// Which characters it is made of.
        public enum Characters: String, Sendable {
            /// Digits, the default.
            case numeric
            /// Any characters.
            case text
        }

        /// How many characters, where the issuer says so.
        public let length: Int?
        /// Which characters.
        public let characters: Characters
        /// What to tell the person, at most 300 characters.
        public let explanation: String?

        /// What is asked for.
        public init(
            length: Int? = nil, characters: Characters = .numeric, explanation: String? = nil
        ) {
            self.length = length
            self.characters = characters
            self.explanation = explanation
        }
    }

    /// Whose offer it is.
    public let issuer: IssuerIdentifier
    /// The configurations offered, names in the issuer's metadata.
    public let configurations: [String]
    /// The pre-authorised code, when that grant is offered.
    public let preAuthorizedCode: String?
    /// What has to be typed in for that code.
    public let transactionCode: TransactionCode?
    /// Whether the authorization code grant is offered.
    public let allowsAuthorization: Bool
    /// What the authorization request has to bring back.
    public let issuerState: String?
    /// Which authorization server to ask, where the issuer has several.
    public let authorizationServer: String?

    init(
        issuer: IssuerIdentifier, configurations: [String], preAuthorizedCode: String?,
        transactionCode: TransactionCode?, issuerState: String?
    ) {
        self.issuer = issuer
        self.configurations = configurations
        self.preAuthorizedCode = preAuthorizedCode
        self.transactionCode = transactionCode
        allowsAuthorization = issuerState != nil
        self.issuerState = issuerState
        authorizationServer = nil
    }

    /// Reads an offer, as a link carries it or as it was fetched.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing text: [UInt8], allowingLoopback: Bool = false) throws(Refusal) {
        let reader = try DocumentReader(parsing: text)
        issuer = try IssuerIdentifier(
            try reader.text("credential_issuer"), allowingLoopback: allowingLoopback)
        guard let configurations = try reader.optionalTexts("credential_configuration_ids") else {
            throw .malformed
        }
        self.configurations = configurations
        let grants = try reader.optionalDocument("grants")
        let code = try grants?.optionalDocument(AuthorizationServerMetadata.preAuthorizedGrant)
        preAuthorizedCode = try code?.text("pre-authorized_code")
        if let asked = try code?.optionalDocument("tx_code") {
            transactionCode = try TransactionCode(asked)
        } else {
            transactionCode = nil
        }
        let authorization = try grants?.optionalDocument("authorization_code")
        // Without grants the wallet finds out from the server's metadata what to use (§4.1.1).
        allowsAuthorization = authorization != nil || grants == nil
        issuerState = try authorization?.optionalText("issuer_state")
        let first = try code?.optionalText("authorization_server")
        let second = try authorization?.optionalText("authorization_server")
        authorizationServer = first ?? second
    }

    /// The offer as JSON.
    public var json: JSON {
        var grants = JSONObject()
        if let preAuthorizedCode {
            var grant: JSONObject = ["pre-authorized_code": .string(preAuthorizedCode)]
            if let transactionCode { grant.add("tx_code", transactionCode.json) }
            grant.add("authorization_server", text: authorizationServer)
            grants.add(AuthorizationServerMetadata.preAuthorizedGrant, .object(grant))
        }
        if allowsAuthorization {
            var grant = JSONObject()
            grant.add("issuer_state", text: issuerState)
            grant.add("authorization_server", text: authorizationServer)
            grants.add("authorization_code", .object(grant))
        }
        return [
            "credential_issuer": .string(issuer.text),
            "credential_configuration_ids": .array(configurations.map(JSON.string)),
            "grants": .object(grants),
        ]
    }

    /// The offer as a link that carries it whole.
    public var link: String {
        var query = FormFields()
        query.add("credential_offer", String(decoding: json.encoded, as: UTF8.self))
        return "openid-credential-offer://?" + query.encoded
    }
}

extension CredentialOffer: CustomStringConvertible {
    /// Whose it is and for what; never the code.
    public var description: String { "offer of \(issuer) for \(configurations.count) kinds" }
}

extension CredentialOffer.TransactionCode {
    fileprivate init(_ reader: DocumentReader) throws(Refusal) {
        length = try reader.optionalWhole("length", in: 1...256).map(Int.init)
        let mode = try reader.optionalText("input_mode", atMost: 64) ?? "numeric"
        guard let known = Characters(rawValue: mode), known.rawValue.hasSameBytes(as: mode) else {
            throw .malformed
        }
        characters = known
        explanation = try reader.optionalText("description", atMost: 1200)
        guard (explanation?.count ?? 0) <= 300 else { throw .malformed }
    }

    fileprivate var json: JSON {
        var object = JSONObject()
        if let length { object.add("length", .number(JSONNumber(Int64(length)))) }
        object.add("input_mode", .string(characters.rawValue))
        object.add("description", text: explanation)
        return .object(object)
    }
}

/// What a wallet finds in an offer's link: the offer, or where to fetch it.
public enum CredentialOfferLink: Sendable, Equatable {
    /// The offer itself.
    case offer(CredentialOffer)
    /// Its address, https. Fetch it with GET as JSON, from a public address only, and read it with
    /// `CredentialOffer.init(parsing:allowingLoopback:)`.
    case reference(String)

    /// Reads `openid-credential-offer://?…` or the same query at a wallet's own address.
    ///
    /// - Throws: `malformed` unless there is exactly one of `credential_offer` and `credential_offer_uri`; `limitExceeded`.
    public init(parsing link: String, allowingLoopback: Bool = false) throws(Refusal) {
        guard link.utf8.count <= 64 * 1024 else { throw .limitExceeded }
        let parts = link.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].utf8.contains(UInt8(ascii: "#")) else {
            throw .malformed
        }
        let query = try FormFields(parsing: Array(parts[1].utf8))
        switch (query["credential_offer"], query["credential_offer_uri"]) {
        case (let text?, nil):
            self = .offer(
                try CredentialOffer(parsing: Array(text.utf8), allowingLoopback: allowingLoopback))
        case (nil, let uri?):
            let isLoopback = uri.hasPrefix("http://127.0.0.1") || uri.hasPrefix("http://localhost")
            guard PlainText.isURL(uri), uri.hasPrefix("https://") || isLoopback && allowingLoopback
            else { throw .malformed }
            self = .reference(uri)
        default: throw .malformed
        }
    }
}

extension CredentialOfferLink: CustomStringConvertible {
    /// The offer's description; an address is as good as the offer, and not shown.
    public var description: String {
        switch self {
        case .offer(let offer): offer.description
        case .reference: "offer by reference"
        }
    }
}
