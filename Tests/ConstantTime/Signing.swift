import TegataCrypto

/// Keys, ES256K and BIP-340 signatures, and what wallets derive from a key.
func signing() {
    let key = Secp256k1.PrivateKey()
    let digest = SHA256.hash([1])
    var random = SystemRandomness()
    use(key.signature(for: [1]))
    use(key.signature(forDigest: digest, extra: random.fixed()))
    use(key.schnorrSignature(for: [1]))
    use(HMAC.authenticationCode(for: [1], key: key.exposedRawRepresentation))
}

/// Every operation of a secret scalar.
func arithmetic() {
    let a = SecretScalar.random()
    let b = SecretScalar.random()
    use(a + b)
    use(a * b)
    use(-a)
    use(a.inverse)
    use(a.times(Scalar(7)))
    use(a.response(challenge: Scalar(7), witness: b))
    use(a.timesGenerator)
    use(Point.generator.times(a))
    use(SecretBytes.areEqual(a.bytes.exposedBytes.span, a.bytes.exposedBytes.span))
}
