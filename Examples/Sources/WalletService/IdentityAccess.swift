public import Pages
public import Tegata

/// How a wallet reaches its owner's ID card, and the attestors and nodes that an ID card needs, issuer by issuer.
public struct IdentityAccess: Sendable {
    /// What reads the ID card.
    let reader: any CardReader
    private let services: [String: IdentityServices]

    /// A reader, and the services of each issuer by its identifier.
    public init(_ reader: some CardReader, services: [String: IdentityServices]) {
        self.reader = reader
        self.services = services
    }

    /// An edition with the ways to its services.
    ///
    /// - Throws: `unsupported` for an issuer whose services are not known here.
    func reach(_ edition: OpenEdition) throws(Refusal) -> OpenEdition {
        guard let found = services[edition.issuer] else { throw .unsupported }
        return edition.reached(through: found, nonce: Self.noNonce)
    }

    // Nothing is asked of an issuer: a card is there already.
    private static func noNonce() async throws(Refusal) -> String { throw .unsupported }
}
