package import TegataCrypto

/// Equality proofs in the format of BIP-374: A = aG and C = aB, 64 bytes e ‖ s. Offered for other software; the
/// binding protocol uses sigma proofs.
package enum BIP374 {
    /// A proof for secret `a` and base `b`, for an optional message of 32 bytes. `auxiliary` is fresh randomness.
    package static func prove(
        _ a: SecretScalar, base b: Point, generator g: Point = .generator,
        auxiliary: FixedBytes<32>, message: [UInt8] = []
    ) -> [UInt8]? {
        let image = g.times(a)
        let product = b.times(a)
        let mask = taggedHash("BIP0374/aux", auxiliary.array)
        let secret = a.bytes.exposedBytes
        let masked = (0..<32).map { secret[$0] ^ mask[$0] }
        let nonce = taggedHash(
            "BIP0374/nonce", masked, image.encoded, product.encoded, message)
        let k = Scalar(reducingBigEndian: nonce.array)
        guard let k = SecretScalar(k) else { return nil }
        let e = challenge(image, b, product, g, g.times(k), b.times(k), message)
        return e.array
            + k.response(challenge: Scalar(reducingBigEndian: e.array), witness: a).encoded
    }

    /// Whether `proof` shows that one scalar takes G to `a` and B to `c`.
    package static func isValid(
        _ proof: [UInt8], a: Point, b: Point, c: Point, generator g: Point = .generator,
        message: [UInt8] = []
    ) -> Bool {
        guard proof.count == 64, let e = try? Scalar(parsing: Array(proof[..<32])),
            let s = try? Scalar(parsing: Array(proof[32...])),
            let first = Point.sum([g.times(s), a.times(-e)].compactMap { $0 }),
            let second = Point.sum([b.times(s), c.times(-e)].compactMap { $0 })
        else { return false }
        return challenge(a, b, c, g, first, second, message).array == Array(proof[..<32])
    }

    private static func challenge(
        _ a: Point, _ b: Point, _ c: Point, _ g: Point, _ first: Point, _ second: Point,
        _ message: [UInt8]
    ) -> FixedBytes<32> {
        taggedHash(
            "BIP0374/challenge", a.encoded, b.encoded, c.encoded, g.encoded, first.encoded,
            second.encoded, message)
    }
}
