public import Tegata
internal import TegataPostgres
internal import TegataSQLite

/// Where a server keeps things: in files of one folder, or in a PostgreSQL database that its front processes share.
public struct Storage: Sendable {
    private enum Place: Sendable {
        case memory
        case folder(String)
        case database(String)
    }

    private let place: Place
    private let owner: String

    /// The storage of the server at the address `owner`: in `database`, a connection string, if there is one; else in `folder`;
    /// else in memory.
    public init(of owner: String, folder: String?, database: String?) {
        self.owner = owner
        place = database.map(Place.database) ?? folder.map(Place.folder) ?? .memory
    }

    /// What is kept for good under this name.
    public func journal(_ name: String) -> any Journal {
        switch place {
        case .memory: InMemoryJournal()
        case .folder(let folder): SQLiteJournal(at: "\(folder)/\(name).sqlite")
        case .database(let database): PostgresJournal(database, named: "\(owner)/\(name)")
        }
    }

    /// What is remembered between requests, sealed under `key`, 32 secret bytes of the server's: neither the file nor the
    /// database tells anything.
    public func state(sealedUnder key: [UInt8]) -> any StateStore {
        switch place {
        case .memory: InMemoryStateStore()
        case .folder(let folder): SQLiteStateStore(at: "\(folder)/state.sqlite").sealed(under: key)
        case .database(let database):
            PostgresStateStore(database, named: "\(owner)/state").sealed(under: key)
        }
    }
}
