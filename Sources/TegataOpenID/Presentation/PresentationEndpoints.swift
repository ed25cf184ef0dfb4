public import TegataSDJWT

/// Where a verifier's server is reached. Everything but these addresses is the same for every server.
public struct PresentationEndpoints: Sendable {
    /// Wallets fetch requests at this address, a slash and the transaction.
    public let request: String
    /// Wallets post answers here.
    public let response: String
    /// Browsers of the same device come back here, with `transaction` and `response_code`.
    public let completion: String

    /// - Parameters:
    ///   - request: an https address, without a slash at its end.
    ///   - response: an https address; with `x509_san_dns:` on the client's host.
    ///   - completion: an https address without a query.
    ///   - acceptsLoopback: whether `http://localhost` and `http://127.0.0.1` will do, for demonstrations.
    /// - Throws: `malformed` for an address that no wallet would take.
    public init(
        request: String, response: String, completion: String, acceptsLoopback: Bool = false
    ) throws(Refusal) {
        for address in [request, response, completion] {
            _ = try WebAddress(parsing: address, acceptsLoopback: acceptsLoopback)
        }
        guard !request.hasSuffix("/"), !request.utf8.contains(UInt8(ascii: "?")),
            !completion.utf8.contains(UInt8(ascii: "?"))
        else { throw .malformed }
        self.request = request
        self.response = response
        self.completion = completion
    }

    func requestAddress(of transaction: Ticket) -> String { request + "/" + transaction.text }

    func completionAddress(of transaction: Ticket, _ code: Ticket) -> String {
        completion + "?transaction=" + transaction.text + "&response_code=" + code.text
    }
}
