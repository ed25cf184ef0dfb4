/// A byte string whose length is part of its type: a digest, a key, a signature.
///
/// It lives inline, so hashing and signing allocate nothing. Comparison is for public values; secrets are
/// compared with `SecretBytes`.
public struct FixedBytes<let count: Int>: Sendable {
    @usableFromInline var storage: InlineArray<count, UInt8>

    /// All bytes zero; the buffer that C fills.
    package init() {
        storage = InlineArray(repeating: 0)
    }

    /// The bytes of `bytes`, or `nil` when their number is not `count`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == count else { return nil }
        var copied = InlineArray<count, UInt8>(repeating: 0)
        // Bytes that lie side by side are not asked for one by one through their collection.
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            for index in 0..<count { unsafe copied[index] = buffer[index] }
        }
        if isDone == nil {
            var index = 0
            for byte in bytes {
                copied[index] = byte
                index += 1
            }
        }
        storage = copied
    }

    /// The bytes of `bytes`, or `nil` when their number is not `count`.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == count else { return nil }
        storage = InlineArray(repeating: 0)
        for index in 0..<count { storage[index] = bytes[index] }
    }

    /// Lets `body` write all `count` bytes.
    package init<E: Error>(writing body: (inout MutableSpan<UInt8>) throws(E) -> Void) throws(E) {
        storage = InlineArray(repeating: 0)
        var span = storage.mutableSpan
        try body(&span)
    }

    /// The bytes, borrowed.
    @inlinable
    public var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { storage.span }
    }

    /// The bytes, to be written in place.
    package var mutableSpan: MutableSpan<UInt8> {
        @_lifetime(&self) mutating get { storage.mutableSpan }
    }

    /// The bytes, copied.
    public var array: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(count)
        for index in 0..<count { bytes.append(storage[index]) }
        return bytes
    }

    /// The byte at `index`, 0 ..< `count`.
    @inlinable
    public subscript(index: Int) -> UInt8 {
        get { storage[index] }
        set { storage[index] = newValue }
    }
}

extension FixedBytes: Hashable {
    /// Whether all bytes are equal. Variable time: for public values.
    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        for index in 0..<count where left.storage[index] != right.storage[index] { return false }
        return true
    }

    /// Feeds every byte to `hasher`, eight at a time.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        // Not through a pointer from `span`: Swift 6.3.1 optimises that, here, into reading other memory.
        var index = 0
        while index < count {
            var word: UInt64 = 0
            for next in index..<Swift.min(index + 8, count) {
                word = word << 8 | UInt64(storage[next])
            }
            hasher.combine(word)
            index += 8
        }
    }
}

extension FixedBytes: CustomStringConvertible {
    /// Lowercase hexadecimal.
    public var description: String { Hex.encode(array) }
}
