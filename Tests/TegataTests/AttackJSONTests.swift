import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A29, A32, A116 and A122: JSON that is too much, or that has two meanings, under good signatures.
@Suite struct AttackJSONTests {
    @Test(arguments: [
        Attack("A29: a chain of forty", .limitExceeded) {
            var digest = $0.disclose(#"["YQ","a",1]"#)
            for _ in 0..<40 { digest = $0.disclose(#"["YQ","a",{"_sd":["\#(digest)"]}]"#) }
            $0.hide(digest)
        },
        Attack("A29: a chain of a thousand", .limitExceeded) {
            var digest = $0.disclose(#"["YQ","a",1]"#)
            for _ in 0..<1_000 { digest = $0.disclose(#"["YQ",[{"...":"\#(digest)"}]]"#) }
            $0.payload["l"] = #"[{"...":"\#(digest)"}]"#
        },
        Attack("A29: 1,025 disclosures", .limitExceeded) {
            $0.disclosures = (0..<1_025).map { Forgery.disclosure(Array("[\($0)]".utf8)).text }
        },
        Attack("A29: 100,000 disclosures", .limitExceeded) {
            $0.disclosures = Array(repeating: "WyJhIl0", count: 100_000)
        },
        Attack("A29: 1,000,000 digests", .limitExceeded) {
            let digest = "\"" + Forgery.disclosure([]).digest + "\""
            $0.payload["_sd"] =
                "[" + String(repeating: digest + ",", count: 999_999) + digest + "]"
        },
        Attack("A29: 70,000 small values", .limitExceeded) {
            $0.payload["l"] = "[" + String(repeating: "1,", count: 70_000) + "1]"
        },
        Attack("A116: 33 lists", .limitExceeded) { $0.payload["l"] = nested(33) },
        Attack("A116: 600 lists", .limitExceeded) { $0.payload["l"] = nested(600) },
        Attack("A116: 600 objects", .limitExceeded) {
            $0.payload["l"] =
                String(repeating: #"{"a":"#, count: 600) + "1"
                + String(repeating: "}", count: 600)
        },
        Attack("A116: 40,000 lists that never close", .limitExceeded) {
            $0.payload["l"] = String(repeating: "[", count: 40_000)
        },
        Attack("A116: 100,000 lists", .limitExceeded) { $0.payload["l"] = nested(100_000) },
        Attack("A116: 600 lists in a disclosure", .limitExceeded) {
            $0.hide($0.disclose(#"["YQ","x",\#(nested(600))]"#))
        },
        Attack("A116: 600 lists in the header", .limitExceeded) { $0.header["l"] = nested(600) },
        Attack("A116: 600 lists in the key binding", .limitExceeded) {
            $0.bind = { $0["l"] = nested(600) }
        },
        Attack("A116: 31 lists are no attack", nil) { $0.payload["l"] = nested(31) },
    ])
    func `deep and many are refused early (A29, A116)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    static let twice: [Attack] = [
        Attack("A32: alg twice", .malformed) { $0.header.add("alg", "\"none\"") },
        Attack("A32: typ twice, once escaped", .malformed) { $0.header.add("t\\u0079p", "\"x\"") },
        Attack("A32: exp twice", .malformed) { $0.payload.add("exp", "9999999999") },
        Attack("A32: exp twice, once escaped", .malformed) { $0.payload.add("e\\u0078p", "1") },
        Attack("A32: _sd twice", .malformed) { $0.payload.add("_sd", "[]") },
        Attack("A32: cnf twice", .malformed) { $0.payload.add("cnf", "{}") },
        Attack("A32: jwk twice in cnf", .malformed) {
            $0.payload["cnf"] = ($0.payload["cnf"] ?? "").dropLast() + #","jwk":{}}"#
        },
        Attack("A32: idx twice", .malformed) {
            $0.payload["status"] = #"{"status_list":{"idx":1,"uri":"u","idx":2}}"#
        },
        Attack("A32: deep inside", .malformed) { $0.payload["x"] = #"[{"a":[{"b":1,"b":1}]}]"# },
        Attack("A32: in a disclosure", .malformed) {
            $0.hide($0.disclose(#"["YQ","x",{"b":1,"b":2}]"#))
        },
        Attack("A32: alg twice in the key binding", .malformed) {
            $0.bindingHeader.add("alg", "\"none\"")
        },
        Attack("A32: nonce twice in the key binding", .malformed) {
            $0.bind = { $0.add("nonce", "\"x\"") }
        },
        Attack("A32: the empty name twice", .malformed) {
            $0.payload.add("", "1")
            $0.payload.add("", "1")
        },
        Attack("A122: NUL in a name", .malformed) { $0.payload["tier\\u0000x"] = "1" },
        Attack("A122: NUL in a nested name", .malformed) { $0.payload["m"] = #"{"\u0000":1}"# },
        Attack("A122: NUL in a header name", .malformed) { $0.header["alg\\u0000"] = "1" },
        Attack("A122: NUL in a disclosed name", .malformed) {
            $0.hide($0.disclose(#"["YQ","x\u0000",1]"#))
        },
        Attack("A122: a lone surrogate in a value", .malformed) { $0.payload["x"] = #""\udfff""# },
        Attack("A122: a lone surrogate in a name", .malformed) { $0.payload["\\ud800"] = "1" },
        Attack("A122: over-long UTF-8", .malformed) { $0.spoilPayload([0xC1, 0x81]) },
        Attack("A122: a surrogate in UTF-8", .malformed) { $0.spoilPayload([0xED, 0xBF, 0xBF]) },
        Attack("A122: beyond Unicode", .malformed) { $0.spoilPayload([0xF4, 0x90, 0x80, 0x80]) },
        Attack("A122: Latin-1", .malformed) { $0.spoilPayload([0xE9]) },
        Attack("A122: a raw zero byte", .malformed) { $0.spoilPayload([0]) },
        Attack("A32: a payload that is a list", .malformed) { $0.rawPayload = Array("[]".utf8) },
        Attack("A32: an empty payload", .malformed) { $0.rawPayload = [] },
        Attack("A32: something after the payload", .malformed) {
            $0.rawPayload = Array(($0.payload.text + "{}").utf8)
        },
        Attack("A32: a byte order mark", .malformed) {
            $0.rawPayload = [0xEF, 0xBB, 0xBF] + Array($0.payload.text.utf8)
        },
        Attack("A32: a header that is a list", .malformed) { $0.rawHeader = Array("[]".utf8) },
        Attack("A32: an empty header", .malformed) { $0.rawHeader = [] },
    ]

    @Test(arguments: twice)
    func `JSON with two meanings has none (A32, A122)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}

extension Forgery {
    /// Puts bytes that are no text into a string of the payload.
    fileprivate mutating func spoilPayload(_ bytes: [UInt8]) {
        payload["x"] = "\"MARK\""
        var raw = Array(payload.text.utf8)
        if let range = raw.firstRange(of: Array("MARK".utf8)) {
            raw.replaceSubrange(range, with: bytes)
        }
        rawPayload = raw
    }
}
