internal import COpenSSL

/// Secret bytes on the heap: a copy is a reference, the last one wipes them.
///
/// The bytes never change after `init`, which is what makes sharing between tasks sound.
@safe package final class SecretBytes: @unchecked Sendable {
    private let buffer: UnsafeMutableRawBufferPointer
    package let count: Int

    /// Lets `body` write the secret into fresh zeroed memory of `count` bytes.
    package init<E: Error>(
        count: Int, writing body: (UnsafeMutablePointer<UInt8>) throws(E) -> Void
    ) throws(E) {
        self.count = count
        unsafe buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(count, 1), alignment: 16)
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
        try unsafe body(buffer.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped)
    }

    /// Copies `bytes`; the caller's copy is the caller's to forget.
    package convenience init(copying bytes: Span<UInt8>) {
        unsafe self.init(count: bytes.count) { pointer in
            for index in 0..<bytes.count { unsafe pointer[index] = bytes[index] }
        }
    }

    deinit {
        unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count)
        unsafe buffer.deallocate()
    }

    /// Lends the bytes to a C call. Only `TegataCrypto` may call this.
    func withPointer<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
        unsafe body(
            UnsafePointer(
                buffer.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped))
    }

    /// A plain copy. The name is long because the copy is no longer wiped.
    package var exposedBytes: [UInt8] {
        unsafe [UInt8](buffer.prefix(count))
    }

    /// Compares in constant time.
    package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard left.count > 0 else { return true }
        return unsafe left.withUnsafeBufferPointer { a in
            unsafe right.withUnsafeBufferPointer { b in
                unsafe CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0
            }
        }
    }
}

/// Wipes a C structure that held a secret.
func wipe<Value>(_ value: inout Value) {
    unsafe withUnsafeMutableBytes(of: &value) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
