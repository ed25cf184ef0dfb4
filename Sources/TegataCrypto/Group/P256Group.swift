/// A point of P-256 other than the identity, 33 bytes: the group of the drafts' and RFC 9497's vectors.
package struct P256Point: PrimeGroup {
    private let point: CurvePoint
    package let encoded: [UInt8]

    private init(_ point: CurvePoint) {
        self.point = point
        encoded = point.compressed
    }

    package static var sigmaSuite: String { "sigma-proofs_Shake128_P256" }
    package static var oprfSuite: String { "P256-SHA256" }
    package static let generator = P256Point(CurvePoint.generator(of: .p256))

    package init(parsing bytes: Span<UInt8>) throws(CryptoError) {
        guard bytes.count == 33 else { throw .wrongLength }
        guard let point = CurvePoint(parsing: bytes, on: .p256) else { throw .invalidPoint }
        self.init(point)
    }

    package static func sum(_ elements: [P256Point]) -> P256Point? {
        // An intermediate sum may vanish where the whole does not.
        var sum: CurvePoint?
        for element in elements {
            sum = sum.map { $0.adding(element.point) } ?? element.point
        }
        return sum.map(P256Point.init)
    }

    package static prefix func - (element: P256Point) -> P256Point {
        P256Point(element.point.negated)
    }

    package func times(_ scalar: P256Scalar) -> P256Point? {
        point.times(BigNumber(scalar.encoded)).map(P256Point.init)
    }

    package func times(_ secret: P256Secret) -> P256Point {
        guard let product = point.times(BigNumber(secret: secret.bytes)) else {
            preconditionFailure("a secret scalar is never zero")
        }
        return P256Point(product)
    }

    package static func hash(_ message: [UInt8], domain: [UInt8]) -> P256Point? {
        HashToCurve.p256(message, domain: domain).flatMap { try? P256Point(parsing: $0.span) }
    }

    package static func scalar(hashing message: [UInt8], domain: [UInt8]) -> P256Scalar {
        P256Scalar(
            reducingBigEndian: ExpandMessage.xmdSHA256(message, domain: domain, count: 48))
    }

    package static func == (left: P256Point, right: P256Point) -> Bool {
        left.encoded == right.encoded
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(encoded)
    }
}

/// A public integer modulo the order of P-256.
package struct P256Scalar: GroupScalar {
    package let encoded: [UInt8]

    fileprivate init(_ value: BigNumber) {
        encoded = value.bytes(32)
    }

    package static let zero = P256Scalar(BigNumber([]))
    package static let one = P256Scalar(BigNumber([1]))

    package init(parsing bytes: Span<UInt8>) throws(CryptoError) {
        guard bytes.count == 32 else { throw .wrongLength }
        let value = BigNumber((0..<32).map { bytes[$0] })
        guard value < order.value else { throw .invalidScalar }
        self.init(value)
    }

    package init(reducingBigEndian wide: [UInt8]) {
        self.init(order.reduce(BigNumber(wide)))
    }

    package init(reducingLittleEndian wide: [UInt8]) {
        self.init(reducingBigEndian: wide.reversed())
    }

    package static func + (left: P256Scalar, right: P256Scalar) -> P256Scalar {
        P256Scalar(order.add(BigNumber(left.encoded), BigNumber(right.encoded)))
    }

    package static func * (left: P256Scalar, right: P256Scalar) -> P256Scalar {
        P256Scalar(order.multiply(BigNumber(left.encoded), BigNumber(right.encoded)))
    }

    package static prefix func - (value: P256Scalar) -> P256Scalar {
        P256Scalar(order.negate(BigNumber(value.encoded)))
    }
}

/// A secret integer modulo the order of P-256, never zero.
///
/// Points are multiplied in constant time; libcrypto promises less for sums and products of scalars, so these
/// secrets serve vectors and comparison, and no card.
package struct P256Secret: GroupSecret {
    package let bytes: SecretBytes

    package init?(secret bytes: SecretBytes) {
        guard bytes.count == 32 else { return nil }
        let value = BigNumber(secret: bytes)
        guard !value.isZero, value < order.value else { return nil }
        self.bytes = bytes
    }

    package init?(_ scalar: P256Scalar) {
        self.init(secret: SecretBytes(copying: scalar.encoded.span))
    }

    package var inverse: P256Secret {
        guard let inverse = Self(value: order.invert(number)) else {
            preconditionFailure("a secret scalar is never zero")
        }
        return inverse
    }

    package func times(_ factor: P256Scalar) -> P256Secret? {
        Self(value: order.multiply(number, BigNumber(factor.encoded)))
    }

    package static func + (left: P256Secret, right: P256Secret) -> P256Secret? {
        Self(value: order.add(left.number, right.number))
    }

    package var exposed: P256Scalar { P256Scalar(number) }

    package func response(challenge: P256Scalar, witness: P256Secret) -> P256Scalar {
        let product = order.multiply(witness.number, BigNumber(challenge.encoded))
        return P256Scalar(order.add(number, product))
    }

    private init?(value: BigNumber) {
        self.init(secret: value.secretBytes(32))
    }

    private var number: BigNumber { BigNumber(secret: bytes) }
}

private let order = CurveGroup.p256.order
