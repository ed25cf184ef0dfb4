import Foundation
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Tokens made by the reference implementations and those printed in the specifications.
@Suite(.enabled(if: VectorFolder.thirdParty != nil, "third-party vectors are not here"))
struct SDJWTVectorTests {
    static let groups = ["owf-testcases", "owf-examples", "rfc9901-examples", "sdjwtvc-examples"]

    @Test(arguments: groups) func `reference presentations give the expected claims`(
        _ group: String
    ) throws {
        let folder = try #require(VectorFolder.thirdParty).appending(path: "sd-jwt/\(group)")
        let settings = try vector("sd-jwt/\(group)/settings.json")
        let issuer = try publicKey(
            settings["key_settings"]?["issuer_keys"]?[0] ?? settings["key_settings"]?["issuer_key"])
        let cases = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !$0.contains(".") }
        #expect(!cases.isEmpty)
        for name in cases {
            let path = "sd-jwt/\(group)/\(name)"
            for kind in ["issuance", "presentation"] {
                let verified = try #require(
                    try? Self.read("\(path)/sd_jwt_\(kind)").verified(by: issuer), "\(path) \(kind)"
                )
                let expected = try vector(
                    "\(path)/\(kind == "issuance" ? "user_claims" : "verified_contents").json")
                if kind == "presentation" {
                    #expect(JSON.object(verified.claims) == expected, "\(path)")
                } else {
                    let claims = try #require(expected.object)
                    for claim in claims.members {
                        #expect(verified.claims[claim.name] == claim.value, "\(path)")
                    }
                }
                guard kind == "presentation", verified.claims["cnf"] != nil,
                    let payload = try? vector("\(path)/kb_jwt_payload.json")
                else { continue }
                let check = KeyBindingCheck(
                    audience: settings["identifiers"]?["verifier"]?.string ?? "",
                    nonce: settings["key_binding_nonce"]?.string ?? "",
                    now: payload["iat"]?.integer ?? 0)
                #expect(throws: Never.self, "\(path)") { try verified.keyBinding(check) }
                var wrong = check
                wrong.audience += "/"
                #expect(throws: Refusal.holderBindingInvalid) { try verified.keyBinding(wrong) }
            }
        }
    }

    /// Compact text, or the JSON serialisation turned into it.
    private static func read(_ path: String) throws -> ReceivedSDJWT {
        if let text = try? VectorFolder.data(path + ".txt") {
            return try ReceivedSDJWT(parsing: Array(text), .plain)
        }
        // The tool wrote the JSON serialisation as a JSON string.
        let json = try vector(path + ".json")
        let bytes = json.string.map { Array($0.utf8) } ?? json.encoded
        return try ReceivedSDJWT(parsing: JSONSerializedJWS(parsing: bytes).compactSDJWT(), .plain)
    }

    @Test(arguments: ["rfc9901-text-examples", "sd-jwt-vc-text-examples"])
    func `tokens printed in the specifications verify`(_ name: String) throws {
        let file = try vector("sd-jwt/spec-text/\(name).json")
        let issuer = try publicKey(file["issuer_public_jwk"])
        var count = 0
        for token in try #require(file["tokens"]?.array) {
            let text = Array((token["value"]?.string ?? "").utf8)
            guard text.contains(UInt8(ascii: "~")) else { continue }
            #expect(throws: Never.self, "\(token["section"] ?? .null)") {
                let verified = try ReceivedSDJWT(parsing: text, .plain).verified(by: issuer)
                guard text.last != UInt8(ascii: "~") else { return }
                let end = try #require(text.lastIndex(of: UInt8(ascii: "~")))
                let binding = try CompactJWS(parsing: Array(text[(end + 1)...]), types: ["kb+jwt"])
                let claims = try binding.untrustedPayload()
                _ = try verified.keyBinding(
                    KeyBindingCheck(
                        audience: claims["aud"]?.string ?? "", nonce: claims["nonce"]?.string ?? "",
                        now: claims["iat"]?.integer ?? 0))
            }
            count += 1
        }
        #expect(count > 0)
    }

    @Test func `status lists of all widths`() throws {
        for row in try #require(vector("token-status-list/long-vectors.json").array) {
            let list = try StatusList(row["json"])
            #expect(list.count == Int(row["size"]?.integer ?? 0))
            let mismatches = row["mismatchesInPublishedVector"]?.object ?? [:]
            for member in try #require(row["statuses"]?.object).members
            where mismatches[member.name] == nil {
                let index = try #require(Int(member.name))
                #expect(list[index]?.value == UInt8(member.value.integer ?? -1))
            }
            let others = UInt8(row["allOthers"]?.integer ?? 0)
            let known = Set(row["statuses"]?.object?.members.map(\.name) ?? [])
            for index in stride(from: 0, to: list.count, by: 977)
            where !known.contains(String(index)) {
                #expect(list[index]?.value == others)
            }
            #expect(try StatusList(list.claim) == list)
        }
        let file = try vector("token-status-list/tokens.json")
        for name in ["short_1bit", "short_2bit"] {
            let list = try StatusList(file[name])
            for (index, status) in try #require(file[name]?["statuses"]?.array).enumerated() {
                #expect(list[index]?.value == UInt8(status.integer ?? -1))
            }
            #expect(Hex.encode(list.bytes) == file[name]?["byte_array"]?.string)
        }
        let key = try publicKey(file["issuer_public_jwk"])
        let text = Array((file["status_list_jwt"]?.string ?? "").utf8)
        let token = try StatusListToken(
            parsing: text, from: "https://example.com/statuslists/1", by: key)
        #expect(try token.status(at: 0, now: 1_686_920_170, maximumAge: 1) == .invalid)
    }
}
