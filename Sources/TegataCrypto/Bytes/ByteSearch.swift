/// Looking through bytes eight at a time, for the texts that every verification reads from end to end.
package enum ByteSearch {
    /// The first position of `byte` from `start` on, or the count.
    package static func firstIndex(
        of byte: UInt8, in bytes: Span<UInt8>, from start: Int = 0
    ) -> Int {
        let wanted = UInt64(byte) &* ones
        return unsafe bytes.withUnsafeBytes { buffer in
            var index = start
            while index + 8 <= buffer.count {
                let block = unsafe block(buffer, index)
                let found = zeros(block ^ wanted)
                guard found == 0 else { return index + found.trailingZeroBitCount / 8 }
                index += 8
            }
            while index < buffer.count, unsafe buffer[index] != byte { index += 1 }
            return index
        }
    }

    /// The end of the run from `start` on of characters that stand for themselves in a JSON string: ASCII, no control
    /// character, neither quote nor backslash.
    package static func endOfPlainText(in bytes: Span<UInt8>, from start: Int) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            var index = start
            while index + 8 <= buffer.count {
                let block = unsafe block(buffer, index)
                let special =
                    (block | (block &- 0x20 &* ones)) & tops
                    | zeros(block ^ (0x22 &* ones)) | zeros(block ^ (0x5C &* ones))
                guard special == 0 else { return index + special.trailingZeroBitCount / 8 }
                index += 8
            }
            while index < buffer.count, unsafe isPlain(buffer[index]) { index += 1 }
            return index
        }
    }

    /// Whether both are the same bytes. Variable time: for public values.
    package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                for index in 0..<left.count where unsafe left[index] != right[index] {
                    return false
                }
                return true
            }
        }
    }

    /// 1 in every byte, and the top bit of every byte.
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Eight bytes, the first one lowest. `index + 8` is within the buffer.
    private static func block(_ buffer: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        unsafe UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The top bit of every byte that is zero. A borrow can set bits above such a byte and never below, so the lowest
    /// bit is right, and that is the only one asked for.
    private static func zeros(_ block: UInt64) -> UInt64 {
        (block &- ones) & ~block & tops
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C
    }
}
