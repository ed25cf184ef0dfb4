/// The operations of libsecp256k1 and libcrypto that a step cannot avoid. Their time is the ruler beside each step.
enum RawOperation: String {
    /// ECDSA on secp256k1: one signature made.
    case sign = "ECDSA signature"
    /// ECDSA on secp256k1: one signature verified.
    case verify = "ECDSA verification"
    /// BIP-340: one signature made.
    case schnorrSign = "BIP-340 signature"
    /// BIP-340: one signature verified.
    case schnorrVerify = "BIP-340 verification"
    /// A public scalar times a point of secp256k1.
    case times = "point multiplication"
    /// A secret scalar times a point, in constant time.
    case secretTimes = "secret multiplication"
    /// A secret scalar times the generator, in constant time.
    case secretTimesGenerator = "generator multiplication"
    /// ECDSA on P-256: one signature made.
    case signP256 = "P-256 signature"
    /// ECDSA on P-256: one signature verified.
    case verifyP256 = "P-256 verification"
    /// ECDSA on P-384: one signature verified.
    case verifyP384 = "P-384 verification"
    /// RSA-2048, PKCS#1 v1.5 and SHA-256: one signature verified.
    case verifyRSA = "RSA-2048 verification"
    /// Ed25519: one signature verified.
    case verifyEd25519 = "Ed25519 verification"
    /// SHA-256 of a tree's node, 65 bytes.
    case hash = "node hash"
}

/// How often each operation is unavoidable in a step.
struct Floor: CustomStringConvertible {
    let parts: KeyValuePairs<RawOperation, Int>

    init(_ parts: KeyValuePairs<RawOperation, Int>) {
        self.parts = parts
    }

    /// Runs all of it once.
    func run(_ raw: RawLibraries) {
        for (operation, count) in parts {
            for _ in 0..<count { raw.run(operation) }
        }
    }

    var description: String {
        parts.map {
            "\($0.value) \($0.key.rawValue)\($0.value == 1 ? "" : $0.key == .hash ? "es" : "s")"
        }
        .joined(separator: ", ")
    }
}
