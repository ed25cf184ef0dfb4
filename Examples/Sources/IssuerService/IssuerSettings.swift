public import Pages

/// How an issuer runs.
public struct IssuerSettings: Sendable {
    /// The identifier and public address: https, or http on loopback. Cards carry it for ever.
    public var address: String
    /// The folder of keys, register and log.
    public var home: String
    /// Where the register is kept instead of a SQLite file in `home`: a PostgreSQL connection string.
    public var database: String?
    /// Who the city is, in both languages.
    public var name: Message
    /// The address of a demo wallet, for a link that opens the offer there.
    public var wallet: String?
    /// Where it listens.
    public var web: WebServer.Settings

    /// Settings with the given folder and address.
    public init(
        address: String, home: String, database: String? = nil, name: Message,
        web: WebServer.Settings
    ) {
        self.address = address
        self.home = home
        self.database = database
        self.name = name
        self.web = web
    }
}
