import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A21 to A28, A30, A31, A33 and A37: what the issuer signed is right, or the issuer itself is wrong; the door refuses
/// either way.
@Suite struct AttackDisclosureTests {
    static let orphans: [Attack] = [
        Attack("A21: a disclosure that nobody refers to", .disclosureInvalid) {
            $0.disclose(#"["c2FsdA","admin",true]"#)
        },
        Attack("A21: an array element that nobody refers to", .disclosureInvalid) {
            $0.disclose(#"["c2FsdA","admin"]"#)
        },
        Attack("A21: one whose parent is withheld", .disclosureInvalid) {
            let inner = Forgery.disclosure(Array(#"["c2FsdA","x",1]"#.utf8))
            let outer = Forgery.disclosure(
                Array(#"["c2FsdA","outer",{"_sd":["\#(inner.digest)"]}]"#.utf8))
            $0.disclosures.append(inner.text)
            $0.hide(outer.digest)
        },
        Attack("A21: one that refers to itself by name only", .disclosureInvalid) {
            let digest = $0.disclose(#"["c2FsdA","x",1]"#)
            $0.payload["note"] = "\"\(digest)\""
        },
        Attack("A21: a digest under another name", .disclosureInvalid) {
            let digest = $0.disclose(#"["c2FsdA","x",1]"#)
            $0.payload["_SD"] = "[\"\(digest)\"]"
        },
        Attack("A28: the same disclosure twice", .disclosureInvalid) {
            $0.disclosures.append($0.disclosures[0])
        },
        Attack("A28: the same disclosure twice in a row", .disclosureInvalid) {
            $0.disclosures.insert($0.disclosures[0], at: 0)
        },
    ]

    static let digests: [Attack] =
        [false, true].flatMap { isDisclosed in
            [
                ("in one _sd", #"DIGEST","DIGEST"#, ""),
                ("in two _sd", "DIGEST", #"{"_sd":["DIGEST"]}"#),
                ("in _sd and an array", "DIGEST", #"[{"...":"DIGEST"}]"#),
                ("in two arrays", "", #"[{"...":"DIGEST"},[{"...":"DIGEST"}]]"#),
                (
                    "in nested objects", "",
                    #"{"a":{"_sd":["DIGEST"]},"b":{"c":{"_sd":["DIGEST"]}}}"#
                ),
            ].map { name, hidden, member in
                Attack(
                    "A22: a digest twice, \(name)\(isDisclosed ? ", disclosed" : "")",
                    .disclosureInvalid
                ) {
                    let (text, digest) = Forgery.disclosure(Array(#"["c2FsdA","x",1]"#.utf8))
                    if isDisclosed { $0.disclosures.append(text) }
                    if !hidden.isEmpty { $0.hide(hidden.replacing("DIGEST", with: digest)) }
                    if !member.isEmpty {
                        $0.payload["m"] = member.replacing("DIGEST", with: digest)
                    }
                }
            }
        } + [
            Attack("A22: a digest in the payload and in a disclosure", .disclosureInvalid) {
                let inner = Forgery.disclosure(Array(#"["c2FsdA","x",1]"#.utf8))
                $0.hide($0.disclose(#"["c2FsdA","o",{"_sd":["\#(inner.digest)"]}]"#), inner.digest)
            }
        ]

    static let names: [Attack] =
        ["_sd", "...", "_sd_alg", "\\u005fsd", "\\u002e.."].map { name in
            Attack("A23: a disclosed claim named \(name)", .disclosureInvalid) {
                $0.hide($0.disclose(#"["c2FsdA","\#(name)",["x"]]"#))
            }
        }
        + [
            "iss", "iat", "exp", "vct", "cnf", "status", "serial", "edition", "commitment", "tier",
            "\\u0074ier", "proof_of_person",
        ].map { name in
            Attack("A24: a disclosed claim over \(name)", .disclosureInvalid) {
                $0.hide($0.disclose(#"["c2FsdA","\#(name)","other"]"#))
            }
        } + [
            Attack("A24: two disclosures of one name", .disclosureInvalid) {
                $0.hide($0.disclose(#"["YQ","x",1]"#), $0.disclose(#"["Yg","\u0078",2]"#))
            },
            Attack("A24: a disclosed limit over the edition's", .disclosureInvalid) {
                let digest = $0.disclose(#"["YQ","limit",1]"#)
                $0.payload["edition"] =
                    #"{"id":"visitors","limit":"unlimited","_sd":["\#(digest)"]}"#
            },
            Attack("A23: _sd inside a disclosed object", .disclosureInvalid) {
                let inner = $0.disclose(#"["YQ","_sd",[]]"#)
                $0.hide($0.disclose(#"["Yg","o",{"_sd":["\#(inner)"]}]"#))
            },
        ]

    static let shapes: [Attack] =
        [
            "[]", #"["YQ"]"#, #"["YQ","x",1,2]"#, #"["YQ","x"]"#, #"[1,"x",1]"#, #"[null,"x",1]"#,
            #"[["YQ"],"x",1]"#, #"["YQ",1,1]"#, #"["YQ",null,1]"#, #"{"0":"YQ","1":"x","2":1}"#,
            #""YQ""#, "1", "null", "true", "[[]]", #"[["YQ","x",1]]"#,
        ].map { json in
            Attack("A25: the disclosure \(json) of a claim", .disclosureInvalid) {
                $0.hide($0.disclose(json))
            }
        }
        + [#"["YQ"]"#, #"["YQ","x",1]"#, "[]", #"[1,"x"]"#, #"{"a":1}"#, #""x""#].map { json in
            Attack("A25: the disclosure \(json) of an element", .disclosureInvalid) {
                $0.payload["list"] = #"[{"...":"\#($0.disclose(json))"}]"#
            }
        }
        + [
            Array("[\"YQ\",\"x\",1] x".utf8), [0xEF, 0xBB, 0xBF] + Array(#"["YQ","x",1]"#.utf8),
            Array("/**/[\"YQ\",\"x\",1]".utf8), Array("[\"YQ\",\"x\",1,]".utf8),
            Array("['YQ','x',1]".utf8), Array("[\"YQ\",\"x\",01]".utf8),
            Array("[\"YQ\",\"x\",\"".utf8) + [0xC0, 0x80] + Array("\"]".utf8),
            Array("[\"YQ\",\"x\",\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"]".utf8),
            Array("[\"YQ\",\"x\",\"\\ud800\"]".utf8),
            Array("[\"YQ\",\"x\",\"\\udc00\\ud800\"]".utf8),
            Array("[\"YQ\",\"x\",\"\n\"]".utf8), Array("[\"YQ\",\"x\",NaN]".utf8),
            Array("[\"YQ\",\"x\",1".utf8), [0xFF], [0], Array("[\"YQ\",\"x\",1]\u{0}".utf8),
        ].map { bytes in
            Attack("A31, A122: the disclosure \(Hex.encode(bytes))", .disclosureInvalid) {
                let (text, digest) = Forgery.disclosure(bytes)
                $0.disclosures.append(text)
                $0.hide(digest)
            }
        }

    static let algorithms: [Attack] =
        [
            #""SHA-256""#, #""md5""#, #""""#, "[]", #""sha-512""#, "null", #"["sha-256"]"#, "1",
            #""sha-256 ""#, #""sha256""#, #""none""#,
        ].map { (value: String) in
            Attack("A26: _sd_alg \(value)", .unsupported) { $0.payload["_sd_alg"] = value }
        } + [
            Attack("A26: no _sd_alg means SHA-256", nil) { $0.payload["_sd_alg"] = nil }
        ]

    static let lists: [Attack] = [
        #""text""#, "1", "null", "{}", "true", "[[]]", "[1]", "[null]", #"["short"]"#, "[{}]",
        #"[{"...":"x"}]"#, #"["\#(String(repeating: "A", count: 42))="]"#,
        #"["\#(String(repeating: "A", count: 42))B"]"#,
        #"["\#(String(repeating: "A", count: 44))"]"#,
    ].flatMap { value in
        [
            Attack("A30: _sd \(value)", .malformed) {
                $0.disclosures = []
                $0.payload["_sd"] = value
            },
            Attack("A30: nested _sd \(value)", .malformed) {
                $0.payload["m"] = #"{"n":[{"_sd":\#(value)}]}"#
            },
            Attack("A30: disclosed _sd \(value)", .malformed) {
                $0.hide($0.disclose(#"["YQ","o",{"_sd":\#(value)}]"#))
            },
        ]
    }

    static let hidden: [Attack] =
        ["exp", "nbf", "iss", "vct", "cnf", "status", "aka_vcts", "vct#integrity"].flatMap { name in
            [
                Attack("A27: \(name) hidden and shown", .malformed) {
                    let value = $0.payload[name] ?? "\(World.now - 10)"
                    $0.payload[name] = nil
                    $0.hide($0.disclose(#"["YQ","\#(name)",\#(value)]"#))
                },
                Attack("A27: part of \(name) hidden", .malformed) {
                    let digest = $0.disclose(#"["YQ","x",1]"#)
                    $0.payload[name] = #"{"a":[{"_sd":["\#(digest)"]}]}"#
                    if name == "iss" { $0.payload["iss"] = nil }
                },
            ]
        }
        + ["exp", "iss", "vct"].map { name in
            Attack("A27: \(name) hidden and withheld", .malformed) {
                let value = $0.payload[name] ?? "1"
                $0.payload[name] = nil
                $0.hide(Forgery.disclosure(Array(#"["YQ","\#(name)",\#(value)]"#.utf8)).digest)
            }
        } + [
            Attack("A27: no exp at all", .malformed) { $0.payload["exp"] = nil },
            Attack("A57: cnf hidden and withheld", .holderBindingInvalid) {
                let digest = Forgery.disclosure(Array(#"["YQ","cnf",{}]"#.utf8)).digest
                $0.payload["cnf"] = nil
                $0.hide(digest)
            },
        ]

    static let forms: [Attack] = [
        Attack("A33: no tildes", .malformed) { $0.finish = { $0.replacing("~", with: "") } },
        Attack("A33: the card alone, without its tilde", .malformed) {
            $0.finish = { String($0.prefix { $0 != "~" }) }
        },
        Attack("A33: two tildes", .malformed) { $0.finish = { $0.replacing("~", with: "~~") } },
        Attack("A33: a tilde before", .malformed) { $0.finish = { "~" + $0 } },
        Attack("A33: two tildes before the key binding", .malformed) {
            $0.finish = { text in
                let end = text.lastIndex(of: "~") ?? text.startIndex
                return text[..<end] + "~~" + text[text.index(after: end)...]
            }
        },
        Attack("A33: a tilde after", .malformed) { $0.finish = { $0 + "~" } },
        Attack("A33: nothing", .malformed) { $0.finish = { _ in "" } },
        Attack("A33: a tilde", .malformed) { $0.finish = { _ in "~" } },
        Attack("A33: only tildes", .malformed) {
            $0.finish = { _ in String(repeating: "~", count: 1_000) }
        },
        Attack("A33: two key bindings", .malformed) {
            $0.finish = { $0 + "~" + ($0.split(separator: "~").last ?? "") }
        },
        Attack("A33: a line break at the end", .malformed) { $0.finish = { $0 + "\n" } },
        Attack("A33: quotes around", .malformed) { $0.finish = { "\"" + $0 + "\"" } },
        Attack("A33: the key binding first", .typeMismatch) {
            $0.finish = { text in
                let parts = text.split(separator: "~")
                return parts.reversed().joined(separator: "~") + "~"
            }
        },
    ]

    static let controls: [Attack] = [
        Attack("A37: no disclosures at all", nil) { $0.disclosures = [] },
        Attack("A37: disclosures in another order", nil) { $0.disclosures.reverse() },
        Attack("A37: decoys", nil) {
            $0.hide(Forgery.disclosure([1]).digest, Forgery.disclosure([2]).digest)
            $0.payload["l"] = #"[1,{"...":"\#(Forgery.disclosure([3]).digest)"}]"#
        },
        Attack("A37: white space and escapes", nil) {
            let digest = $0.disclose(" [ \"YQ\" ,\t\"\\u0078\" , { \"y\" : [ 1 ] } ]\n")
            $0.hide(digest)
            $0.rawPayload = Array($0.payload.text.replacing(",\"", with: " ,\r\n\t\"").utf8)
        },
        Attack("A37: unknown claims, one with a name from SD-JWT's world", nil) {
            $0.payload["unknown"] = #"{"_sd":[],"_sd_alg":"x","...":1}"#
            $0.payload["é\u{0}x".replacing("\u{0}", with: "")] = "1e3"
        },
        Attack("A37: nested and array disclosures", nil) {
            let deep = $0.disclose(#"["YQ","z",1]"#)
            let element = $0.disclose(#"["YQ",{"_sd":["\#(deep)"]}]"#)
            $0.hide($0.disclose(#"["Yg","o",[{"...":"\#(element)"},2]]"#))
        },
        Attack("A37: a long salt, an empty one", nil) {
            $0.hide(
                $0.disclose(#"["\#(String(repeating: "s", count: 500))","x",1]"#),
                $0.disclose(#"["","y",1]"#))
        },
    ]

    @Test(arguments: orphans + digests + names)
    func `every disclosure has one place (A21 to A24, A28)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: shapes + algorithms + lists)
    func `disclosures and digests have one form (A25, A26, A30, A31)`(
        _ attack: Attack
    ) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: hidden + forms)
    func `what must be shown is shown, in one form (A27, A33)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: controls)
    func `what other issuers may do is accepted (A37)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }
}
