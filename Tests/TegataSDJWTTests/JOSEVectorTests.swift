import Foundation
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Reads a third-party file with our own reader.
func vector(_ path: String) throws -> JSON {
    try JSON(
        parsing: Array(VectorFolder.data(path)),
        limits: JSONLimits(values: 1_000_000, bytes: 1 << 26))
}

/// A published key pair's public half.
func publicKey(_ jwk: JSON?, for algorithm: JWSAlgorithm? = nil) throws -> VerifyingKey {
    let members = try #require(jwk?.object).members.filter {
        !["d", "p", "q", "dp", "dq", "qi"].contains($0.name)
    }
    var object = JSONObject()
    for member in members { object.add(member.name, member.value) }
    return try VerifyingKey(parsingJWK: JSON.object(object).encoded, for: algorithm)
}

@Suite(.enabled(if: VectorFolder.thirdParty != nil, "third-party vectors are not here"))
struct JOSEVectorTests {
    @Test func `ES256K tokens found in the field`() throws {
        for row in try #require(vector("jose/es256k-jwts.json")["tokens"]?.array) {
            let point = try #require(Hex.decode(row["publicKeyCompressedHex"]?.string ?? ""))
            let key = VerifyingKey.secp256k1(try .init(compressedRepresentation: point))
            let token = try CompactJWS(parsing: row["jwt"]?.string ?? "", types: nil)
            #expect(throws: Never.self, "\(row["id"] ?? .null)") { try token.verified(by: key) }
        }
    }

    @Test(arguments: [
        "rfc7520/jws/4_1.rsa_v15_signature", "rfc7520/jws/4_2.rsa-pss_signature",
        "rfc7520/jws/4_3.ecdsa_signature", "rfc8037/jws",
    ])
    func `RFC 7520 and 8037 in all three serialisations`(_ name: String) throws {
        let file = try vector("jose/\(name).json")
        let algorithm = JWSAlgorithm(rawValue: file["input"]?["alg"]?.string ?? "")
        let key = try publicKey(file["input"]?["key"], for: algorithm)
        let payload = Array((file["input"]?["payload"]?.string ?? "").utf8)
        var texts = [Array((file["output"]?["compact"]?.string ?? "").utf8)]
        for form in ["json", "json_flat"] {
            let bytes = try #require(file["output"]?[form]).encoded
            texts.append(try JSONSerializedJWS(parsing: bytes).signatures[0].compact)
        }
        for text in texts {
            let token = try CompactJWS(
                parsing: text, types: nil, algorithms: Set(JWSAlgorithm.allCases))
            #expect(try token.verifiedBytes(by: key) == payload)
        }
    }

    @Test func `RFC 7638 thumbprints`() throws {
        for row in try #require(vector("jose/rfc7638-thumbprints.json")["cases"]?.array) {
            var object = try #require(row["jwk"]?.object)
            if object["use"] == "enc" {
                var required = JSONObject()
                for name in ["kty", "crv", "x", "y"] { required.add(name, object[name] ?? .null) }
                object = required
            }
            let key = try publicKey(JSON.object(object))
            #expect(key.thumbprint == row["sha256_thumbprint"]?.string)
        }
    }

    @Test(arguments: ["secp256k1", "nist-curves", "ed25519-x25519"])
    func `did:key of every curve`(_ name: String) throws {
        for member in try #require(vector("did/did-key-\(name).json").object).members {
            let did = try KeyDID(parsing: member.name)
            let key = try #require(did.verifyingKey)
            #expect(key.didKey == member.name)
            let method = member.value["didDocument"]?["verificationMethod"]?[0]
            #expect(did.methodID == method?["id"]?.string)
            #expect(try KeyDID(parsing: did.methodID) == did)
            if let jwk = method?["publicKeyJwk"] { #expect(try publicKey(jwk) == key) }
            if let base58 = method?["publicKeyBase58"]?.string {
                let bytes = try Base58.decode(base58)
                switch key.material {
                case .secp256k1(let key): #expect(key.compressedRepresentation == bytes)
                case .ed25519(let key): #expect(key.rawRepresentation == bytes)
                case .p256(let key): #expect(key.compressedRepresentation == bytes)
                case .nist(let key): #expect(key.compressedRepresentation == bytes)
                default: Issue.record("an unexpected key")
                }
                #expect(Base58.encode(bytes) == base58)
            }
        }
    }

    @Test func `did:jwk examples`() throws {
        let blocks = try #require(vector("did/did-jwk-spec-examples.json")["blocks"]?.array)
        let texts = blocks.compactMap(\.string)
        #expect(texts.count == 4)
        for text in texts {
            let did = try KeyDID(parsing: text)
            #expect(did.methodID == did.text + "#0")
        }
    }

    @Test func `Wycheproof's JSON Web Signatures (A20)`() throws {
        let file = try vector("wycheproof/json_web_signature_test.partA.json")
        var counts = (passed: 0, unsupported: 0)
        for group in try #require(file["testGroups"]?.array) {
            for test in try #require(group["tests"]?.array) {
                let expected = test["result"] == "valid"
                let text: [UInt8]
                if let jws = test["jws"]?.string {
                    text = Array(jws.utf8)
                } else {
                    text = test["jws"]?.encoded ?? []
                }
                do {
                    let key = try publicKey(group["public"] ?? group["private"])
                    let token = try CompactJWS(
                        parsing: text, types: nil, algorithms: Set(JWSAlgorithm.allCases))
                    _ = try token.verifiedBytes(by: key)
                    #expect(
                        expected, "accepted \(test["tcId"] ?? .null) \(test["comment"] ?? .null)")
                    counts.passed += 1
                } catch Refusal.unsupported where expected {
                    counts.unsupported += 1
                } catch {
                    #expect(
                        !expected,
                        "refused \(test["tcId"] ?? .null) \(test["comment"] ?? .null): \(error)")
                    counts.passed += 1
                }
            }
        }
        // The three valid HMAC cases are refused on purpose.
        #expect(counts.passed > 300 && counts.unsupported <= 5)
    }
}
