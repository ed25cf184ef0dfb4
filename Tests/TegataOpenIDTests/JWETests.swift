import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import TegataOpenID

struct JWETests {
    private static let bob = "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"
    private static let alice = "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"

    private func key(_ number: String) throws -> P256.PrivateKey {
        try P256.PrivateKey(rawRepresentation: Base64URL.decode(number))
    }

    @Test func `the derived key is that of RFC 7518 Appendix C, from both sides`() throws {
        let (alice, bob) = (try key(Self.alice), try key(Self.bob))
        for secret in [
            try alice.sharedSecret(with: bob.publicKey),
            try bob.sharedSecret(with: alice.publicKey),
        ] {
            let derived = ConcatKDF.key(
                from: secret, for: .a128GCM, apu: Array("Alice".utf8), apv: Array("Bob".utf8))
            #expect(Base64URL.encode(derived) == "VqqN6vgjbSBcIijNcacQGg")
        }
    }

    @Test(arguments: ContentEncryption.allCases)
    func `what is sealed to a key is opened by it alone`(_ encryption: ContentEncryption) throws {
        let key = P256.PrivateKey()
        let text = try CompactJWE.seal(
            [1, 2, 3], to: EncryptionKey(key.publicKey, keyID: "k"), with: encryption,
            apu: [9], apv: [8])
        let message = try CompactJWE(parsing: text)
        #expect(message.keyID == "k")
        #expect(message.encryption == encryption)
        #expect(try message.opened(by: key) == [1, 2, 3])
        #expect(throws: Refusal.malformed) { try message.opened(by: P256.PrivateKey()) }
    }

    @Test func `no changed byte, and no piece missing or added, is accepted`() throws {
        let key = P256.PrivateKey()
        let text = try CompactJWE.seal(
            Array("{}".utf8), to: EncryptionKey(key.publicKey), with: .a128GCM)
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] =
                changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: Refusal.self, "byte \(index)") {
                try CompactJWE(parsing: String(decoding: changed, as: UTF8.self)).opened(by: key)
            }
        }
        for other in ["", text + ".", "." + text, text + "A", String(text.dropLast()), text + "="] {
            #expect(throws: Refusal.self) { try CompactJWE(parsing: other).opened(by: key) }
        }
        #expect(throws: Refusal.limitExceeded) {
            try CompactJWE(parsing: String(repeating: "A", count: 600_000))
        }
    }

    /// One header, wrong in one way.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal
        let change: @Sendable (inout [String: JSON]) -> Void
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "A01 alg none", reason: .unsupported) { $0["alg"] = "none" },
        Row(name: "alg dir", reason: .unsupported) { $0["alg"] = "dir" },
        Row(name: "alg with key wrapping", reason: .unsupported) { $0["alg"] = "ECDH-ES+A128KW" },
        Row(name: "alg RSA1_5", reason: .unsupported) { $0["alg"] = "RSA1_5" },
        Row(name: "alg with other case", reason: .unsupported) { $0["alg"] = "ecdh-es" },
        Row(name: "no alg", reason: .malformed) { $0["alg"] = nil },
        Row(name: "no enc", reason: .malformed) { $0["enc"] = nil },
        Row(name: "enc of CBC", reason: .unsupported) { $0["enc"] = "A128CBC-HS256" },
        Row(name: "A07 crit", reason: .unsupported) { $0["crit"] = ["exp"] },
        Row(name: "A07 empty crit", reason: .unsupported) { $0["crit"] = [] },
        Row(name: "A104 zip", reason: .unsupported) { $0["zip"] = "DEF" },
        Row(name: "no epk", reason: .malformed) { $0["epk"] = nil },
        Row(name: "A15 epk off the curve", reason: .malformed) {
            $0["epk"] = [
                "kty": "EC", "crv": "P-256", "x": "gTli65eTQ7z-Bh147ff8K3m7k2UiDiG2LpYkWAaFJCc",
                "y": "cLAnjKa4bzjD7DJVPwa9EPrRzMG7rONgsiUD-kf30Fs",
            ]
        },
        Row(name: "A15 epk with 31 bytes", reason: .malformed) {
            $0["epk"] = [
                "kty": "EC", "crv": "P-256",
                "x": .string(Base64URL.encode([UInt8](repeating: 1, count: 31))),
                "y": .string(Base64URL.encode([UInt8](repeating: 1, count: 32))),
            ]
        },
        Row(name: "A17 epk with d", reason: .malformed) {
            var object = $0["epk"]?.object ?? [:]
            object.add("d", "AA")
            $0["epk"] = .object(object)
        },
        Row(name: "epk on secp256k1", reason: .unsupported) {
            $0["epk"] = .object(VerifyingKey.secp256k1(Secp256k1.PrivateKey().publicKey).jwk)
        },
        Row(name: "apu that is no text", reason: .malformed) { $0["apu"] = 1 },
        Row(name: "apv with padding", reason: .malformed) { $0["apv"] = "QQ==" },
        Row(name: "kid that is no text", reason: .malformed) { $0["kid"] = 7 },
    ]

    @Test(arguments: rows) func `a header that is wrong in one way is refused`(_ row: Row) throws {
        let key = P256.PrivateKey()
        let text = try CompactJWE.seal([1], to: EncryptionKey(key.publicKey), with: .a128GCM)
        var parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let header = try JSON(parsing: Base64URL.decode(parts[0])).object ?? [:]
        var members = Dictionary(uniqueKeysWithValues: header.members.map { ($0.name, $0.value) })
        row.change(&members)
        var changed = JSONObject()
        for (name, value) in members { changed.add(name, value) }
        parts[0] = Base64URL.encode(JSON.object(changed).encoded)
        #expect(throws: row.reason) { try CompactJWE(parsing: parts.joined(separator: ".")) }
    }

    @Test func `an encrypted key, another nonce length and a short tag are malformed`() throws {
        let key = P256.PrivateKey()
        let text = try CompactJWE.seal([1], to: EncryptionKey(key.publicKey), with: .a128GCM)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for (index, value) in [
            (1, "AAAA"), (2, Base64URL.encode([UInt8](repeating: 0, count: 16))),
        ]
            + [0, 4, 12, 15, 17].map({ (4, Base64URL.encode([UInt8](repeating: 0, count: $0))) })
        {
            var changed = parts
            changed[index] = value
            #expect(throws: Refusal.malformed) {
                try CompactJWE(parsing: changed.joined(separator: "."))
            }
        }
    }
}
