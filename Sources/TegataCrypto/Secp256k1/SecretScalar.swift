internal import CSecp256k1

/// A secret integer modulo q, never zero: a blinding, a nonce, a key. On the heap, wiped with its last reference,
/// and only ever handed to libsecp256k1's constant-time calls (protocol.md 4.10).
package struct SecretScalar: Sendable {
    package let bytes: SecretBytes

    init(bytes: SecretBytes) {
        self.bytes = bytes
    }

    /// A fresh secret from `source`.
    package static func random(using source: inout some Randomness) -> SecretScalar {
        // A draw at or above q has probability 2^-128.
        while true {
            if let secret = try? SecretScalar(parsing: source.bytes(32)) { return secret }
        }
    }

    /// A fresh secret from the system's generator.
    package static func random() -> SecretScalar {
        var system = SystemRandomness()
        return random(using: &system)
    }

    /// Reads 32 bytes, big-endian.
    ///
    /// - Throws: `wrongLength`, or `invalidScalar` for zero and for q or more.
    package init(parsing encoded: [UInt8]) throws(CryptoError) {
        guard encoded.count == 32 else { throw .wrongLength }
        let bytes = SecretBytes(copying: encoded.span)
        let valid = unsafe bytes.withPointer {
            unsafe secp256k1_ec_seckey_verify(Context.shared, $0)
        }
        guard valid == 1 else { throw .invalidScalar }
        self.bytes = bytes
    }

    /// The secret that is this public value, or `nil` for zero: hidden attributes start as plain numbers.
    package init?(_ scalar: Scalar) {
        // Not `scalar != .zero`, which stops at the first byte that differs.
        self.init(secret: SecretBytes(copying: scalar.fixed.span))
    }

    /// self·G in constant time.
    package var timesGenerator: Point {
        var raw = secp256k1_pubkey()
        let done = unsafe bytes.withPointer {
            unsafe secp256k1_ec_pubkey_create(Context.shared, &raw, $0)
        }
        precondition(done == 1, "a secret scalar is never zero")
        return Point(raw: raw)
    }

    /// The sum, or `nil` when it is zero: with one random summand that has probability 2^-256.
    package static func + (left: SecretScalar, right: SecretScalar) -> SecretScalar? {
        unsafe left.tweaked(by: right.bytes) { unsafe secp256k1_ec_seckey_tweak_add($0, $1, $2) }
    }

    package static func * (left: SecretScalar, right: SecretScalar) -> SecretScalar {
        let product = unsafe left.tweaked(by: right.bytes) {
            unsafe secp256k1_ec_seckey_tweak_mul($0, $1, $2)
        }
        guard let product else { preconditionFailure("a secret scalar is never zero") }
        return product
    }

    /// self·`factor`, or `nil` when `factor` is zero.
    package func times(_ factor: Scalar) -> SecretScalar? {
        SecretScalar(factor).map { self * $0 }
    }

    package static prefix func - (value: SecretScalar) -> SecretScalar {
        SecretScalar(
            bytes: unsafe SecretBytes(count: 32) { target in
                unsafe value.bytes.withPointer { unsafe target.update(from: $0, count: 32) }
                _ = unsafe secp256k1_ec_seckey_negate(Context.shared, target)
            })
    }

    /// 1/self by Fermat's theorem: the same multiplications whatever the secret.
    package var inverse: SecretScalar {
        power(self, times: *)
    }

    /// The response of a sigma protocol: self + `challenge`·`witness`. It is public by construction, because self
    /// is a nonce used once.
    package func response(challenge: Scalar, witness: SecretScalar) -> Scalar {
        guard let product = witness.times(challenge) else { return exposed }
        return (self + product)?.exposed ?? .zero
    }

    /// The value as a public scalar. Whoever calls this has made it public.
    package var exposed: Scalar {
        Scalar(revealing: self)
    }

    private func tweaked(
        by other: SecretBytes,
        _ operation: (OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) -> Int32
    ) -> SecretScalar? {
        var done: Int32 = 0
        let result = unsafe SecretBytes(count: 32) { target in
            unsafe bytes.withPointer { unsafe target.update(from: $0, count: 32) }
            done = unsafe other.withPointer { unsafe operation(Context.shared, target, $0) }
        }
        return done == 1 ? SecretScalar(bytes: result) : nil
    }
}

extension SecretScalar: CustomStringConvertible {
    package var description: String { "<secret>" }
}
