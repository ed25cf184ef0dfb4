import Foundation
import TegataCrypto
import TestSupport
import Testing

/// RFC 9380, appendices J and K.
@Suite(.enabled(if: VectorFolder.thirdParty != nil, "no third-party vectors here"))
struct HashToCurveVectorTests {
    struct Suite: Decodable {
        struct Point: Decodable {
            let x: String
            let y: String
        }
        struct Case: Decodable {
            let msg: String
            let P: Point
        }
        let dst: String
        let vectors: [Case]
    }

    @Test(arguments: [
        "P256_XMD_SHA-256_SSWU_RO_", "P384_XMD_SHA-384_SSWU_RO_",
        "secp256k1_XMD_SHA-256_SSWU_RO_", "secp256k1_XMD_SHA-256_SSWU_NU_",
    ])
    func `points agree with the RFC`(name: String) throws {
        let suite = try JSONDecoder().decode(
            Suite.self, from: VectorFolder.data("rfc9380-h2c/\(name).json"))
        let domain = Array(suite.dst.utf8)
        for vector in suite.vectors {
            let message = Array(vector.msg.utf8)
            let point =
                switch name {
                case "P256_XMD_SHA-256_SSWU_RO_": HashToCurve.p256(message, domain: domain)
                case "P384_XMD_SHA-384_SSWU_RO_": HashToCurve.p384(message, domain: domain)
                case "secp256k1_XMD_SHA-256_SSWU_RO_":
                    HashToCurve.secp256k1(message, domain: domain).encoded
                default: HashToCurve.nonuniformSecp256k1(message, domain: domain).encoded
                }
            let x = try #require(Hex.decode(vector.P.x.dropFirst(2)))
            let y = try #require(Hex.decode(vector.P.y.dropFirst(2)))
            #expect(try #require(point) == [2 + (try #require(y.last) & 1)] + x)
        }
    }

    struct Expander: Decodable {
        struct Case: Decodable {
            let msg: String
            let len_in_bytes: String
            let uniform_bytes: String
        }
        let DST: String
        let hash: String
        let tests: [Case]
    }

    @Test(arguments: [
        "expand_message_xmd_SHA256_38", "expand_message_xmd_SHA512_38",
        "expand_message_xof_SHAKE128_36",
    ])
    func `expanded messages agree with the RFC`(name: String) throws {
        let expander = try JSONDecoder().decode(
            Expander.self, from: VectorFolder.data("rfc9380-h2c/\(name).json"))
        let domain = Array(expander.DST.utf8)
        for vector in expander.tests {
            let message = Array(vector.msg.utf8)
            let count = try #require(Int(vector.len_in_bytes.dropFirst(2), radix: 16))
            let output =
                switch expander.hash {
                case "SHA256":
                    ExpandMessage.xmd(message, domain: domain, count: count, hash: .sha256)
                case "SHA512":
                    ExpandMessage.xmd(message, domain: domain, count: count, hash: .sha512)
                default: ExpandMessage.xofSHAKE128(message, domain: domain, count: count)
                }
            #expect(Hex.encode(output) == vector.uniform_bytes)
            if expander.hash == "SHA256" {
                #expect(
                    output
                        == ExpandMessage.xmdSHA256(message, domain: domain, count: count))
            }
        }
    }
}
