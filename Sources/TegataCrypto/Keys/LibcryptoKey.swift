internal import COpenSSL

/// One imported or generated libcrypto key, freed (and, where secret, wiped) with the last reference.
///
/// `@unchecked Sendable` is sound because the key is never written after `init`: every operation makes its own
/// `EVP_PKEY_CTX`, and libcrypto guards the reference count and the caches inside an `EVP_PKEY` with its own locks.
@safe final class LibcryptoKey: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Takes over `pointer`.
    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Runs one operation on a context of its own; `false` also when libcrypto could not make a context.
    func operate(_ body: (OpaquePointer) -> Bool) -> Bool {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else {
            return false
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let done = unsafe body(context)
        // A refused signature must leave nothing behind that a later, unrelated caller would read.
        if !done { ERR_clear_error() }
        return done
    }

    /// Lends the key itself to calls that want no context of the above kind.
    func withPointer<R>(_ body: (OpaquePointer) -> R) -> R {
        unsafe body(pointer)
    }

    /// Output of a call that says how much it wrote, at most `capacity` bytes; `nil` when it fails.
    func output(
        capacity: Int,
        _ body: (OpaquePointer, UnsafeMutablePointer<UInt8>?, inout Int) -> Bool
    ) -> [UInt8]? {
        var done = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            var count = capacity
            done = unsafe operate { context in unsafe body(context, buffer.baseAddress, &count) }
            initialized = done ? count : 0
        }
        return done ? bytes : nil
    }

    /// The number `name` of the key, big-endian, left-padded to `count` bytes.
    func number(_ name: String, count: Int) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1 else { return nil }
        defer { unsafe BN_clear_free(number) }
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { return nil }
        return bytes
    }

    /// A key of the named kind, built by `configure` on a generation context.
    static func generate(
        _ kind: String, _ configure: (OpaquePointer) -> Bool
    ) -> LibcryptoKey {
        var key: OpaquePointer?
        if let context = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil) {
            let ready = unsafe EVP_PKEY_keygen_init(context) == 1 && configure(context)
            if ready { _ = unsafe EVP_PKEY_generate(context, &key) }
            unsafe EVP_PKEY_CTX_free(context)
        }
        // Only a broken installation or a failing random generator gets here: nothing made without them is safe.
        guard let key = unsafe key else { preconditionFailure("libcrypto could not make a key") }
        return unsafe LibcryptoKey(owning: key)
    }

    // EVP_PKEY_KEY_PARAMETERS, …_PUBLIC_KEY and …_KEYPAIR: macros made of macros do not reach Swift.
    static let parameters: Int32 = 0x84
    static let publicKey: Int32 = 0x86
    static let keyPair: Int32 = 0x87

    /// A key of the named kind from numbers and byte strings; `nil` when libcrypto refuses them.
    static func imported(
        _ kind: String, selection: Int32, _ parameters: borrowing LibcryptoParameters
    ) -> LibcryptoKey? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        let done = unsafe parameters.withList { list in
            unsafe EVP_PKEY_fromdata_init(context) == 1
                && EVP_PKEY_fromdata(
                    context, &key, selection, UnsafeMutablePointer(mutating: list)) == 1
        }
        guard done, let key = unsafe key else {
            ERR_clear_error()
            return nil
        }
        return unsafe LibcryptoKey(owning: key)
    }
}
