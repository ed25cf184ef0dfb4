import Crypto
import Foundation
import ServiceKit
import Tegata
import Testing

@testable import IssuerService

/// What is sent to push services, byte by byte.
@Suite struct PushFormatTests {
    private func bytes(_ text: String) throws -> Data { try #require(Data(base64URL: text)) }

    @Test func `the message of RFC 8291 §5 is made as it is printed there`() throws {
        let p256dh =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        let subscription = try PushSubscription(
            "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", p256dh: p256dh,
            auth: "BTBZMqHH6r4Tts7J_aSIgg", acceptsLoopback: false)
        let sender = try Crypto.P256.KeyAgreement.PrivateKey(
            rawRepresentation: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
        let text = "When I grow up, I want to be a watermelon"
        let message = try PushMessage.seal(
            Array(text.utf8), for: subscription, from: sender,
            salt: Array(bytes("DGv6ra1nlYgDCS1FRnbzlw")))
        let printed =
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
            + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
            + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        #expect(Data(message).base64URL == printed)
        let browser = try Crypto.P256.KeyAgreement.PrivateKey(
            rawRepresentation: bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
        #expect(try PushService.open(message, browser, subscription.secret) == text)
        // No byte of it can be another, and no two are alike.
        for place in message.indices {
            var changed = message
            changed[place] ^= 1
            #expect(throws: (any Error).self, "\(place)") {
                try PushService.open(changed, browser, subscription.secret)
            }
        }
        let again = try PushMessage.seal(Array(text.utf8), for: subscription)
        #expect(again != message && again.prefix(16) != message.prefix(16))
        #expect(try PushService.open(again, browser, subscription.secret) == text)
    }

    @Test func `a token says whose it is, for which push service and for how long`() throws {
        let key = try PushKey(secret: [UInt8](repeating: 7, count: 32))
        #expect(try PushKey(secret: [UInt8](repeating: 7, count: 32)).publicKey == key.publicKey)
        let target = try OutboundHTTP.Target(
            "https://Push.example:8443/send/abc?x=1", acceptsLoopback: false)
        let text = try key.authorization(to: target, from: "https://city.example", at: 1_000_000)
        let found = try #require(text.wholeMatch(of: /vapid t=([^.]+)\.([^.]+)\.([^,]+), k=(.+)/))
        #expect(found.4 == key.publicKey)
        let header = String(decoding: try bytes(String(found.1)), as: UTF8.self)
        #expect(header == #"{"typ":"JWT","alg":"ES256"}"#)
        let claims = String(decoding: try bytes(String(found.2)), as: UTF8.self)
        #expect(
            claims
                == #"{"aud":"https://push.example:8443","exp":1043200,"sub":"https://city.example"}"#
        )
        let point = try Crypto.P256.Signing.PublicKey(
            x963Representation: bytes(key.publicKey))
        let signature = try Crypto.P256.Signing.ECDSASignature(
            rawRepresentation: bytes(String(found.3)))
        #expect(point.isValidSignature(signature, for: Data("\(found.1).\(found.2)".utf8)))
    }

    @Test(arguments: [
        "https://10.0.0.1/push", "https://192.168.1.1/push", "https://169.254.169.254/push",
        "https://[fd00::1]/push", "https://2130706433/push", "https://localhost/push",
        "http://push.example/push", "https://push/one", "https://push.internal/one",
        "https://me@push.example/one", "ftp://push.example/one", "", "https://127.0.0.1/push",
    ]) func `an address of one's own network is none to be woken at (A113)`(_ endpoint: String)
        throws
    {
        let keys = try PushSubscription(
            "https://push.example/one",
            p256dh: Crypto.P256.KeyAgreement.PrivateKey().publicKey.x963Representation.base64URL,
            auth: "BTBZMqHH6r4Tts7J_aSIgg", acceptsLoopback: false)
        #expect(throws: Refusal.issuerUntrusted) {
            try PushSubscription(
                endpoint, p256dh: keys.key.base64URL, auth: keys.secret.base64URL,
                acceptsLoopback: false)
        }
    }

    @Test func `what are no keys are refused`() throws {
        let point = Crypto.P256.KeyAgreement.PrivateKey().publicKey.x963Representation
        let auth = "BTBZMqHH6r4Tts7J_aSIgg"
        let off = Data([4]) + [UInt8](repeating: 1, count: 64)
        for (p256dh, auth) in [
            ("", auth), (point.base64URL, ""), (point.dropLast().base64URL, auth),
            (off.base64URL, auth), (point.base64URL, auth + "AA"), (point.base64URL + "=", auth),
            (point.base64EncodedString(), auth), (point.base64URL, "BTBZMqHH6r4Tts7J_aSIgh"),
        ] {
            #expect(throws: Refusal.malformed, "\(p256dh) \(auth)") {
                try PushSubscription(
                    "https://push.example/one", p256dh: p256dh, auth: auth, acceptsLoopback: false)
            }
        }
        #expect(throws: Refusal.malformed, "longer than any address") {
            try PushSubscription(
                "https://push.example/" + String(repeating: "a", count: 1024),
                p256dh: point.base64URL, auth: auth, acceptsLoopback: false)
        }
    }
}
