import TegataCrypto
import Testing

@Suite struct Secp256k1Tests {
    @Test func `what a key signs its public half verifies`() throws {
        let key = Secp256k1.PrivateKey()
        let message = Array("a card".utf8)
        let signature = key.signature(for: message)
        #expect(signature.count == 64)
        #expect(key.publicKey.isValidSignature(signature, for: message))
        #expect(!key.publicKey.isValidSignature(signature, for: message + [0]))
        #expect(!Secp256k1.PrivateKey().publicKey.isValidSignature(signature, for: message))
    }

    @Test func `a high s is accepted and a low s is emitted (A10, A11)`() throws {
        let key = Secp256k1.PrivateKey()
        let message = Array("a card".utf8)
        let signature = key.signature(for: message)
        let s = try Scalar(parsing: Array(signature[32...]))
        let high = Array(signature[..<32]) + (-s).encoded
        #expect(signature[32] < 0x80)
        #expect(high[32] >= 0x7f)
        #expect(key.publicKey.isValidSignature(high, for: message))
    }

    @Test(arguments: [0, 63, 65, 66, 72])
    func `a signature of another length is refused (A09)`(count: Int) {
        let key = Secp256k1.PrivateKey()
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(!key.publicKey.isValidSignature(bytes, for: [1]))
    }

    @Test func `r or s of zero verifies nothing (A08)`() throws {
        let key = Secp256k1.PrivateKey()
        let one = Scalar.one.encoded
        let zero = Scalar.zero.encoded
        for signature in [zero + zero, one + zero, zero + one] {
            #expect(!key.publicKey.isValidSignature(signature, for: [1, 2, 3]))
        }
    }

    @Test func `the constant-time and the public multiplication agree`() throws {
        for _ in 0..<20 {
            let secret = SecretScalar.random()
            let base = SecretScalar.random().timesGenerator
            #expect(base.times(secret) == base.times(secret.exposed))
            #expect(Point.generator.times(secret) == secret.timesGenerator)
        }
    }

    @Test func `scalars are a field`() throws {
        for _ in 0..<20 {
            let a = SecretScalar.random()
            let b = SecretScalar.random()
            #expect((a * b).exposed == a.exposed * b.exposed)
            #expect((a + b)?.exposed == a.exposed + b.exposed)
            #expect((-a).exposed + a.exposed == .zero)
            #expect((a.inverse * a).exposed == .one)
            #expect(a.exposed.inverse == a.inverse.exposed)
            #expect(
                a.response(challenge: b.exposed, witness: b) == a.exposed + b.exposed * b.exposed)
        }
        #expect(Scalar.zero.inverse == nil)
        #expect(Scalar.zero * .one == .zero)
        #expect(Scalar(2) - Scalar(2) == .zero)
        #expect(Scalar(reducingBigEndian: [1, 0]) == Scalar(256))
        #expect(Scalar(reducingLittleEndian: [0, 1]) == Scalar(256))
        let order = try #require(
            Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
        #expect(Scalar(reducingBigEndian: order + [7]) == Scalar(7))
        #expect(throws: CryptoError.invalidScalar) { try Scalar(parsing: order) }
    }

    @Test func `a sum that vanishes is nothing`() {
        let point = SecretScalar.random().timesGenerator
        #expect(Point.sum([point, -point]) == nil)
        #expect(point.times(.zero) == nil)
    }

    @Test func `only compressed points on the curve are read (A15)`() throws {
        let point = SecretScalar.random().timesGenerator
        #expect(try Point(parsing: point.encoded) == point)
        #expect(throws: CryptoError.wrongLength) { try Point(parsing: point.uncompressed) }
        #expect(throws: CryptoError.invalidPoint) {
            try Point(parsing: [2] + [UInt8](repeating: 0xff, count: 32))
        }
        #expect(throws: CryptoError.invalidPoint) {
            try Point(parsing: [5] + Array(point.encoded.dropFirst()))
        }
    }

    @Test func `BIP-340 signs messages of any length`() {
        let key = Secp256k1.PrivateKey()
        for count in [0, 1, 32, 100] {
            let message = [UInt8](repeating: 7, count: count)
            let signature = key.schnorrSignature(for: message)
            #expect(key.publicKey.isValidSchnorrSignature(signature, for: message))
            #expect(!key.publicKey.isValidSchnorrSignature(signature, for: message + [1]))
        }
    }

    @Test func `a secret describes itself by its public half`() {
        let key = Secp256k1.PrivateKey()
        #expect(!"\(key)".contains(Hex.encode(key.exposedRawRepresentation)))
        #expect("\(SecretScalar.random())" == "<secret>")
    }
}
