import Foundation
import Tegata

/// Secret files: written for their owner alone, replaced whole, and not read when others could have read them.
public enum KeyFile {
    /// Why a file is not used. It names the file and what to do.
    public struct Problem: Error, CustomStringConvertible {
        /// What is wrong, and what to do.
        public let description: String

        /// A problem that says `description`.
        public init(description: String) {
            self.description = description
        }
    }

    /// The bytes of a file that only its owner may read.
    public static func read(_ path: String) throws -> [UInt8] {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        guard mode & 0o077 == 0 else {
            throw Problem(
                description: "\(path) can be read by others (ほかの人が読めます): chmod 600 \(path)")
        }
        return [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    /// Writes the whole file or nothing, for its owner alone.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let new = try temporary(bytes, for: path)
        guard rename(new, path) == 0 else {
            try? FileManager.default.removeItem(atPath: new)
            throw Problem(description: "\(path) cannot be replaced (置き換えられません)")
        }
    }

    /// The bytes in a file beside `path`, under a name that nobody else writes to.
    private static func temporary(_ bytes: [UInt8], for path: String) throws -> String {
        let new = "\(path).\(UUID().uuidString).new"
        guard
            FileManager.default.createFile(
                atPath: new, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw Problem(description: "\(new) cannot be written (書けません)") }
        let file = try FileHandle(forWritingTo: URL(filePath: new))
        try file.write(contentsOf: Data(bytes))
        try file.synchronize()
        try file.close()
        return new
    }

    /// 32 secret bytes from a file; made when there is none yet. Of several who make it at once, all get the one that is there then.
    public static func secret(_ path: String) throws -> [UInt8] {
        if !FileManager.default.fileExists(atPath: path) {
            let new = try temporary(Secp256k1.PrivateKey().exposedRawRepresentation, for: path)
            defer { try? FileManager.default.removeItem(atPath: new) }
            guard link(new, path) == 0 || errno == EEXIST else {
                throw Problem(description: "\(path) cannot be written (書けません)")
            }
        }
        let bytes = try read(path)
        guard bytes.count == 32 else {
            throw Problem(description: "\(path) has \(bytes.count) bytes, and a key has 32")
        }
        return bytes
    }
}
