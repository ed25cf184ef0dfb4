import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A105 and A110: what a card says about where its status stands.
@Suite struct AttackStatusReferenceTests {
    static let references: [Attack] =
        [
            "-1", "1.5", #""1""#, "null", "1e3", "4294967296", "9223372036854775808", "[]", "true",
            "-0",
        ].map { (index: String) in
            Attack("A105: idx \(index)", .malformed) {
                $0.payload["status"] =
                    #"{"status_list":{"idx":\#(index),"uri":"\#(ListForgery.uri)"}}"#
            }
        }
        + [
            ("no idx", #"{"status_list":{"uri":"u"}}"#, .malformed),
            ("no uri", #"{"status_list":{"idx":1}}"#, .malformed),
            ("an empty uri", #"{"status_list":{"idx":1,"uri":""}}"#, .malformed),
            ("uri is a number", #"{"status_list":{"idx":1,"uri":7}}"#, .malformed),
            ("a list", "[]", .malformed), ("null", "null", .malformed),
            ("a text", #""ok""#, .malformed),
            ("status_list is a list", #"{"status_list":[]}"#, .malformed),
            ("another mechanism only", #"{"other":{"idx":1}}"#, .statusUnknown),
            ("nothing in it", "{}", .statusUnknown),
        ].map { (name: String, status: String, reason: Refusal) in
            Attack("A105: \(name)", reason) { $0.payload["status"] = status }
        }

    @Test(arguments: references)
    func `a status that points nowhere is not valid (A105)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: [131_072, 4_294_967_295])
    func `an index outside the list is unknown (A105)`(index: Int) async throws {
        let world = try await World.secp256k1.value
        let attack = Attack("A105: idx \(index)", .statusUnknown) {
            $0.payload["status"] =
                #"{"status_list":{"idx":\#(index),"uri":"\#(ListForgery.uri)"}}"#
        }
        try await attack.run(in: world, isStatusAsked: true)
    }

    /// Addresses that a careless verifier would open a connection to.
    static let addresses = [
        "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.0.1/", "https://[fc00::1]/",
        "http://0.0.0.0/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f000001/",
        "https://localhost./", "file:///etc/passwd", "data:,x", "ftp://x/", "//x", "javascript:0",
    ]

    static let invalid: [(String, Refusal, @Sendable (inout Forgery) -> Void)] = [
        (
            "a stranger's signature", .signatureInvalid,
            { $0.signer = .secp256k1(Secp256k1.PrivateKey()) }
        ),
        ("expired", .expired, { $0.payload["exp"] = "\(World.now - 60)" }),
        ("not yet valid", .notYetValid, { $0.payload["nbf"] = "\(World.now + 100)" }),
        ("another type", .typeMismatch, { $0.payload["vct"] = "\"x\"" }),
        ("a stray disclosure", .disclosureInvalid, { $0.disclose(#"["YQ","x",1]"#) }),
        (
            "another holder", .holderBindingInvalid,
            { $0.holder = .secp256k1(Secp256k1.PrivateKey()) }
        ),
        ("another question", .holderBindingInvalid, { $0.bind = { $0["nonce"] = "\"x\"" } }),
        ("a claim that was asked for is not shown", .typeMismatch, { $0.payload["tier"] = nil }),
    ]

    @Test(arguments: addresses)
    func `for an invalid card no address is asked for anything (A110)`(address: String)
        async throws
    {
        let world = try await World.secp256k1.value
        for (name, reason, change) in Self.invalid {
            let attack = Attack("A110: \(name), \(address)", reason) {
                $0.payload["status"] = #"{"status_list":{"idx":1,"uri":"\#(address)"}}"#
                change(&$0)
            }
            try await attack.run(in: world)
        }
    }
}
