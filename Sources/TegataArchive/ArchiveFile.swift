internal import Foundation

/// A part's file on a disk. It is written under another name, synchronised and renamed, so a file with the right name is whole.
public actor ArchiveFile {
    private let path: String
    private var handle: FileHandle?

    /// The file at `path`.
    public init(at path: String) { self.path = path }

    /// Writes the next bytes; the first call makes the file, readable by its owner alone.
    ///
    /// - Throws: `ArchiveFault.storage`.
    public func write(_ bytes: [UInt8]) throws {
        if handle == nil {
            makePrivateFile(at: path + ".new")
            handle = FileHandle(forWritingAtPath: path + ".new")
            try perform { try $0.truncate(atOffset: 0) }
        }
        try perform { try $0.write(contentsOf: bytes) }
    }

    /// Makes what was written durable and gives it its name.
    ///
    /// - Throws: `ArchiveFault.storage`.
    public func finish() throws {
        try perform {
            try $0.synchronize()
            try $0.close()
        }
        handle = nil
        guard unsafe rename(path + ".new", path) == 0 else { throw failure }
        // A renamed file is durable once its folder is.
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard let entries = FileHandle(forReadingAtPath: folder),
            (try? entries.synchronize()) != nil
        else { throw failure }
    }

    /// Reads the next bytes, at most so many; none at the end.
    ///
    /// - Throws: `ArchiveFault.storage`.
    public func read(atMost count: Int) throws -> [UInt8] {
        if handle == nil { handle = FileHandle(forReadingAtPath: path) }
        return try perform { [UInt8](try $0.read(upToCount: count) ?? Data()) }
    }

    private var failure: ArchiveFault { .storage("\(path) cannot be read or written") }

    private func perform<Value>(_ step: (FileHandle) throws -> Value) throws -> Value {
        guard let handle else { throw failure }
        do {
            return try step(handle)
        } catch {
            throw failure
        }
    }
}
