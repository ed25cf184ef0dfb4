/// Both C libraries, called with nothing in between: contexts, keys and signatures are prepared, inputs always the
/// same. No program can do the same work in less time with them.
final class RawLibraries {
    private let curve = RawSecp256k1()
    private let p256 = RawKey(curve: "P-256", digestByteCount: 32)
    private let p384 = RawKey(curve: "P-384", digestByteCount: 48)
    private let log = RawLog()
    // Making an RSA key takes longer than most measurements.
    private lazy var rsa = RawKey(rsaBits: 2_048)

    /// Runs `operation` once. An operation that does not succeed would make a wrong ruler, so it ends the process.
    func run(_ operation: RawOperation) {
        let done =
            switch operation {
            case .sign: curve.sign()
            case .verify: curve.verify()
            case .schnorrSign: curve.schnorrSign()
            case .schnorrVerify: curve.schnorrVerify()
            case .times: curve.times()
            case .secretTimes: curve.secretTimes()
            case .secretTimesGenerator: curve.secretTimesGenerator()
            case .signP256: p256.sign()
            case .verifyP256: p256.verify()
            case .verifyP384: p384.verify()
            case .verifyRSA: rsa.verify()
            case .verifyEd25519: log.verify()
            case .hash: log.hash()
            }
        precondition(done, "a raw operation failed")
    }
}
