import Crypto
import Foundation
import Tegata
import Testing

@testable import VerifierService

/// Answers that are wrong in one way, posted to the running verifier by a wallet of the platform's code alone: which issuer (A46), which
/// kind of card (A38, A49), and bound to what (A50 to A55, A58).
@Suite(.serialized) struct AnswerRowsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal?
        let change: @Sendable (inout RawAnswer) throws -> Void
        var testDescription: String { name }

        init(
            _ name: String, _ reason: Refusal?,
            _ change: @escaping @Sendable (inout RawAnswer) throws -> Void
        ) {
            self.name = name
            self.reason = reason
            self.change = change
        }
    }

    /// The city's own key has signed all of these: only the name decides.
    static let issuers: [Row] =
        [Row("A46 control: signed anew, as it was", nil) { _ in }]
        + [
            VerifierWorld.cityAddress + "/", VerifierWorld.cityAddress.uppercased(),
            VerifierWorld.cityAddress.replacing("http:", with: "HTTP:"),
            VerifierWorld.cityAddress.replacing("http:", with: "https:"),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "127%2E0.0.1"),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "localhost"),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "127.0.0.1."),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "127.1"),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "user@127.0.0.1"),
            VerifierWorld.cityAddress.replacing("127.0.0.1", with: "xn--127-.0.0.1"),
            VerifierWorld.cityAddress + "#", VerifierWorld.cityAddress + "?",
            VerifierWorld.cityAddress + "/.", " " + VerifierWorld.cityAddress,
            VerifierWorld.cityAddress + "\u{0}", "",
        ].map { (issuer: String) in
            Row("A46 iss \(issuer.debugDescription)", .issuerUntrusted) {
                $0.cardPayload["iss"] = issuer
            }
        } + [
            Row("A46 iss is a list", .malformed) {
                $0.cardPayload["iss"] = [VerifierWorld.cityAddress]
            }
        ]

    static let kinds: [Row] = [
        Row("A49 control: what was asked for", nil) { $0.cardKey = nil },
        Row("A38 another type of card", .typeMismatch) {
            $0.cardPayload["vct"] = VerifierWorld.cityAddress + "/tegata/other"
        },
        Row("A49 a card of another edition", .typeMismatch) { answer in
            var edition = try #require(answer.cardPayload["edition"] as? [String: Any])
            edition["id"] = "guests"
            answer.cardPayload["edition"] = edition
        },
        Row("A49 a JWT as credential", .typeMismatch) { $0.cardHeader["typ"] = "JWT" },
        Row("A49 a W3C credential in a JWT", .typeMismatch) { $0.cardHeader["typ"] = "vc+jwt" },
        Row("A49 under a name that was not asked for", .typeMismatch) {
            $0.token = { ["other": [$0]] }
        },
        Row("A49 one text instead of a list", .malformed) { $0.token = { ["card": $0] } },
        Row("A49 a list instead of an object", .malformed) { $0.token = { [$0] } },
        Row("A49 a presentation in JSON", .typeMismatch) { answer in
            answer.token = { ["card": [["verifiableCredential": [$0]]]] }
        },
        Row("A49 a device response (mdoc)", .typeMismatch) { answer in
            // {"version": "1.0", "documents": [], "status": 0} in CBOR.
            let response: [UInt8] =
                [0xA3, 0x67] + Array("version".utf8) + [0x63] + Array("1.0".utf8)
                + [0x69] + Array("documents".utf8) + [0x80, 0x66] + Array("status".utf8) + [0]
            answer.token = { _ in ["card": [RawAnswer.encode(response)]] }
        },
        Row("A33 a JWT alone", .malformed) { answer in
            answer.token = { text in ["card": [text.prefix { $0 != "~" }]] }
        },
        Row("A49 two answers to one question", .malformed) { $0.token = { ["card": [$0, $0]] } },
        Row("A49 nothing", .malformed) { $0.token = { _ in ["card": [String]()] } },
        Row("A49 the claim that was asked for is kept back", .typeMismatch) {
            $0.disclosures = []
        },
    ]

    static let bindings: [Row] = [
        Row("A50 no key binding", .holderBindingMissing) { answer in
            answer.token = { text in
                ["card": [text.prefix(through: text.lastIndex(of: "~") ?? text.startIndex)]]
            }
        },
        Row("A51 another holder's key", .holderBindingInvalid) { $0.holderKey = .init() },
        Row("A01 alg none", .unsupported) { $0.bindingHeader["alg"] = "none" },
        Row("A14 typ of another token", .typeMismatch) { $0.bindingHeader["typ"] = "JWT" },
        Row("A53 another nonce", .holderBindingInvalid) { $0.binding["nonce"] = freshName() },
        Row("A58 for another verifier", .holderBindingInvalid) {
            $0.binding["aud"] = "x509_hash:evil"
        },
        Row("A54 another hash", .holderBindingInvalid) {
            $0.binding["sd_hash"] = RawAnswer.encode([UInt8](repeating: 0, count: 32))
        },
        Row("A55 a day old", .holderBindingInvalid) {
            $0.binding["iat"] = Int(Date().timeIntervalSince1970) - 86_400
        },
        Row("a critical extension of the encryption", .unsupported) {
            $0.jweHeader["crit"] = ["exp"]
        },
        Row("compressed before it was encrypted", .unsupported) { $0.jweHeader["zip"] = "DEF" },
        Row("another way to agree on a key", .unsupported) { $0.jweHeader["alg"] = "dir" },
    ]

    @Test(arguments: issuers + kinds + bindings)
    func `an answer that is wrong in one way is refused, and an honest one still counts`(
        _ row: Row
    ) async throws {
        let world = try await VerifierWorld.shared.value
        let inn = Browser(VerifierWorld.innAddress)
        let wallet = Browser(VerifierWorld.innAddress, accept: "application/json")
        let path = try await VerifierWorld.start("tier", by: inn)
        let link = try await VerifierWorld.link(path, inn)
        let member = world.members[0]
        let honest = try RawAnswer(
            to: try await wallet.get(Self.request(of: link)).text, with: Self.text(of: member.card),
            revealing: ["tier"],
            heldBy: P256.Signing.PrivateKey(rawRepresentation: member.key.rawRepresentation))
        var answer = honest
        // A key that the city says was its own: what it signed is the city's.
        answer.cardHeader["alg"] = "ES256"
        answer.cardHeader["kid"] = world.earlierKeyID
        answer.cardKey = try P256.Signing.PrivateKey(
            rawRepresentation: world.earlierKey.rawRepresentation)
        try row.change(&answer)
        let address = try answer.address
        let reply = try await wallet.post(address, body: try answer.body())
        guard let reason = row.reason else {
            #expect(reply.text == "{}")
            #expect(try await inn.get(path, accept: "application/json").value("serial") == "1")
            return
        }
        #expect(reply.value("error") == reason.rawValue)
        #expect(!(200..<300).contains(reply.status))
        #expect(try await wallet.post(address, body: try honest.body()).text == "{}")
        #expect(try await inn.get(path, accept: "application/json").value("serial") == "1")
    }

    private static func request(of link: String) throws -> String {
        let items = URLComponents(string: link)?.queryItems
        return try #require(items?.first { $0.name == "request_uri" }?.value)
    }

    private static func text(of card: Card) throws -> String {
        let issued = try RawAnswer.object(Data(card.exposedEncoding.utf8))
        return try #require(issued["card"] as? String)
    }
}
