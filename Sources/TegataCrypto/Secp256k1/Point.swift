internal import CSecp256k1

/// A point of secp256k1 other than the identity, 33 bytes when written.
///
/// A sum that vanishes is `nil`, so no later code has to ask.
package struct Point: Sendable {
    var raw: secp256k1_pubkey

    init(raw: secp256k1_pubkey) {
        self.raw = raw
    }

    /// Reads the one accepted form: 33 bytes, compressed (SEC 1 §2.3.4).
    ///
    /// - Throws: `wrongLength`, or `invalidPoint` for a hybrid or uncompressed form and for anything off the curve.
    package init(parsing bytes: Span<UInt8>) throws(CryptoError) {
        guard bytes.count == 33 else { throw .wrongLength }
        guard let raw = parsePublicKey(bytes) else { throw .invalidPoint }
        self.raw = raw
    }

    /// Reads the one accepted form: 33 bytes, compressed (SEC 1 §2.3.4).
    ///
    /// - Throws: as `init(parsing:)` of a span.
    package init(parsing bytes: [UInt8]) throws(CryptoError) {
        try self.init(parsing: bytes.span)
    }

    /// The compressed form, 33 bytes.
    package var encoded: [UInt8] {
        serialize(compressedFlag, count: 33)
    }

    /// The uncompressed form, 65 bytes: what JWK coordinates are cut from.
    package var uncompressed: [UInt8] {
        serialize(uncompressedFlag, count: 65)
    }

    private func serialize(_ form: UInt32, count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            var length = count
            var copy = raw
            unsafe secp256k1_ec_pubkey_serialize(
                Context.shared, output.baseAddress.unsafelyUnwrapped, &length, &copy, form)
            initialized = length
        }
    }

    /// The base point G.
    package static let generator: Point = {
        var one = [UInt8](repeating: 0, count: 32)
        one[31] = 1
        var raw = secp256k1_pubkey()
        precondition(unsafe secp256k1_ec_pubkey_create(Context.shared, &raw, one) == 1)
        return Point(raw: raw)
    }()

    /// The sum, or `nil` when it is the identity or there is nothing to add.
    package static func sum(_ points: [Point]) -> Point? {
        guard points.count > 1 else { return points.first }
        var raws = points.map(\.raw)
        return unsafe raws.withUnsafeMutableBufferPointer { buffer in
            let base = unsafe buffer.baseAddress.unsafelyUnwrapped
            let pointers: [UnsafePointer<secp256k1_pubkey>?] = unsafe (0..<buffer.count).map {
                unsafe UnsafePointer(base + $0)
            }
            var result = secp256k1_pubkey()
            let done = unsafe pointers.withUnsafeBufferPointer { list in
                unsafe secp256k1_ec_pubkey_combine(
                    Context.shared, &result, list.baseAddress.unsafelyUnwrapped, list.count)
            }
            return done == 1 ? Point(raw: result) : nil
        }
    }

    /// The point with the other y.
    package static prefix func - (point: Point) -> Point {
        var copy = point.raw
        _ = unsafe secp256k1_ec_pubkey_negate(Context.shared, &copy)
        return Point(raw: copy)
    }

    /// `yes` where `bit` is set, `no` elsewhere: no branch, and the same memory read.
    package static func select(_ bit: SecretBit, _ yes: Point, _ no: Point) -> Point {
        var result = no.raw
        unsafe withUnsafeMutableBytes(of: &result) { target in
            unsafe withUnsafeBytes(of: yes.raw) { yes in
                for index in target.indices {
                    unsafe target[index] = bit.select(yes[index], target[index])
                }
            }
        }
        return Point(raw: result)
    }

    /// `scalar`·self in variable time, for public values only; `nil` when `scalar` is zero.
    package func times(_ scalar: Scalar) -> Point? {
        guard scalar != .zero else { return nil }
        var copy = raw
        let done = unsafe secp256k1_ec_pubkey_tweak_mul(Context.shared, &copy, scalar.encoded)
        precondition(done == 1, "a scalar below the order times a point is a point")
        return Point(raw: copy)
    }

    /// `secret`·self in constant time (protocol.md 4.10).
    ///
    /// `secp256k1_ecdh` is the library's one constant-time multiplication of an arbitrary point; its hash
    /// callback hands the product out instead of hashing it.
    package func times(_ secret: SecretScalar) -> Point {
        // Every proof multiplies the generator, for which the library has a table; which point it is, is public.
        if self == .generator { return secret.timesGenerator }
        var copy = raw
        var encoded = [UInt8](repeating: 4, count: 65)
        let done = unsafe encoded.withUnsafeMutableBufferPointer { output in
            unsafe secret.bytes.withPointer { key in
                unsafe secp256k1_ecdh(
                    Context.shared, output.baseAddress.unsafelyUnwrapped + 1, &copy, key,
                    { output, x, y, _ in
                        guard let output = unsafe output, let x = unsafe x, let y = unsafe y else {
                            return 0
                        }
                        unsafe output.update(from: x, count: 32)
                        unsafe (output + 32).update(from: y, count: 32)
                        return 1
                    }, nil)
            }
        }
        guard done == 1, let product = parsePublicKey(encoded.span) else {
            preconditionFailure("a secret scalar is never zero")
        }
        return Point(raw: product)
    }
}

extension Point: Hashable {
    package static func == (left: Point, right: Point) -> Bool {
        var a = left.raw
        var b = right.raw
        return unsafe secp256k1_ec_pubkey_cmp(Context.shared, &a, &b) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(encoded)
    }
}

extension Point: CustomStringConvertible {
    package var description: String { Hex.encode(encoded) }
}

/// Reads any SEC 1 form that libsecp256k1 reads; callers check the length they want first.
func parsePublicKey(_ bytes: Span<UInt8>) -> secp256k1_pubkey? {
    var raw = secp256k1_pubkey()
    let done = unsafe bytes.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return Int32(0) }
        return unsafe secp256k1_ec_pubkey_parse(Context.shared, &raw, base, buffer.count)
    }
    return done == 1 ? raw : nil
}
