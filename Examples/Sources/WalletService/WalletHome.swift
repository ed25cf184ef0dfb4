internal import Foundation
internal import ServiceKit
internal import Tegata

/// A wallet's folder, for its owner alone: `wallet` with all that moves, sealed under `wallet.key`; `holder.key`, which new cards are
/// asked for with; and a file for each card that is on its way. Every file is replaced whole, and none is read that others could have
/// read (A138).
///
/// Whoever can read the folder has the cards; whoever can write it can take cards away, and make none.
public struct WalletHome: Sendable {
    /// The folder.
    public let path: String

    /// Opens a folder, or makes it.
    ///
    /// - Throws: `KeyFile.Problem` for a folder that others can look into.
    public init(_ path: String) throws {
        self.path = path
        let files = FileManager.default
        if !files.fileExists(atPath: path) {
            try files.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        let mode = try files.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        guard let mode, mode.intValue & 0o077 == 0 else {
            throw KeyFile.Problem(
                description: "\(path) is open to others (ほかの人に開かれています): chmod 700 \(path)")
        }
    }

    /// The wallet's key; made when there is none yet.
    func key() throws -> Secp256k1.PrivateKey {
        try locked {
            try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(file("holder.key")))
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// The names of the files with this ending, without it.
    func names(endingIn ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
    }

    func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(KeyFile.read(file(name))))
    }

    func write(_ value: some Encodable, _ name: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try KeyFile.write([UInt8](encoder.encode(value)), to: file(name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// Does something while no other process, and nobody else in this one, changes the folder.
    func locked<Value>(_ body: () throws -> Value) throws -> Value {
        let descriptor = open(file("lock"), O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw KeyFile.Problem(description: "\(file("lock")) cannot be opened (開けません)")
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else {
            throw KeyFile.Problem(description: "\(file("lock")) cannot be locked (鎖せません)")
        }
        return try body()
    }
}
