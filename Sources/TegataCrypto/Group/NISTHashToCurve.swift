/// RFC 9380 on the NIST curves (§8.2, §8.3), which are their own target of the simplified SWU map.
extension HashToCurve {
    /// `P256_XMD:SHA-256_SSWU_RO_`, 33 bytes compressed; `nil` for the identity.
    package static func p256(_ message: [UInt8], domain: [UInt8]) -> [UInt8]? {
        uniform(message, domain, .p256, .sha256, length: 48, z: 10)?.compressed
    }

    /// `P384_XMD:SHA-384_SSWU_RO_`, 49 bytes compressed; `nil` for the identity.
    package static func p384(_ message: [UInt8], domain: [UInt8]) -> [UInt8]? {
        uniform(message, domain, .p384, .sha384, length: 72, z: 12)?.compressed
    }

    /// The map with Z = −`z`, twice, added up.
    private static func uniform(
        _ message: [UInt8], _ domain: [UInt8], _ curve: CurveGroup, _ hash: HashFunction,
        length: Int, z: UInt8
    ) -> CurvePoint? {
        let bytes = ExpandMessage.xmd(message, domain: domain, count: 2 * length, hash: hash)
        guard let first = mapToCurve(Array(bytes[..<length]), curve, z),
            let second = mapToCurve(Array(bytes[length...]), curve, z)
        else { return nil }
        return first.adding(second)
    }

    /// §6.6.2 with a = −3.
    private static func mapToCurve(_ bytes: [UInt8], _ curve: CurveGroup, _ z: UInt8) -> CurvePoint?
    {
        let field = curve.field
        let u = field.reduce(BigNumber(bytes))
        let a = field.negate(BigNumber([3]))
        let z = field.negate(BigNumber([z]))
        let one = BigNumber([1])
        let zu = field.multiply(z, field.square(u))
        let inverse = field.invert(field.add(field.square(zu), zu))
        let x1 =
            inverse.isZero
            ? field.multiply(curve.b, field.invert(field.multiply(z, a)))
            : field.multiply(
                field.multiply(field.negate(curve.b), field.invert(a)), field.add(one, inverse))
        let g1 = right(x1, a, curve)
        let root = field.squareRoot(g1)
        let isSquare = field.square(root) == g1
        let x = isSquare ? x1 : field.multiply(zu, x1)
        let y = isSquare ? root : field.squareRoot(right(x, a, curve))
        return CurvePoint(x: x, y: y.isOdd == u.isOdd ? y : field.negate(y), on: curve)
    }

    /// x³ + ax + b.
    private static func right(_ x: BigNumber, _ a: BigNumber, _ curve: CurveGroup) -> BigNumber {
        let field = curve.field
        return field.add(field.multiply(field.add(field.square(x), a), x), curve.b)
    }
}
