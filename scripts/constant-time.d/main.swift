import TegataCrypto

/// Findings of memcheck in each operation on secrets, against those that are known.
var seen = findings()
var failed = false

func check(_ name: String, known: UInt = 0, _ operation: () -> Void) {
    seen = findings()
    operation()
    let found = findings() - seen
    let isGood = found == known
    failed = failed || !isGood
    print("\(isGood ? "ok  " : "FAIL") \(name): \(found) findings, \(known) known")
}

/// A scalar whose bytes are secret from here on.
func secret(_ byte: UInt8) -> SecretScalar {
    let bytes = [UInt8](repeating: byte, count: 32)
    bytes.withUnsafeBytes { taint($0.baseAddress, 32) }
    guard let scalar = try? SecretScalar(parsing: bytes) else { fatalError("no scalar") }
    return scalar
}

let digest = SHA256.hash([1, 2, 3])
let point = secret(5).timesGenerator
let a = secret(7)
let b = secret(9)
// Whatever is set up once is set up before anything counts.
_ = Secp256k1.PrivateKey(a).signature(forDigest: digest)
_ = Secp256k1.PrivateKey(a).schnorrSignature(for: digest.array, auxiliary: digest)

check("read a secret") { _ = secret(11) }
check("secret times generator") { _ = a.timesGenerator }
check("secret times point") { _ = point.times(b) }
check("sum") { _ = a + b }
check("product") { _ = a * b }
check("negation") { _ = -a }
check("inverse") { _ = a.inverse }
let key = Secp256k1.PrivateKey(a)
// Both signatures branch where upstream declares a value public: that the nonce is in range and the outcome good;
// that the key pair is whole, and the coordinates of the nonce's point, which are the signature's first half.
check("ECDSA", known: 2) { _ = key.signature(forDigest: digest) }
check("Schnorr", known: 4) {
    _ = key.schnorrSignature(for: digest.array, auxiliary: digest)
}
// Without this the silence above would prove nothing.
check("control: a branch on a secret byte", known: 1) {
    if a.bytes.exposedBytes[0] == 1 { print("a secret") }
}
if failed { fatalError("a branch or an address depends on a secret") }
