internal import COpenSSL

/// A non-negative integer of libcrypto. It never changes after `init`, and is wiped with its last reference.
@safe final class BigNumber: @unchecked Sendable {
    let raw: OpaquePointer

    init(_ bytes: [UInt8]) {
        unsafe raw = Self.allocate()
        unsafe BN_bin2bn(bytes, Int32(bytes.count), raw)
    }

    /// The integer in secret memory, marked for libcrypto's constant-time paths.
    init(secret bytes: SecretBytes) {
        unsafe raw = Self.allocate()
        let count = Int32(bytes.count)
        _ = unsafe bytes.withPointer { unsafe BN_bin2bn($0, count, raw) }
        unsafe BN_set_flags(raw, BN_FLG_CONSTTIME)
    }

    /// The result of `body`, which gets the place for it and a scratch context, and answers like libcrypto.
    init(_ body: (OpaquePointer, OpaquePointer) -> Int32) {
        unsafe raw = Self.allocate()
        guard let scratch = unsafe BN_CTX_secure_new() else {
            preconditionFailure("libcrypto could not allocate")
        }
        let done = unsafe body(raw, scratch)
        unsafe BN_CTX_free(scratch)
        precondition(done == 1, "libcrypto could not calculate")
    }

    deinit { unsafe BN_clear_free(raw) }

    /// `count` bytes, big-endian; the value has to fit.
    func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            let written = unsafe BN_bn2binpad(raw, output.baseAddress, Int32(count))
            precondition(written == Int32(count), "the integer is longer than its place")
            initialized = count
        }
    }

    /// `count` secret bytes, big-endian.
    func secretBytes(_ count: Int) -> SecretBytes {
        unsafe SecretBytes(count: count) { output in
            _ = unsafe BN_bn2binpad(raw, output, Int32(count))
        }
    }

    var isZero: Bool { unsafe BN_is_zero(raw) == 1 }
    var isOdd: Bool { unsafe BN_is_odd(raw) == 1 }

    static func == (left: BigNumber, right: BigNumber) -> Bool {
        unsafe BN_cmp(left.raw, right.raw) == 0
    }

    static func < (left: BigNumber, right: BigNumber) -> Bool {
        unsafe BN_cmp(left.raw, right.raw) < 0
    }

    private static func allocate() -> OpaquePointer {
        guard let raw = unsafe BN_secure_new() else {
            preconditionFailure("libcrypto could not allocate")
        }
        return unsafe raw
    }
}

/// Arithmetic modulo an odd prime.
struct PrimeModulus: Sendable {
    let value: BigNumber

    init(_ bytes: [UInt8]) {
        value = BigNumber(bytes)
    }

    func reduce(_ a: BigNumber) -> BigNumber {
        unsafe BigNumber { unsafe BN_nnmod($0, a.raw, value.raw, $1) }
    }

    func add(_ a: BigNumber, _ b: BigNumber) -> BigNumber {
        unsafe BigNumber { unsafe BN_mod_add($0, a.raw, b.raw, value.raw, $1) }
    }

    func negate(_ a: BigNumber) -> BigNumber {
        let zero = BigNumber([])
        return unsafe BigNumber { unsafe BN_mod_sub($0, zero.raw, a.raw, value.raw, $1) }
    }

    func multiply(_ a: BigNumber, _ b: BigNumber) -> BigNumber {
        unsafe BigNumber { unsafe BN_mod_mul($0, a.raw, b.raw, value.raw, $1) }
    }

    func square(_ a: BigNumber) -> BigNumber {
        multiply(a, a)
    }

    /// a to the power of a public exponent, in constant time for a.
    func power(_ a: BigNumber, _ exponent: BigNumber) -> BigNumber {
        unsafe BigNumber {
            unsafe BN_mod_exp_mont_consttime($0, a.raw, exponent.raw, value.raw, $1, nil)
        }
    }

    /// 1/a by Fermat; zero for zero, as RFC 9380's inv0.
    func invert(_ a: BigNumber) -> BigNumber {
        power(a, offset(by: 2, dividedBy: 1))
    }

    /// The root of a square, for a modulus that is 3 modulo 4; anything else gives no root of a.
    func squareRoot(_ a: BigNumber) -> BigNumber {
        // (p + 1)/4 = (p − 3)/4 + 1
        multiply(power(a, offset(by: 3, dividedBy: 4)), a)
    }

    private func offset(by difference: UInt, dividedBy divisor: UInt) -> BigNumber {
        unsafe BigNumber { result, _ in
            unsafe BN_copy(result, value.raw)
            let done = unsafe BN_sub_word(result, difference)
            _ = unsafe BN_div_word(result, divisor)
            return done
        }
    }
}
