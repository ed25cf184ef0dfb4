import TegataSDJWT
import Testing

@testable import TegataOpenID

struct DCQLTests {
    private static func query(_ credential: String) -> String {
        #"{"credentials":[\#(credential)]}"#
    }
    private static let plain = #"{"id":"a","format":"dc+sd-jwt","meta":{}}"#

    @Test(arguments: [
        plain,
        #"{"id":"a-B_9","format":"dc+sd-jwt","meta":{"vct_values":["v"]},"unknown":[1],"claims":[{"path":["x"],"also":1}]}"#,
        #"{"id":"a","format":"dc+sd-jwt","meta":{},"claims":[{"path":["x",null,0,"y"],"values":["s",1,true]}]}"#,
        #"{"id":"a","format":"mso_mdoc","meta":{"doctype_value":"d"},"claims":[{"path":["n","e"],"intent_to_retain":true}]}"#,
        #"{"id":"a","format":"ldp_vc","meta":{"type_values":[["t"],["u","v"]]}}"#,
        #"{"id":"a","format":"dc+sd-jwt","meta":{},"claims":[{"id":"x","path":["x"]}],"claim_sets":[["x"]]}"#,
    ])
    func `a query is read and says the same when written`(_ credential: String) throws {
        let query = try DCQLQuery(parsing: Self.query(credential))
        let again = try DCQLQuery(parsing: query.encoded)
        #expect(again.encoded == query.encoded)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"credentials":[]}"#, #"{"credentials":{}}"#, #"{"credentials":[1]}"#,
        query(plain + "," + plain),
        query(#"{"format":"dc+sd-jwt","meta":{}}"#), query(#"{"id":"","format":"f","meta":{}}"#),
        query(#"{"id":"a b","format":"f","meta":{}}"#),
        query(#"{"id":"é","format":"f","meta":{}}"#),
        query("{\"id\":\"\u{212A}\",\"format\":\"f\",\"meta\":{}}"),
        query(#"{"id":1,"format":"f","meta":{}}"#), query(#"{"id":"a","meta":{}}"#),
        query(#"{"id":"a","format":"","meta":{}}"#), query(#"{"id":"a","format":"f"}"#),
        query(#"{"id":"a","format":"f","meta":[]}"#),
        query(#"{"id":"a","format":"f","meta":{"vct_values":[]}}"#),
        query(#"{"id":"a","format":"f","meta":{"vct_values":"v"}}"#),
        query(#"{"id":"a","format":"f","meta":{"vct_values":[1]}}"#),
        query(#"{"id":"a","format":"f","meta":{"doctype_value":1}}"#),
        query(#"{"id":"a","format":"f","meta":{"type_values":["t"]}}"#),
        query(#"{"id":"a","format":"f","meta":{"type_values":[[]]}}"#),
        query(#"{"id":"a","format":"f","meta":{},"multiple":"true"}"#),
        query(#"{"id":"a","format":"f","meta":{},"require_cryptographic_holder_binding":0}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":"x"}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[-1]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[1.5]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[true]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[{}]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":["x"],"values":[]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":["x"],"values":[null]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":["x"],"values":[1.5]}]}"#),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":["x"],"values":[["x"]]}]}"#),
        query(
            #"{"id":"a","format":"f","meta":{},"claims":[{"id":"x","path":["x"]},{"id":"x","path":["y"]}]}"#
        ),
        query(#"{"id":"a","format":"f","meta":{},"claim_sets":[["x"]]}"#),
        query(
            #"{"id":"a","format":"f","meta":{},"claims":[{"id":"x","path":["x"]}],"claim_sets":[]}"#
        ),
        query(
            #"{"id":"a","format":"f","meta":{},"claims":[{"id":"x","path":["x"]}],"claim_sets":[[]]}"#
        ),
        query(
            #"{"id":"a","format":"f","meta":{},"claims":[{"id":"x","path":["x"]}],"claim_sets":[["y"]]}"#
        ),
        query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":["x"]}],"claim_sets":[["x"]]}"#),
        query(#"{"id":"a","format":"f","meta":{},"trusted_authorities":[]}"#),
        query(#"{"id":"a","format":"f","meta":{},"trusted_authorities":[{"type":"aki"}]}"#),
        query(
            #"{"id":"a","format":"f","meta":{},"trusted_authorities":[{"type":"aki","values":[]}]}"#
        ),
        query(#"{"id":"a","format":"mso_mdoc","meta":{},"claims":[{"path":["n"]}]}"#),
        query(#"{"id":"a","format":"mso_mdoc","meta":{},"claims":[{"path":["n","e","f"]}]}"#),
        query(#"{"id":"a","format":"mso_mdoc","meta":{},"claims":[{"path":["n",null]}]}"#),
        query(
            #"{"id":"a","format":"mso_mdoc","meta":{},"claims":[{"namespace":"n","claim_name":"e"}]}"#
        ),
        #"{"credentials":[\#(plain)],"credential_sets":[]}"#,
        #"{"credentials":[\#(plain)],"credential_sets":[{}]}"#,
        #"{"credentials":[\#(plain)],"credential_sets":[{"options":[]}]}"#,
        #"{"credentials":[\#(plain)],"credential_sets":[{"options":[[]]}]}"#,
        #"{"credentials":[\#(plain)],"credential_sets":[{"options":[["b"]]}]}"#,
        #"{"credentials":[\#(plain)],"credential_sets":[{"options":[["a"]],"required":"no"}]}"#,
        #"{"credentials":[\#(plain)],"credentials":[\#(plain)]}"#,
    ])
    func `a query that breaks one rule is malformed`(_ text: String) {
        #expect(throws: Refusal.malformed) { try DCQLQuery(parsing: text) }
    }

    @Test func `a query has limits (R4)`() {
        let many = (0..<33).map { #"{"id":"a\#($0)","format":"f","meta":{}}"# }
        let path = Array(repeating: "null", count: 33).joined(separator: ",")
        let nested = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        for text in [
            Self.query(many.joined(separator: ",")),
            Self.query(#"{"id":"a","format":"f","meta":{},"claims":[{"path":[\#(path)]}]}"#),
            Self.query(#"{"id":"a","format":"f","meta":{},"x":\#(nested)}"#),
            Self.query(
                #"{"id":"a","format":"f","meta":{"x":"\#(String(repeating: "x", count: 70_000))"}}"#
            ),
        ] {
            #expect(throws: Refusal.limitExceeded) { try DCQLQuery(parsing: text) }
        }
    }

    private static let claims: JSON = [
        "name": "Yu", "number": 1, "flag": true, "none": nil,
        "address": ["city": "Yamanaka", "lines": ["a", "b"]],
        "degrees": [["type": "BSc"], ["type": "MSc"], ["other": 1]],
    ]

    @Test(arguments: [
        (#"["name"]"#, 1), (#"["none"]"#, 1), (#"["address","city"]"#, 1), (#"["address"]"#, 1),
        (#"["address","lines",null]"#, 2), (#"["address","lines",1]"#, 1),
        (#"["degrees",null,"type"]"#, 2), (#"["degrees",null]"#, 3),
        // Nothing there, or something of another kind.
        (#"["address","lines",2]"#, 0), (#"["missing"]"#, 0), (#"["name","x"]"#, 0),
        (#"["name",0]"#, 0), (#"["name",null]"#, 0), (#"["address",0]"#, 0),
        (#"["degrees","type"]"#, 0), (#"["degrees",null,"missing"]"#, 0),
    ])
    func `a path leads where the text says`(_ path: String, _ count: Int) throws {
        let pointer = try ClaimsPathPointer(JSON(parsing: Array(path.utf8)))
        #expect(pointer.selected(in: Self.claims).count == count)
    }

    @Test(arguments: [
        (#"["name"]"#, #"["Yu"]"#, true), (#"["name"]"#, #"["Yo","Yu"]"#, true),
        (#"["name"]"#, #"["yu"]"#, false), (#"["number"]"#, "[1]", true),
        (#"["number"]"#, #"["1"]"#, false), (#"["number"]"#, "[true]", false),
        (#"["flag"]"#, "[true]", true), (#"["flag"]"#, "[1]", false),
        (#"["flag"]"#, "[false]", false),
        (#"["none"]"#, #"["null"]"#, false), (#"["degrees",null,"type"]"#, #"["MSc"]"#, true),
        (#"["address"]"#, #"["Yamanaka"]"#, false),
    ])
    func `values match by type and value`(_ path: String, _ values: String, _ matches: Bool) throws
    {
        let text = Self.query(
            #"{"id":"a","format":"dc+sd-jwt","meta":{},"claims":[{"path":\#(path),"values":\#(values)}]}"#
        )
        let match = try DCQLQuery(parsing: text).match([
            DCQLCandidate(format: "dc+sd-jwt", types: [], claims: Self.claims)
        ])
        #expect((match.required != nil) == matches)
    }

    private func candidate(
        _ format: String = "dc+sd-jwt", _ types: [String] = ["v"], claims: JSON = Self.claims,
        bound: Bool = true
    ) -> DCQLCandidate {
        DCQLCandidate(format: format, types: types, claims: claims, isBound: bound)
    }

    @Test func `format, type, binding and authority decide (A49)`() throws {
        let query = try DCQLQuery(
            parsing: Self.query(#"{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["v"]}}"#))
        #expect(query.match([candidate()]).required == ["a"])
        for other in [
            candidate("vc+sd-jwt"), candidate("mso_mdoc"), candidate(types: ["V"]),
            candidate(types: ["v/"]), candidate(types: []), candidate(bound: false),
        ] {
            #expect(query.match([other]).required == nil)
        }
        let trusting = try DCQLQuery(
            parsing: Self.query(
                #"{"id":"a","format":"dc+sd-jwt","meta":{},"trusted_authorities":[{"type":"aki","values":["x","y"]}]}"#
            ))
        func behind(_ type: String, _ values: [String]) -> DCQLCandidate {
            DCQLCandidate(
                format: "dc+sd-jwt", types: [], claims: [:],
                authorities: [TrustedAuthority(type: type, values: values)])
        }
        #expect(trusting.match([behind("aki", ["z", "y"])]).required == ["a"])
        #expect(trusting.match([behind("etsi_tl", ["x"])]).required == nil)
        #expect(trusting.match([behind("aki", ["z"])]).required == nil)
        #expect(trusting.match([candidate()]).required == nil)
    }

    private func candidate(types: [String]) -> DCQLCandidate { candidate("dc+sd-jwt", types) }

    @Test func `of alternatives the first that can be met is shown, and nothing else`() throws {
        let query = try DCQLQuery(
            parsing: Self.query(
                #"{"id":"a","format":"dc+sd-jwt","meta":{},"claims":[{"id":"m","path":["missing"]},{"id":"n","path":["name"]},{"id":"c","path":["address","city"]}],"claim_sets":[["m","n"],["n"],["c"]]}"#
            ))
        let answer = query.match([candidate()]).answers["a"]?.first
        #expect(answer?.claims.map(\.path) == ["name"])
        // Without claims nothing is shown that could be kept back.
        let none = try DCQLQuery(parsing: Self.query(Self.plain))
        #expect(none.match([candidate()]).answers["a"]?.first?.claims.isEmpty == true)
    }

    private static let twoSets =
        #"{"credentials":[{"id":"a","format":"f","meta":{"vct_values":["A"]}},{"id":"b","format":"f","meta":{"vct_values":["B"]}},{"id":"c","format":"f","meta":{"vct_values":["C"]}}],"credential_sets":[{"options":[["a","b"],["b"]]},{"required":false,"options":[["c"]]}]}"#

    @Test func `a required set that cannot be met shows nothing`() throws {
        let query = try DCQLQuery(parsing: Self.twoSets)
        func match(_ types: String...) -> DCQLMatch {
            query.match(types.map { candidate("f", [$0]) })
        }
        #expect(match("A", "B", "C").required == ["a", "b"])
        #expect(match("A", "B", "C").optional == ["c"])
        #expect(match("B").required == ["b"])
        #expect(match("B").optional.isEmpty)
        #expect(match("A", "C").required == nil)
        #expect(match().required == nil)
    }

    @Test func `a verifier drops what it did not ask for, and looks at everything itself (A62)`()
        throws
    {
        let query = try DCQLQuery(
            parsing: Self.query(
                #"{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["v"]},"claims":[{"path":["name"],"values":["Yu"]}]}"#
            ))
        let accepted = try query.accept(["a": [candidate()], "extra": [candidate("mso_mdoc")]])
        #expect(Array(accepted.keys) == ["a"])
        #expect(accepted["a"]?.first?.map(\.path) == ["name"])
        #expect(throws: Refusal.typeMismatch) { try query.accept([:]) }
        #expect(throws: Refusal.typeMismatch) { try query.accept(["A": [candidate()]]) }
        #expect(throws: Refusal.typeMismatch) {
            try query.accept(["a": [candidate(claims: ["name": "Yo"])]])
        }
        #expect(throws: Refusal.malformed) { try query.accept(["a": [candidate(), candidate()]]) }
        #expect(throws: Refusal.malformed) { try query.accept(["a": []]) }
        // An alternative that was not needed is more than was asked for.
        let sets = try DCQLQuery(
            parsing: Self.twoSets.replacing(#"["a","b"],["b"]"#, with: #"["b"],["a"]"#))
        let chosen = try sets.accept(["a": [candidate("f", ["A"])], "b": [candidate("f", ["B"])]])
        #expect(Array(chosen.keys) == ["b"])
    }
}
