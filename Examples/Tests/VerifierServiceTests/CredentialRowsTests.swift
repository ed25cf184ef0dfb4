import Crypto
import Foundation
import Tegata
import Testing

@testable import VerifierService

/// Answers about a foreign identity credential that are wrong in one way, posted to the running verifier; after each the honest one counts.
@Suite(.serialized) struct CredentialRowsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal?
        let status: Int?
        let change: @Sendable (inout RawAnswer, AbroadWorld) async throws -> Void
        var testDescription: String { name }

        init(
            _ name: String, _ reason: Refusal?, status: Int? = nil,
            _ change: @escaping @Sendable (inout RawAnswer, AbroadWorld) async throws -> Void = {
                _, _ in
            }
        ) {
            self.name = name
            self.reason = reason
            self.status = status
            self.change = change
        }
    }

    private static var now: Int { Int(Date().timeIntervalSince1970) }
    private static let list = "http://127.0.0.1:1/pid/status"

    static let credentials: [Row] = [
        Row("control: as it is", nil),
        Row("control: a valid status", nil, status: 0),
        Row("A40 another authority's", .issuerUntrusted) { answer, _ in
            let other = ForeignAuthority(list: list)
            answer.cardHeader["x5c"] = other.chain
            answer.cardKey = other.key
        },
        Row("A40 without certificates", .issuerUntrusted) { answer, _ in
            answer.cardHeader["x5c"] = nil
        },
        Row("A40 with the authority's own certificate", .issuerUntrusted) { answer, world in
            answer.cardHeader["x5c"] =
                world.pid.chain + [Data(world.pid.root).base64EncodedString()]
        },
        Row("A39 signed by an issuer of another country", .issuerUntrusted) { answer, world in
            answer.cardHeader["x5c"] = world.other.chain
            answer.cardKey = world.other.key
        },
        Row("of another listed issuer, not the one asked", .issuerUntrusted) { answer, world in
            answer.cardHeader["x5c"] = world.other.chain
            answer.cardPayload["iss"] = world.other.issuer
            answer.cardKey = world.other.key
        },
        Row("A46 the issuer with a slash", .issuerUntrusted) { answer, _ in
            answer.cardPayload["iss"] = "https://pid.example/"
        },
        Row("by another key than the certificate's", .issuerUntrusted) { answer, _ in
            answer.cardKey = .init()
        },
        Row("A38 another type", .typeMismatch) { answer, _ in
            answer.cardPayload["vct"] = "urn:eudi:other:1"
        },
        Row("A42 another typ", .typeMismatch) { answer, _ in answer.cardHeader["typ"] = "JWT" },
        Row("A01 alg none", .unsupported) { answer, _ in answer.cardHeader["alg"] = "none" },
        Row("A03 ES256K", .unsupported) { answer, _ in answer.cardHeader["alg"] = "ES256K" },
        Row("expired", .expired) { answer, _ in answer.cardPayload["exp"] = now - 120 },
        Row("not yet valid", .notYetValid) { answer, _ in answer.cardPayload["nbf"] = now + 600 },
        Row("A49 a claim that was asked for is kept back", .typeMismatch) { answer, _ in
            answer.disclosures.removeFirst()
        },
        Row("revoked", .revoked, status: 1),
        Row("suspended", .suspended, status: 2),
        Row("A113 a status list that is not listed", .statusUnknown) { answer, _ in
            answer.cardPayload["status"] = ["status_list": ["idx": 0, "uri": list + "/1"]]
        },
        Row("A110 a status outside the list", .statusUnknown) { answer, _ in
            answer.cardPayload["status"] = ["status_list": ["idx": 4, "uri": list]]
        },
    ]

    static let bindings: [Row] = [
        Row("A50 no key binding", .holderBindingMissing) { answer, _ in
            answer.token = { text in
                [
                    "credential": [
                        text.prefix(through: text.lastIndex(of: "~") ?? text.startIndex)
                    ]
                ]
            }
        },
        Row("A51 another holder's key", .holderBindingInvalid) { answer, _ in
            answer.holderKey = .init()
        },
        Row("A53 the nonce of another visit", .holderBindingInvalid) { answer, _ in
            let other = Browser(AbroadWorld.innAddress)
            let path = try await AbroadWorld.start("pid", by: other)
            let request = try await AbroadWorld.request(path, other)
            let payload = try #require(request.split(separator: ".").dropFirst().first)
            let nonce = try RawAnswer.object(RawAnswer.decode(payload))["nonce"]
            answer.binding["nonce"] = try #require(nonce as? String)
        },
        Row("A58 for another verifier", .holderBindingInvalid) { answer, _ in
            answer.binding["aud"] = "x509_san_dns:evil.example"
        },
        Row("A03 a holder's ES256K", .unsupported) { answer, _ in
            answer.bindingHeader["alg"] = "ES256K"
        },
        Row("A01 a holder's alg none", .unsupported) { answer, _ in
            answer.bindingHeader["alg"] = "none"
        },
        Row("A49 under a card's name", .typeMismatch) { answer, _ in
            answer.token = { ["card": [$0]] }
        },
        Row("A49 two answers to one question", .malformed) { answer, _ in
            answer.token = { ["credential": [$0, $0]] }
        },
    ]

    @Test(arguments: credentials + bindings)
    func `an answer that is wrong in one way is refused, and an honest one still counts`(
        _ row: Row
    ) async throws {
        let world = try await AbroadWorld.shared.value
        let inn = Browser(AbroadWorld.innAddress)
        let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")
        let path = try await AbroadWorld.start("pid", by: inn)
        let honest = try await world.answer(path, inn, status: 0)
        var answer = try await world.answer(path, inn, status: row.status)
        try await row.change(&answer, world)
        let reply = try await wallet.post(answer.address, body: answer.body())
        if let reason = row.reason {
            #expect(reply.value("error") == reason.rawValue)
            #expect(!(200..<300).contains(reply.status))
            let page = try await inn.get(path)
            #expect(page.text.contains("<code>\(reason.rawValue)</code>"))
            #expect(!page.text.contains("Muster"))
            #expect(try await wallet.post(honest.address, body: honest.body()).text == "{}")
        } else {
            #expect(reply.text == "{}")
        }
        let shown = try await inn.get(path, accept: "application/json")
        #expect(shown.value("issuer") == "https://pid.example")
    }

    // The first city's key is on secp256k1, which no foreign issuer may use; the second's is like theirs.
    @Test(arguments: zip([0, 1], [Refusal.unsupported, .issuerUntrusted]))
    func `a card does not pass for a credential, whatever it is signed with`(
        _ member: Int, _ reason: Refusal
    ) async throws {
        let world = try await AbroadWorld.shared.value
        let inn = Browser(AbroadWorld.innAddress)
        let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")
        let path = try await AbroadWorld.start("pid", by: inn)
        let issued = try RawAnswer.object(Data(world.members[member].card.exposedEncoding.utf8))
        var answer = try RawAnswer(
            to: await AbroadWorld.request(path, inn), with: try #require(issued["card"] as? String),
            revealing: [], heldBy: world.holder)
        answer.token = { ["credential": [$0]] }
        let reply = try await wallet.post(answer.address, body: answer.body())
        #expect(reply.value("error") == reason.rawValue)
        let honest = try await world.answer(path, inn)
        #expect(try await wallet.post(honest.address, body: honest.body()).text == "{}")
    }

    @Test func `a check of one issuer's cards takes no other trusted issuer's`() async throws {
        let world = try await AbroadWorld.shared.value
        let inn = Browser(AbroadWorld.innAddress)
        let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")
        let path = try await AbroadWorld.start("first", by: inn)
        #expect(try await inn.get(path).text.contains("<code>http://127.0.0.1:1</code>"))
        for (member, error) in zip(world.members.reversed(), ["issuer_untrusted", nil]) {
            let issued = try RawAnswer.object(Data(member.card.exposedEncoding.utf8))
            let answer = try RawAnswer(
                to: await AbroadWorld.request(path, inn),
                with: try #require(issued["card"] as? String), revealing: [], heldBy: member.key)
            let reply = try await wallet.post(answer.address, body: answer.body())
            #expect(reply.value("error") == error)
        }
        let shown = try await inn.get(path, accept: "application/json")
        #expect(shown.value("issuer") == world.members[0].city.id)
    }

    @Test func `a credential does not pass for a card`() async throws {
        let world = try await AbroadWorld.shared.value
        let inn = Browser(AbroadWorld.innAddress)
        let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")
        let path = try await AbroadWorld.start("member", by: inn)
        var answer = try await world.answer(path, inn)
        answer.token = { ["card": [$0]] }
        let reply = try await wallet.post(answer.address, body: answer.body())
        #expect(reply.value("error") == "issuer_untrusted")
    }

    @Test func `each issuer's own is accepted where it is asked for`() async throws {
        let world = try await AbroadWorld.shared.value
        let inn = Browser(AbroadWorld.innAddress)
        let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")
        let path = try await AbroadWorld.start("other", by: inn)
        let wrong = try await world.answer(path, inn)
        let refused = try await wallet.post(wrong.address, body: wrong.body())
        #expect(refused.value("error") == "issuer_untrusted")
        let answer = try await world.answer(path, inn, by: world.other, status: 0)
        #expect(try await wallet.post(answer.address, body: answer.body()).text == "{}")
        let shown = try await inn.get(path, accept: "application/json")
        #expect(shown.value("issuer") == "https://other.example")
        #expect(!shown.text.contains("Muster"))
    }
}
