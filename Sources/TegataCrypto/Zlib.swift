internal import CZlib

/// Compressed streams, with a bound on what comes out.
package enum Zlib {
    /// How a stream is framed.
    package enum Format: Int32, Sendable {
        /// RFC 1950.
        case zlib = 15
        /// RFC 1952.
        case gzip = 31
    }

    /// Compresses at the best level; status lists are written once and read often.
    package static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        let capacity = Int(compressBound(UInt(bytes.count)))
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, initialized in
            var length = UInt(capacity)
            let result = unsafe compress2(
                output.baseAddress, &length, bytes, UInt(bytes.count), Z_BEST_COMPRESSION)
            precondition(result == Z_OK, "zlib could not compress")
            initialized = Int(length)
        }
    }

    /// Decompresses one whole stream of at most `limit` bytes.
    ///
    /// - Throws: `tooLarge` as soon as the output passes `limit`; `malformed` for a broken or unfinished stream,
    ///   or one with bytes after it.
    package static func inflate(
        _ bytes: [UInt8], _ format: Format = .zlib, limit: Int
    ) throws(CryptoError) -> [UInt8] {
        var stream = unsafe z_stream()
        guard
            unsafe inflateInit2_(
                &stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .malformed }
        defer { unsafe inflateEnd(&stream) }
        var input = bytes
        var output = [UInt8]()
        // Grown step by step: a small stream costs little, and a bomb stops at the limit.
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        var status = Z_OK
        unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            while status == Z_OK, output.count <= limit {
                let produced = unsafe chunk.withUnsafeMutableBufferPointer { target in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                    return unsafe target.count - Int(stream.avail_out)
                }
                output.append(contentsOf: chunk[..<produced])
            }
        }
        guard output.count <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END, unsafe stream.avail_in == 0 else { throw .malformed }
        return output
    }
}
