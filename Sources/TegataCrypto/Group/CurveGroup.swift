internal import COpenSSL

/// P-256 or P-384 through libcrypto: what the drafts' vectors are given on. Cards never use these points.
@safe struct CurveGroup: @unchecked Sendable {
    fileprivate let group: OpaquePointer
    let field: PrimeModulus
    let order: PrimeModulus
    let b: BigNumber
    /// Bytes of a coordinate.
    let size: Int

    static let p256 = CurveGroup(NID_X9_62_prime256v1, size: 32)
    static let p384 = CurveGroup(NID_secp384r1, size: 48)

    private init(_ name: Int32, size: Int) {
        guard let group = unsafe EC_GROUP_new_by_curve_name(name) else {
            preconditionFailure("libcrypto does not know the curve")
        }
        unsafe self.group = unsafe group
        self.size = size
        let b = BigNumber([])
        let field = unsafe BigNumber { p, scratch in
            unsafe EC_GROUP_get_curve(group, p, nil, b.raw, scratch)
        }
        self.b = b
        self.field = PrimeModulus(field.bytes(size))
        let order = unsafe BigNumber { n, scratch in
            unsafe EC_GROUP_get_order(group, n, scratch)
        }
        self.order = PrimeModulus(order.bytes(size))
    }
}

/// A point of a NIST curve, never the identity.
@safe final class CurvePoint: @unchecked Sendable {
    private let raw: OpaquePointer
    private let curve: CurveGroup

    /// The result of `body`, or `nil` when it fails or the result is the identity.
    private init?(
        on curve: CurveGroup, _ body: (OpaquePointer, OpaquePointer, OpaquePointer) -> Int32
    ) {
        guard let raw = unsafe EC_POINT_new(curve.group),
            let scratch = unsafe BN_CTX_secure_new()
        else { preconditionFailure("libcrypto could not allocate") }
        unsafe self.raw = unsafe raw
        self.curve = curve
        let done = unsafe body(curve.group, raw, scratch)
        unsafe BN_CTX_free(scratch)
        guard done == 1, unsafe EC_POINT_is_at_infinity(curve.group, raw) == 0 else {
            // libcrypto queues a reason, which nobody reads and the next caller must not find.
            ERR_clear_error()
            return nil
        }
    }

    deinit { unsafe EC_POINT_clear_free(raw) }

    /// Reads the compressed form, and nothing else.
    convenience init?(parsing bytes: Span<UInt8>, on curve: CurveGroup) {
        guard bytes.count == curve.size + 1, bytes[0] == 2 || bytes[0] == 3 else { return nil }
        let copy = (0..<bytes.count).map { bytes[$0] }
        unsafe self.init(on: curve) { group, point, scratch in
            unsafe EC_POINT_oct2point(group, point, copy, copy.count, scratch)
        }
    }

    /// The point with these coordinates, when it is on the curve.
    convenience init?(x: BigNumber, y: BigNumber, on curve: CurveGroup) {
        unsafe self.init(on: curve) { group, point, scratch in
            unsafe EC_POINT_set_affine_coordinates(group, point, x.raw, y.raw, scratch)
        }
    }

    /// G.
    static func generator(of curve: CurveGroup) -> CurvePoint {
        let point = unsafe CurvePoint(on: curve) { group, point, _ in
            unsafe EC_POINT_copy(point, EC_GROUP_get0_generator(group))
        }
        guard let point else { preconditionFailure("a curve has a generator") }
        return point
    }

    var negated: CurvePoint {
        let point = unsafe CurvePoint(on: curve) { group, point, scratch in
            guard unsafe EC_POINT_copy(point, raw) == 1 else { return 0 }
            return unsafe EC_POINT_invert(group, point, scratch)
        }
        guard let point else { preconditionFailure("a point has a negative") }
        return point
    }

    func adding(_ other: CurvePoint) -> CurvePoint? {
        unsafe CurvePoint(on: curve) { group, point, scratch in
            unsafe EC_POINT_add(group, point, raw, other.raw, scratch)
        }
    }

    /// libcrypto's single-point multiplication, which takes constant time on these curves.
    func times(_ scalar: BigNumber) -> CurvePoint? {
        unsafe CurvePoint(on: curve) { group, point, scratch in
            unsafe EC_POINT_mul(group, point, nil, raw, scalar.raw, scratch)
        }
    }

    /// The compressed form.
    var compressed: [UInt8] {
        let count = curve.size + 1
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            initialized = unsafe EC_POINT_point2oct(
                curve.group, raw, POINT_CONVERSION_COMPRESSED, output.baseAddress, count, nil)
        }
    }
}
