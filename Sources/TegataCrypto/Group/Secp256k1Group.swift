internal import CSecp256k1

extension Scalar: GroupScalar {}

extension SecretScalar: GroupSecret {
    package init?(secret bytes: SecretBytes) {
        guard bytes.count == 32 else { return nil }
        let valid = unsafe bytes.withPointer {
            unsafe secp256k1_ec_seckey_verify(Context.shared, $0)
        }
        guard valid == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// 48 secret bytes, big-endian, modulo q in constant time; `nil` for zero, which a hash gives with
    /// probability 2^-128.
    package init?(reducingBigEndian wide: SecretBytes) {
        guard wide.count == 48 else { return nil }
        // Horner's rule in three steps of 16 bytes, each below 2^128 < q.
        let parts = (0..<3).map { part in
            unsafe SecretBytes(count: 32) { target in
                unsafe wide.withPointer { source in
                    for index in 0..<16 { unsafe target[16 + index] = source[16 * part + index] }
                }
            }
        }
        let half = Scalar(1 << 32) * Scalar(1 << 32)
        guard let shift = SecretScalar(half * half),
            let top = SecretScalar(secret: parts[0]),
            let middle = SecretScalar(secret: parts[1]), let low = SecretScalar(secret: parts[2]),
            let upper = top * shift + middle, let sum = upper * shift + low
        else { return nil }
        self = sum
    }
}

extension Point: PrimeGroup {
    package typealias Secret = SecretScalar

    /// Private: no draft has a suite on secp256k1.
    package static var sigmaSuite: String { "tegata-sigma_Shake128_secp256k1" }
    /// Private: RFC 9497 has no suite on secp256k1; this one follows its recipe.
    package static var oprfSuite: String { "secp256k1-SHA256" }

    package static func hash(_ message: [UInt8], domain: [UInt8]) -> Point? {
        HashToCurve.secp256k1(message, domain: domain)
    }

    package static func scalar(hashing message: [UInt8], domain: [UInt8]) -> Scalar {
        Scalar(reducingBigEndian: ExpandMessage.xmdSHA256(message, domain: domain, count: 48))
    }
}
