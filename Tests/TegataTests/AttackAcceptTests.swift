import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// The same faults on the holder's side: a wallet keeps no card that a door would not believe.
@Suite struct AttackAcceptTests {
    static let cards: [Attack] =
        ["none", "NONE", "nOnE", "HS256", "ES256\u{212A}"].map { name in
            Attack("A01, A02: alg \(name)", .unsupported) {
                $0.header["alg"] = "\"\(name)\""
                $0.rewrite = { $0[2] = "" }
            }
        } + [
            Attack("A03: the other curve's alg", .unsupported) { $0.header["alg"] = "\"ES256\"" },
            Attack("A04: a stranger's key in jwk", .issuerUntrusted) {
                let stranger = SigningKey.secp256k1(Secp256k1.PrivateKey())
                $0.signer = stranger
                $0.header["jwk"] = String(
                    decoding: JSON.object(stranger.verifyingKey.jwk).encoded, as: UTF8.self)
            },
            Attack("A04: a stranger's signature", .signatureInvalid) {
                $0.signer = .secp256k1(Secp256k1.PrivateKey())
            },
            Attack("A06: a stranger's kid", .issuerUntrusted) { $0.header["kid"] = "\"k\"" },
            Attack("A07: crit", .unsupported) { $0.header["crit"] = #"["x"]"# },
            Attack("A11: high s", nil) { $0.rewrite = { $0[2] = negatingS($0[2], .es256k) } },
            Attack("A14: another typ", .typeMismatch) { $0.header["typ"] = "\"kb+jwt\"" },
            Attack("A42: the older typ", nil) { $0.header["typ"] = "\"vc+sd-jwt\"" },
            Attack("A17: a private key in cnf", .malformed) {
                $0.payload["cnf"] = ($0.payload["cnf"] ?? "").dropLast(2) + #","d":"AAAA"}}"#
            },
            Attack("A21: a stray disclosure", .disclosureInvalid) {
                $0.disclose(#"["c2FsdA","x",1]"#)
            },
            Attack("A24: a disclosed serial", .disclosureInvalid) {
                $0.hide($0.disclose(#"["c2FsdA","serial",1]"#))
            },
            Attack("A26: md5", .unsupported) { $0.payload["_sd_alg"] = "\"md5\"" },
            Attack("A27: no exp", .malformed) { $0.payload["exp"] = nil },
            Attack("A27: no iss", .malformed) { $0.payload["iss"] = nil },
            Attack("A32: exp twice", .malformed) { $0.payload.add("exp", "1") },
            Attack("A38: another type", .typeMismatch) { $0.payload["vct"] = "\"x\"" },
            Attack("A46: another issuer", .issuerUntrusted) {
                $0.payload["iss"] = "\"https://club.example/\""
            },
            Attack("A51: bound to a stranger", .holderBindingInvalid) {
                let key = JSON.object(SigningKey.p256(P256.PrivateKey()).verifyingKey.jwk)
                $0.payload["cnf"] = #"{"jwk":\#(String(decoding: key.encoded, as: UTF8.self))}"#
            },
            Attack("A57: bound to nobody", .holderBindingInvalid) { $0.payload["cnf"] = nil },
            Attack("A117: exp is a text", .malformed) { $0.payload["exp"] = "\"2030\"" },
            Attack("A116: deep", .limitExceeded) {
                $0.payload["x"] =
                    String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
            },
            Attack("expired", .expired) { $0.payload["exp"] = "\(World.now - 60)" },
            Attack("of tomorrow", .notYetValid) { $0.payload["nbf"] = "\(World.now + 86_400)" },
            Attack("another serial than the row's", .conflict) { $0.payload["serial"] = "499" },
            Attack("serial 0", .malformed) { $0.payload["serial"] = "0" },
            Attack("serial above the limit", .malformed) {
                $0.payload["serial"] = "2"
                $0.payload["edition"] = #"{"id":"visitors","limit":1}"#
            },
            Attack("serial beyond counting", .malformed) { $0.payload["serial"] = "4294967296" },
            Attack("another edition than the row's", .conflict) {
                $0.payload["edition"] = #"{"id":"others","limit":500}"#
            },
            Attack("another commitment than the row's", .conflict) {
                $0.payload["commitment"] =
                    "\"" + Base64URL.encode(Point.generator.encoded) + "\""
            },
            Attack("a commitment that is none", .malformed) { $0.payload["commitment"] = "\"AA\"" },
            Attack("a proof of person nobody knows", .malformed) {
                $0.payload["proof_of_person"] = "\"royal\""
            },
            Attack("a proof of person that was not given", .conflict) {
                $0.payload["proof_of_person"] = "\"national-id\""
            },
        ]

    @Test(arguments: cards)
    func `a wallet believes no more than a door`(_ attack: Attack) async throws {
        let world = try await World.secp256k1.value
        var forgery = try world.forgery()
        let genuine = try forgery.card
        try attack.change(&forgery)
        let answer = world.issued.replacing(genuine, with: try forgery.card)
        guard let reason = attack.reason else {
            #expect(try world.holder.accept(answer, from: world.issuer.profile).serial.number == 1)
            return
        }
        #expect(throws: reason) { try world.holder.accept(answer, from: world.issuer.profile) }
    }

    @Test func `an answer whose parts come from two cards makes none`() async throws {
        let world = try await World.secp256k1.value
        let other = try await world.issuer.issue(
            to: try await world.holder.request(world.visitors), claims: ["tier": "gold"])
        let mine = Members(try JSON(parsing: Array(world.issued.utf8)).object ?? [:])
        let theirs = Members(try JSON(parsing: Array(other.utf8)).object ?? [:])
        for name in ["card", "row", "opening", "wallet"] {
            var mixed = mine
            mixed[name] = theirs[name]
            let text = mixed.text
            #expect(throws: Refusal.conflict, "\(name)") {
                try world.holder.accept(text, from: world.issuer.profile)
            }
        }
        let rival = try await World(.secp256k1(Secp256k1.PrivateKey()), at: "https://rival.example")
        #expect(throws: Refusal.issuerUntrusted) {
            try world.holder.accept(other, from: rival.issuer.profile)
        }
    }
}
