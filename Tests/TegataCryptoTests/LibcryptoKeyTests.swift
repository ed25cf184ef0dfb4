import TegataCrypto
import Testing

struct LibcryptoKeyTests {
    @Test func `a P-256 key comes back from its bytes and its signatures verify`() throws {
        let key = P256.PrivateKey()
        let again = try P256.PrivateKey(rawRepresentation: key.rawRepresentation)
        #expect(again.publicKey == key.publicKey)
        #expect(again.rawRepresentation == key.rawRepresentation)
        let public1 = try P256.PublicKey(x963Representation: key.publicKey.x963Representation)
        let public2 = try P256.PublicKey(
            compressedRepresentation: key.publicKey.compressedRepresentation)
        #expect(public1 == key.publicKey)
        #expect(public2 == key.publicKey)
        #expect(public2.x963Representation == key.publicKey.x963Representation)
        let signature = again.signature(for: [1, 2, 3])
        #expect(signature.count == 64)
        #expect(public1.isValidSignature(signature, for: [1, 2, 3]))
        #expect(public2.isValidSignature(signature, for: [1, 2, 3]))
        #expect(!public1.isValidSignature(signature, for: [1, 2, 4]))
        let digest = SHA256.hash([1, 2, 3])
        let another = key.signature(forDigest: digest).array
        #expect(public1.isValidSignature(another, for: [1, 2, 3]))
    }

    @Test func `the known P-256 key of RFC 6979 has the known public half`() throws {
        let secret = try #require(
            Hex.decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"))
        let key = try P256.PrivateKey(rawRepresentation: secret)
        let x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        let y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        #expect(Hex.encode(key.publicKey.x963Representation) == "04" + x + y)
    }

