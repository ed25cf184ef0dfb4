import TegataCrypto
import Testing

@Suite struct HashToCurveTests {
    // RFC 9380, appendix J.8.1.
    @Test(arguments: [
        ("", "03c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346"),
        ("abc", "023377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b"),
    ])
    func `the uniform map agrees with the RFC`(message: String, x: String) {
        let point = HashToCurve.secp256k1(
            Array(message.utf8),
            domain: Array("QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_".utf8))
        #expect(Hex.encode(Array(point.encoded.dropFirst())) == x.dropFirst(2))
    }
}
