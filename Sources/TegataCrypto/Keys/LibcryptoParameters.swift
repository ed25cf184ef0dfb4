internal import COpenSSL

/// A name–value list for libcrypto, which keeps alive, and wipes, what its entries point at.
///
/// `OSSL_PARAM` stores bare pointers, even to the names, so nothing temporary may go in: names and texts are
/// `StaticString`s, everything else is copied to memory that ends with the list.
@safe struct LibcryptoParameters: ~Copyable {
    private var entries: [OSSL_PARAM] = unsafe []
    private var buffers: [UnsafeMutableRawBufferPointer] = unsafe []

    init() {}

    deinit {
        unsafe buffers.forEach { buffer in
            unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count)
            unsafe buffer.deallocate()
        }
    }

    /// Adds a text.
    mutating func add(_ name: StaticString, text: StaticString) {
        // libcrypto only reads it; the parameter type is not const because lists are used for answers too.
        let value = unsafe UnsafeMutablePointer(mutating: Self.pointer(text))
        unsafe entries.append(OSSL_PARAM_construct_utf8_string(Self.pointer(name), value, 0))
    }

    /// Adds a byte string.
    mutating func add(_ name: StaticString, bytes: [UInt8]) {
        let buffer = unsafe copy(bytes)
        unsafe entries.append(
            OSSL_PARAM_construct_octet_string(Self.pointer(name), buffer.baseAddress, bytes.count))
    }

    /// Adds a big-endian number.
    mutating func add(_ name: StaticString, number: [UInt8]) {
        // libcrypto wants the machine's own order, which is little-endian everywhere Tegata runs.
        // `lazy`, so that no second array of a secret is left behind.
        let buffer = unsafe copy(number.lazy.reversed())
        unsafe entries.append(
            OSSL_PARAM_construct_BN(
                Self.pointer(name), buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
                number.count))
    }

    /// Lends the finished list.
    borrowing func withList<R>(_ body: (UnsafePointer<OSSL_PARAM>) -> R) -> R {
        var list = unsafe entries
        unsafe list.append(OSSL_PARAM_construct_end())
        return unsafe list.withUnsafeBufferPointer {
            unsafe body($0.baseAddress.unsafelyUnwrapped)
        }
    }

    private mutating func copy(_ bytes: some Collection<UInt8>) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, bytes.count), alignment: 16)
        unsafe buffer.copyBytes(from: bytes)
        unsafe buffers.append(buffer)
        return unsafe buffer
    }

    private static func pointer(_ text: StaticString) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