    @Test func `secret numbers outside 1…n−1 are refused`() throws {
        let order = try #require(
            Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
        for bad in [[UInt8](repeating: 0, count: 32), order, [UInt8](repeating: 255, count: 32)] {
            #expect(throws: CryptoError.invalidScalar) {
                try P256.PrivateKey(rawRepresentation: bad)
            }
        }
        for count in [0, 31, 33] {
            #expect(throws: CryptoError.wrongLength) {
                try P256.PrivateKey(rawRepresentation: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test func `points off the curve, hybrid, infinite or too large are refused (A15)`() throws {
        let good = P256.PrivateKey().publicKey.x963Representation
        var offCurve = good
        offCurve[64] ^= 1
        var hybrid = good
        hybrid[0] = 6 + (good[64] & 1)
        let huge: [UInt8] = [4] + [UInt8](repeating: 255, count: 64)
        for bad in [offCurve, hybrid, huge, [4] + [UInt8](repeating: 0, count: 64)] {
            #expect(throws: CryptoError.invalidPoint) {
                try P256.PublicKey(x963Representation: bad)
            }
        }
        for bad in [[], [0], Array(good.dropLast()), good + [0]] {
            #expect(throws: CryptoError.wrongLength) { try P256.PublicKey(x963Representation: bad) }
        }
        #expect(throws: CryptoError.invalidPoint) {
            try P256.PublicKey(compressedRepresentation: [2] + [UInt8](repeating: 255, count: 32))
        }
        #expect(throws: CryptoError.wrongLength) {
            let short = good[1..<32]
            _ = try P256.PublicKey(x: Array(short).span, y: Array(good[33...]).span)
        }
    }

    @Test(arguments: [NISTCurve.p256, .p384, .p521])
    func `raw and DER signatures of every curve verify, and only in their exact form (A09)`(
        curve: NISTCurve
    ) throws {
        let key = NISTPrivateKey(curve)
        let digest = HashFunction.sha512.hash([7])
        let raw = key.signature(forDigest: digest.span)
        let half = curve.coordinateByteCount
        #expect(raw.count == 2 * half)
        func valid(_ signature: [UInt8]) -> Bool {
            key.publicKey.isValidSignature(signature.span, forDigest: digest.span)
        }
        #expect(valid(raw))
        let bad: [[UInt8]] = [
            [], Array(raw.dropLast()), raw + [0], [0] + raw, Array(raw.dropFirst()),
            [UInt8](repeating: 0, count: half) + raw[half...],
            raw[..<half] + [UInt8](repeating: 0, count: half),
            [UInt8](repeating: 0, count: 2 * half), [UInt8](repeating: 255, count: 2 * half),
        ]
        for signature in bad {
            #expect(!valid(signature))
        }
        for index in raw.indices {
            var flipped = raw
            flipped[index] ^= 1
            #expect(!valid(flipped))
        }
    }

    @Test func `an Ed25519 seed gives the RFC 8032 key and signature`() throws {
        let seed = try #require(
            Hex.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        let key = try Ed25519.PrivateKey(rawRepresentation: seed)
        #expect(
            Hex.encode(key.publicKey.rawRepresentation)
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        let signature = key.signature(for: [])
        #expect(Hex.encode(signature).hasPrefix("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974"))
        func valid(_ message: [UInt8]) -> Bool {
            key.publicKey.isValidSignature(signature.span, for: message.span)
        }
        #expect(valid([]))
        #expect(!valid([0]))
    }

    @Test func `weak or malformed RSA keys are refused (A131)`() throws {
        let good = SharedRSA.key.publicKey
        let one = good.modulus
        var even = one
        even[255] &= 0xFE
        let cases: [([UInt8], [UInt8])] = [
            (Array(one.prefix(128)) + [], [1, 0, 1]), (even, [1, 0, 1]), ([0] + one, [1, 0, 1]),
            ([], [1, 0, 1]), (one, []), (one, [1]), (one, [3]), (one, [1, 0, 0]),
            (one, [0, 1, 0, 1]),
            (one, [UInt8](repeating: 255, count: 9)),
            ([1] + [UInt8](repeating: 1, count: 1_024), [1, 0, 1]),
        ]
        for (modulus, exponent) in cases {
            #expect(throws: CryptoError.invalidKey) {
                try RSA.PublicKey(modulus: modulus, exponent: exponent)
            }
        }
    }

    @Test func `an RSA key signs any DigestInfo, and only the right one verifies (A131)`() throws {
        let key = SharedRSA.key
        let digest = SHA256.hash([1]).array
        let info = RSA.digestInfo(digest, .sha256)
        let signature = try #require(key.signature(ofDigestInfo: info))
        func valid(_ signature: [UInt8]) -> Bool {
            key.publicKey.isValidPKCS1Signature(signature.span, forDigest: digest, using: .sha256)
        }
        #expect(valid(signature))
        let withoutNull = [0x30, 47, 0x30, 11] + info[4..<15] + info[17...]
        let bad = [info + [0], Array(info.dropLast()), withoutNull, digest, []]
        for other in bad {
            let signature = try #require(key.signature(ofDigestInfo: other))
            #expect(!valid(signature))
        }
        #expect(key.signature(ofDigestInfo: [UInt8](repeating: 1, count: 246)) == nil)
        #expect(!valid(signature + [0]))
        #expect(!valid([0] + signature))
        #expect(!valid(Array(signature.dropLast())))
        #expect(!valid(key.publicKey.modulus))
        for index in stride(from: 0, to: 256, by: 5) {
            var flipped = signature
            flipped[index] ^= 0x80
            #expect(!valid(flipped))
        }
    }

    @Test func `one key serves many tasks at once`() async throws {
        let rsa = SharedRSA.key
        let nist = P256.PrivateKey()
        let digest = SHA256.hash([1]).array
        let signature = try #require(rsa.signature(ofDigestInfo: RSA.digestInfo(digest, .sha256)))
        let results = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let message = [UInt8(index)]
                    let fresh = nist.signature(for: message)
                    return nist.publicKey.isValidSignature(fresh, for: message)
                        && rsa.publicKey.isValidPKCS1Signature(
                            signature.span, forDigest: digest, using: .sha256)
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(results == 64)
    }

    @Test func `random Ed25519 keys sign, each for itself`() {
        let key = Ed25519.PrivateKey()
        let other = Ed25519.PrivateKey()
        let signature = key.signature(for: [1])
        let own = key.publicKey.isValidSignature(signature.span, for: [UInt8]([1]).span)
        let foreign = other.publicKey.isValidSignature(signature.span, for: [UInt8]([1]).span)
        #expect(own)
        #expect(!foreign)
    }

    @Test func `SHA-384 and SHA-512 give the FIPS digests of abc`() {
        let abc = Array("abc".utf8)
        #expect(SHA384.hash(abc).description.hasPrefix("cb00753f45a35e8bb5a03d699ac65007272c32ab"))
        #expect(SHA512.hash(abc).description.hasPrefix("ddaf35a193617abacc417349ae20413112e6fa4e"))
        #expect(HashFunction.sha256.hash(abc) == SHA256.hash(abc).array)
        #expect(HashFunction.sha384.hash([]).count == 48)
    }

    @Test func `AES-GCM opens only what was sealed`() throws {
        let key = [UInt8](repeating: 7, count: 32)
        let nonce = [UInt8](repeating: 9, count: 12)
        for plaintext in [[], [1], [UInt8](repeating: 3, count: 100)] as [[UInt8]] {
            let sealed = try AESGCM.seal(plaintext, key: key, nonce: nonce, authenticating: [5])
            #expect(sealed.count == plaintext.count + 16)
            #expect(
                try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: [5]) == plaintext)
            for index in sealed.indices {
                var flipped = sealed
                flipped[index] ^= 1
                #expect(throws: CryptoError.authenticationFailed) {
                    try AESGCM.open(flipped, key: key, nonce: nonce, authenticating: [5])
                }
            }
            #expect(throws: CryptoError.authenticationFailed) {
                try AESGCM.open(sealed, key: key, nonce: nonce)
            }
        }
        #expect(throws: CryptoError.wrongLength) {
            try AESGCM.open([1], key: key, nonce: nonce)
        }
        #expect(throws: CryptoError.invalidKey) { try AESGCM.seal([], key: [1], nonce: nonce) }
        #expect(throws: CryptoError.wrongLength) { try AESGCM.seal([], key: key, nonce: []) }
    }
}

/// One RSA key for the whole run: making one takes long.
enum SharedRSA {
    static let key = RSA.PrivateKey()
}
