import Foundation
import TegataCrypto

/// A folder of vectors.
struct Folder {
    private let url: URL

    init(_ path: String) {
        url = URL(fileURLWithPath: path, isDirectory: true)
    }

    private init(_ url: URL) {
        self.url = url
    }

    var name: String { url.lastPathComponent }

    /// The folders inside, by name.
    var folders: [Folder] {
        get throws { try entries { $0.hasDirectoryPath }.map { Folder($0) } }
    }

    /// This folder and all below it.
    var allFolders: [Folder] {
        get throws { try [self] + folders.flatMap { try $0.allFolders } }
    }

    /// The files inside whose names begin and end so, by name: sets come whole or in parts.
    func files(_ prefix: String = "", _ suffix: String = "") throws -> [File] {
        try entries {
            let name = $0.lastPathComponent
            return !$0.hasDirectoryPath && name.hasPrefix(prefix) && name.hasSuffix(suffix)
        }.map { File(url: $0) }
    }

    /// The folder inside with this name, or `nil`.
    func folder(_ name: String) -> Folder? {
        let inner = url.appendingPathComponent(name, isDirectory: true)
        let values = try? inner.resourceValues(forKeys: [.isDirectoryKey])
        return values?.isDirectory == true ? Folder(inner) : nil
    }

    /// The file inside with this name, or `nil`.
    func file(_ name: String) -> File? {
        let inner = url.appendingPathComponent(name)
        return FileManager.default.fileExists(atPath: inner.path) ? File(url: inner) : nil
    }

    private func entries(_ isWanted: (URL) -> Bool) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: url, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles
        ).filter(isWanted).sorted { $0.path < $1.path }
    }
}

/// A file of vectors.
struct File {
    fileprivate let url: URL

    fileprivate init(url: URL) {
        self.url = url
    }

    var name: String { url.lastPathComponent }

    /// The name up to the first dot.
    var stem: String { String(name.prefix { $0 != "." }) }

    var bytes: [UInt8] {
        get throws { [UInt8](try Data(contentsOf: url)) }
    }

    var text: String {
        get throws { String(decoding: try bytes, as: UTF8.self) }
    }

    /// The bytes that the file spells, hexadecimal digits with space between them.
    var hexBytes: [UInt8] {
        get throws {
            guard let bytes = Hex.decode(try text.filter { !$0.isWhitespace }) else {
                throw VectorError(what: "\(name) is not hexadecimal")
            }
            return bytes
        }
    }

    /// The file as JSON.
    var json: Vector {
        get throws { try Vector(parsing: try bytes, name: name) }
    }

    /// The rows of a CSV file under the names of its first line. Commas after the last column's start are text.
    var rows: [[String: String]] {
        get throws {
            let lines = try text.split(whereSeparator: \.isNewline)
            guard let header = lines.first?.split(separator: ",").map(String.init) else {
                return []
            }
            return lines.dropFirst().map { line in
                let fields = line.split(
                    separator: ",", maxSplits: header.count - 1, omittingEmptySubsequences: false)
                return Dictionary(
                    zip(header, fields.map(String.init)), uniquingKeysWith: { first, _ in first })
            }
        }
    }
}
