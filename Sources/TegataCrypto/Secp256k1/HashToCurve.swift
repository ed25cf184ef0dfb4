/// RFC 9380 on secp256k1: any byte string to a point whose discrete logarithm nobody knows (§8.7).
package enum HashToCurve {
    /// `secp256k1_XMD:SHA-256_SSWU_RO_`: uniform over the group.
    ///
    /// The sum is the identity with probability 2^-256, which no caller can aim at.
    package static func secp256k1(_ message: [UInt8], domain: [UInt8]) -> Point {
        let uniform = ExpandMessage.xmdSHA256(message, domain: domain, count: 96)
        guard let sum = Point.sum([map(uniform[0..<48]), map(uniform[48..<96])]) else {
            preconditionFailure("two hashes to the curve cancelled out")
        }
        return sum
    }

    /// `secp256k1_XMD:SHA-256_SSWU_NU_`: half the points, once the work.
    package static func nonuniformSecp256k1(_ message: [UInt8], domain: [UInt8]) -> Point {
        map(ExpandMessage.xmdSHA256(message, domain: domain, count: 48)[0..<48])
    }

    private static func map(_ bytes: ArraySlice<UInt8>) -> Point {
        let (x, y) = isogeny(simplifiedSWU(FieldElement(reducing: bytes)))
        guard let raw = parsePublicKey(([4] + x.encoded + y.encoded).span) else {
            preconditionFailure("the map of RFC 9380 left the curve")
        }
        return Point(raw: raw)
    }

    /// §6.6.2: onto the curve y² = x³ + a·x + b that is 3-isogenous to secp256k1.
    private static func simplifiedSWU(_ u: FieldElement) -> (FieldElement, FieldElement) {
        let zu = z * u.squared
        let t = zu.squared + zu
        let general = minusBOverA * (.one + t.inverse)
        let x1 = FieldElement.select(t == .zero, general, exceptional)
        let g1 = curve(x1)
        let root = g1.squareRoot
        let isSquare = root.squared == g1
        // Where g1 is no square, its "root" is that of −g1, and g(x2) = (z·u²)³·g1 = −z³·(u³)²·(−g1).
        let other = rootOfMinusZCubed * u.squared * u * root
        let x = FieldElement.select(isSquare, zu * x1, x1)
        let y = FieldElement.select(isSquare, other, root)
        return (x, FieldElement.select(y.isOdd == u.isOdd, -y, y))
    }

    private static func curve(_ x: FieldElement) -> FieldElement {
        (x.squared + a) * x + b
    }

    /// Appendix E.1, and one inversion for both fractions.
    private static func isogeny(
        _ point: (x: FieldElement, y: FieldElement)
    ) -> (FieldElement, FieldElement) {
        let xDenominator = evaluate(k2, point.x)
        let yDenominator = evaluate(k4, point.x)
        let inverse = (xDenominator * yDenominator).inverse
        return (
            evaluate(k1, point.x) * inverse * yDenominator,
            point.y * evaluate(k3, point.x) * inverse * xDenominator
        )
    }

    private static func evaluate(_ coefficients: [FieldElement], _ x: FieldElement) -> FieldElement
    {
        coefficients.reduce(.zero) { $0 * x + $1 }
    }

    private static let a = FieldElement(
        0x3f87_31ab_dd66_1adc, 0xa08a_5558_f0f5_d272, 0xe953_d363_cb6f_0e5d, 0x4054_47c0_1a44_4533)
    private static let b = FieldElement(1771)
    private static let z = -FieldElement(11)
    private static let minusBOverA = -b * a.inverse
    /// x1 where u gives no other.
    private static let exceptional = b * (z * a).inverse
    private static let rootOfMinusZCubed = FieldElement(1331).squareRoot

    // Highest power first.
    private static let k1 = [
        FieldElement(
            0x8e38_e38e_38e3_8e38, 0xe38e_38e3_8e38_e38e, 0x38e3_8e38_e38e_38e3,
            0x8e38_e38d_aaaa_a88c),
        FieldElement(
            0x534c_328d_23f2_34e6, 0xe2a4_13de_ca25_caec, 0xe450_6144_037c_4031,
            0x4ecb_d0b5_3d9d_d262),
        FieldElement(
            0x07d3_d4c8_0bc3_21d5, 0xb9f3_15ce_a7fd_44c5, 0xd595_d2fc_0bf6_3b92,
            0xdfff_1044_f17c_6581),
        FieldElement(
            0x8e38_e38e_38e3_8e38, 0xe38e_38e3_8e38_e38e, 0x38e3_8e38_e38e_38e3,
            0x8e38_e38d_aaaa_a8c7),
    ]
    private static let k2 = [
        FieldElement.one,
        FieldElement(
            0xedad_c6f6_4383_dc1d, 0xf7c4_b2d5_1b54_2254, 0x06d3_6b64_1f5e_41bb,
            0xc52a_5661_2a8c_6d14),
        FieldElement(
            0xd357_7119_3d94_918a, 0x9ca3_4ccb_b7b6_40dd, 0x86cd_4095_42f8_487d,
            0x9fe6_b745_781e_b49b),
    ]
    private static let k3 = [
        FieldElement(
            0x2f68_4bda_12f6_84bd, 0xa12f_684b_da12_f684, 0xbda1_2f68_4bda_12f6,
            0x84bd_a12f_38e3_8d84),
        FieldElement(
            0x29a6_1946_91f9_1a73, 0x7152_09ef_6512_e576, 0x7228_30a2_01be_2018,
            0xa765_e85a_9ece_e931),
        FieldElement(
            0xc75e_0c32_d5cb_7c0f, 0xa9d0_a54b_12a0_a6d5, 0x647a_b046_d686_da6f,
            0xdffc_90fc_201d_71a3),
        FieldElement(
            0x4bda_12f6_84bd_a12f, 0x684b_da12_f684_bda1, 0x2f68_4bda_12f6_84bd,
            0xa12f_684b_8e38_e23c),
    ]
    private static let k4 = [
        FieldElement.one,
        FieldElement(
            0x6484_aa71_6545_ca2c, 0xf3a7_0c3f_a8fe_337e, 0x0a3d_2116_2f0d_6299,
            0xa7bf_8192_bfd2_a76f),
        FieldElement(
            0x7a06_534b_b8bd_b49f, 0xd5e9_e663_2722_c298, 0x9467_c1bf_c8e8_d978,
            0xdfb4_25d2_685c_2573),
        -FieldElement(0x2f4),
    ]
}
