#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file that is not there or cannot be read.
struct UnreadableFile: Error, CustomStringConvertible {
    let path: String
    var description: String { "cannot read \(path)" }
}

/// Files without Foundation, which would be most of the memory that this program uses.
enum Files {
    /// The whole file.
    static func read(_ path: String) throws -> [UInt8] {
        var bytes = [UInt8]()
        try forEachLine(of: path) { line in
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
            bytes += line
        }
        return bytes
    }

    /// Calls `body` with each line, without its end; only one line is in memory at a time.
    static func forEachLine(of path: String, _ body: ([UInt8]) throws -> Void) throws {
        guard let file = unsafe fopen(path, "r") else { throw UnreadableFile(path: path) }
        defer { unsafe fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        defer { unsafe free(line) }
        var capacity = 0
        while true {
            let count = unsafe getline(&line, &capacity, file)
            guard count > 0, let start = unsafe line else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
            try unsafe body(Array(bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]))
        }
    }
}
