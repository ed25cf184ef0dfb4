internal import TegataSDJWT

/// A request that a wallet may answer: its verifier proved the name it uses, or the wallet's owner chose to do without.
/// Only ``RequestTrust`` makes one.
public struct VerifiedRequest: Sendable {
    package let request: AuthorizationRequest
    /// Whether the name was proven. If not, all that is known of the verifier is where the answer goes.
    public let isAuthenticated: Bool

    init(_ request: AuthorizationRequest, isAuthenticated: Bool) {
        self.request = request
        self.isAuthenticated = isAuthenticated
    }

    /// The verifier: what its owner is shown, beside everything else that is shown (A45).
    public var verifier: ClientIdentifier { request.client }
    /// Where the answer goes.
    public var responseURI: String { request.responseURI }
    /// Whether the answer is encrypted.
    public var isEncrypted: Bool { request.responseMode == .directPostJWT }
    /// What is asked for.
    public var query: DCQLQuery { request.query }
}

/// Where a request waits to be fetched, as a link says: nothing about it is proven yet.
public struct RequestReference: Sendable {
    /// How to fetch it.
    public enum Method: String, Sendable {
        /// A plain GET.
        case get
        /// A POST with the wallet's nonce.
        case post
    }

    /// Who the link says asks. The request must say the same.
    public let client: ClientIdentifier
    /// Where the request is.
    public let address: String
    /// How to fetch it.
    public let method: Method

    /// The form to post when the method is POST. `walletNonce` is fresh, and comes back inside of the request.
    public func form(walletNonce: String) -> String {
        var form = PresentationForm()
        form.add("wallet_nonce", walletNonce)
        form.add("wallet_metadata", Self.walletMetadata)
        return form.encoded
    }

    private static let walletMetadata = String(
        decoding: JSON.object([
            "vp_formats_supported": [
                "dc+sd-jwt": [
                    "sd-jwt_alg_values": ["ES256", "ES256K"],
                    "kb-jwt_alg_values": ["ES256", "ES256K"],
                ]
            ],
            "client_id_prefixes_supported": .array(
                ClientIdentifier.Prefix.allCases.map { .string($0.rawValue) }),
            "request_object_signing_alg_values_supported": ["ES256", "ES256K"],
        ]).encoded, as: UTF8.self)
}

/// What a link brings.
public enum RequestLink: Sendable {
    /// A request to fetch; what comes back goes to ``RequestTrust/verify(_:from:walletNonce:)``.
    case reference(RequestReference)
    /// A request that was in the link.
    case request(VerifiedRequest)
}
