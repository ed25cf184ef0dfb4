import Foundation
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import WalletService

/// Questions are looked at, answered or declined.
struct ShowingTests {
    @Test(arguments: [false, true])
    func `a question is answered with what its owner saw, and with nothing else`(postsNonce: Bool)
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(
                .sameDevice, asking: ["tier", "name"], postsNonce: postsNonce)
            let review = try await wallet.review(request: started.link)
            #expect(review.isAuthenticated && city.inn.base == "http://" + review.host)
            #expect(review.verifier == "decentralized_identifier:" + city.did)
            #expect(review.parts.map(\.shown) == [["name", "tier"]])
            #expect(review.parts.map(\.hidden) == [["ward"]])
            #expect(!city.inn.asked.contains("POST /answer"))
            #expect(try wallet.history().isEmpty)
            let redirect = try #require(try await wallet.show(review))
            #expect(redirect.hasPrefix(city.inn.base + "/done?transaction="))
            let code = try #require(redirect.split(separator: "response_code=").last)
            let result = try await city.door.result(
                of: started.transaction, session: started.session, responseCode: String(code))
            #expect(result?.claims == ["tier": "gold", "name": "Yu the Tester"], "A62")
            let entry = try #require(try wallet.history().first)
            #expect(entry.outcome == .shown && entry.verifier == review.verifier)
            #expect(entry.shown.map(\.claims) == [["name", "tier"]])
            let first = try #require(entry.shown.first)
            #expect(try wallet.kept().wallet.edition(of: first)?.edition.id == "visitors")
            #expect(first.serial == 1)
            await #expect(throws: Refusal.conflict, "A61: it was answered") {
                try await wallet.show(review)
            }
            #expect(try wallet.history().map(\.outcome) == [.shown, .refused])
        }
    }

    @Test func `the history has no secret and no claim's content`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["name"])
            _ = try await wallet.show(try await wallet.review(request: started.link))
            let text = String(describing: try wallet.history())
            #expect(
                text.contains("decentralized_identifier:") && text.contains(#"["name", "tier"]"#))
            let encoding = card.card.exposedEncoding
            for secret in [
                "Yu the Tester", "gold", "Yamanaka", started.transaction, started.session,
            ] {
                #expect(!text.contains(secret))
            }
            // Not a piece of the card, nor any token: nothing in it is long and random.
            let pieces = encoding.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }
                .filter { $0.count > 40 }
            #expect(!pieces.isEmpty && pieces.allSatisfy { !text.contains($0) })
            let key = try Data(contentsOf: URL(filePath: wallet.home.path + "/holder.key"))
            #expect(!text.contains(key.base64EncodedString()))
        }
    }

    @Test func `the owner declines, and the verifier hears no and nothing else`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            _ = try await wallet.decline(try await wallet.review(request: started.link))
            let state = try await city.door.state(
                of: started.transaction, session: started.session)
            #expect(state == .cancelled)
            let entry = try #require(try wallet.history().first)
            #expect(entry.outcome == .declined && entry.shown.isEmpty)
        }
    }

    @Test func `what was shown is in the history even when no reply is heard`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            let review = try await wallet.review(request: started.link)
            city.lost.withLock { $0 = "/answer" }
            await #expect(throws: Refusal.limitExceeded) { try await wallet.show(review) }
            #expect(try wallet.history().map(\.outcome) == [.sent])
            #expect(try wallet.history().first?.shown.map(\.claims) == [["tier"]])
        }
    }

    @Test func `a stranger's question is not even fetched`() async throws {
        try await City.run { city in
            let wallet = try city.wallet(trustingInn: false)
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            await #expect(throws: Refusal.issuerUntrusted) {
                try await wallet.review(request: started.link)
            }
            #expect(try city.inn.asked.isEmpty && wallet.history().isEmpty)
            try wallet.home.trust(did: city.did)
            let trusting = try WalletService(
                home: wallet.home, trusting: wallet.home.trust(), acceptsLoopback: true)
            #expect(try await trusting.review(request: started.link).isAnswerable)
        }
    }

    @Test(arguments: ["signature", "payload", "header", "other", "empty", "long"])
    func `a question that was changed on the way is refused, and nothing is posted`(kind: String)
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            let other = try await city.door.start(.crossDevice, asking: ["tier", "name"])
            let foreign = try await city.door.request(of: other.transaction)
            city.tampering.withLock {
                $0 = { object in
                    var parts = object.split(separator: ".").map(String.init)
                    let others = foreign.split(separator: ".").map(String.init)
                    switch kind {
                    case "signature": parts[2] = String(parts[2].dropLast(4)) + "AAAA"
                    case "payload": parts[1] = others[1]
                    case "header": parts[0] = "eyJhbGciOiJub25lIn0"
                    case "other": parts = [parts[0], parts[1], others[2]]
                    case "empty": return ""
                    default: return String(repeating: "A", count: 2 << 20)
                    }
                    return parts.joined(separator: ".")
                }
            }
            await #expect(throws: Refusal.self) {
                try await wallet.review(request: started.link)
            }
            #expect(try !city.inn.asked.contains("POST /answer") && wallet.history().isEmpty)
        }
    }

    @Test func `without a fitting card nothing can be shown, and the owner can still say no`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            let review = try await wallet.review(request: started.link)
            #expect(!review.isAnswerable && review.parts.isEmpty)
            await #expect(throws: Refusal.typeMismatch) { try await wallet.show(review) }
            #expect(try !city.inn.asked.contains("POST /answer") && wallet.history().isEmpty)
            _ = try await wallet.decline(review)
            #expect(city.inn.asked.contains("POST /answer"))
        }
    }

    @Test func `the newest card is shown unless another one is preferred`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            let newest = try await wallet.review(request: started.link)
            #expect(newest.parts.map(\.card.number) == [2])
            let first = try await wallet.review(request: started.link, preferring: 1)
            #expect(first.parts.map(\.card.number) == [1])
            #expect(newest.others.map(\.number) == [1] && first.others.map(\.number) == [2])
            let again = try wallet.review(newest, preferring: 1)
            #expect(again.parts.map(\.card.number) == [1])
            #expect(city.inn.asked.filter { $0.hasPrefix("GET /request/") }.count == 2)
        }
    }

    @Test func `who proves nothing may ask only where the owner allows it, and is named as such`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let link = try await city.unsignedQuestion()
            await #expect(throws: Refusal.issuerUntrusted) {
                try await wallet.review(request: link)
            }
            let easy = try WalletService(
                home: wallet.home, trusting: VerifierTrust(acceptsUnsigned: true),
                acceptsLoopback: true)
            let review = try await easy.review(request: link)
            #expect(!review.isAuthenticated && review.isAnswerable)
            #expect(review.verifier == "redirect_uri:" + city.inn.base + "/answer")
            #expect(city.inn.asked.isEmpty)
        }
    }
}
