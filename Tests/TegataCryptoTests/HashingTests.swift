import TegataCrypto
import Testing

@Suite struct HashingTests {
    @Test func `SHA-256 and SHAKE128 agree with FIPS 180-4 and 202`() {
        #expect(
            SHA256.hash(Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHAKE128.hash([], count: 32))
                == "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    }

    @Test func `zlib gives back what it took, and no more than allowed (A104)`() throws {
        let bytes = [UInt8](repeating: 0, count: 1 << 20)
        let packed = Zlib.deflate(bytes)
        #expect(try Zlib.inflate(packed, limit: bytes.count) == bytes)
        #expect(throws: CryptoError.tooLarge) { try Zlib.inflate(packed, limit: bytes.count - 1) }
        #expect(throws: CryptoError.malformed) { try Zlib.inflate(packed + [0], limit: 1 << 21) }
        #expect(throws: CryptoError.malformed) {
            try Zlib.inflate(Array(packed.dropLast()), limit: 1 << 21)
        }
        #expect(throws: CryptoError.malformed) { try Zlib.inflate([], limit: 10) }
    }
}
