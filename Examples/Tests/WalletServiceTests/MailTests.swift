import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import WalletService

/// Notices are fetched by showing the card, shown when they hold, and answered once.
struct MailTests {
    /// The city as wallets find it, with something to tell.
    final class Office: Sendable {
        let city: City
        let mail = Mutex<[String]>([])
        let answers = Mutex<[String]>([])
        let proofs = Mutex<[String]>([])
        /// What wallets have answered.
        var sent: [String] { answers.withLock { $0 } }
        /// Whether the next receipt is lost on its way.
        let isLost = Mutex(false)
        /// Another verifier's question, in place of the city's own.
        let foreign = Mutex<String?>(nil)
        private let door: Verifier

        init(_ city: City) {
            self.city = city
            door = Verifier(
                at: city.live.base + "/tegata/notices", trusting: city.issuer.profile,
                store: .inMemory())
            city.live.answer { [self] ask in
                do {
                    return try await answer(ask.path, String(decoding: ask.body, as: UTF8.self))
                } catch let refusal as Refusal {
                    return .text(#"{"error":"\#(refusal.rawValue)"}"#, 400)
                }
            }
        }

        private func answer(_ path: String, _ body: String) async throws -> Live.Reply {
            switch path {
            case "/tegata/notices/challenge":
                if let foreign = foreign.withLock({ $0 }) { return .text(foreign) }
                return .text(try await door.challenge(asking: []))
            case "/tegata/notices":
                _ = try await door.verify(body)
                let reply: JSON = ["mail": .array(mail.withLock { $0 }.map(JSON.string))]
                return .text("\(reply)")
            case "/tegata/notices/proofs":
                _ = try await door.verify(body)
                let reply: JSON = ["proofs": .array(proofs.withLock { $0 }.map(JSON.string))]
                return .text("\(reply)")
            case "/tegata/notices/answers":
                answers.withLock { $0.append(body) }
                let receipt = try await city.issuer.settle(answer: body)
                let wasLost = isLost.withLock { lost in
                    defer { lost = false }
                    return lost
                }
                return wasLost ? .text("", 502) : .text(receipt)
            default: return .missing
            }
        }

        /// Signs a notice to a card.
        func tell(_ serial: UInt32, _ case: String) async throws -> String {
            let programme = try Programme(
                "heating", office: BilingualText(ja: "福祉課", en: "Welfare office"),
                title: BilingualText(ja: "灯油代", en: "Heating allowance"),
                basis: BilingualText(ja: "条例", en: "Ordinance"),
                text: BilingualText(ja: "お答えください。", en: "Please answer."),
                deadline: 4_000_000_000)
            let address = try await city.issuer.address(ofCard: serial, in: city.edition)
            let id = try await city.issuer.notify(
                [NoticeDraft(`case`, to: address, benefit: .amount(12_000, currency: "JPY"))],
                about: programme, in: city.edition)[0]
            return try await city.issuer.text(of: id)
        }
    }

    @Test func `what is forged, another card's or answered is not shown`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let other = try await city.member(try city.wallet("other"))
            let office = Office(city)
            let mine = try await office.tell(1, "mine")
            let theirs = try await office.tell(other.card.serial.number, "theirs")
            let forged = mine.dropLast(8) + "AAAAAAAA"
            office.mail.withLock { $0 = [String(forged), theirs, "nonsense", mine, mine] }
            let mail = try await wallet.mail(for: card)
            #expect(mail.notices.map(\.title.en).first == "Heating allowance")
            #expect(Set(mail.notices.map(\.id)).count == 1)
            #expect(mail.refused == 2, "the forged one and the nonsense")
            _ = try await wallet.answer(.confirm, to: try #require(mail.notices.first), of: card)
            #expect(try await wallet.mail(for: card).notices.isEmpty)
            #expect(try wallet.kept().wallet.receipts(of: card.card).count == 1)
        }
    }

    @Test func `events are read however they are cut, and nothing else of a stream is`() {
        let heard = Mutex([String]())
        let stream = Array(":\n\ndata: one\n\nevent: x\nid: 7\ndata: 二\n\ndata:three\n\ndat".utf8)
        for size in [1, 2, 3, 7, stream.count] {
            heard.withLock { $0 = [] }
            let reader = EventReader { text in heard.withLock { $0.append(text) } }
            for start in stride(from: 0, to: stream.count, by: size) {
                reader.take(Array(stream[start..<min(start + size, stream.count)]))
            }
            let texts = heard.withLock { $0 }
            #expect(texts == ["one", "二"], "\(size)")
        }
        // A line without end is not kept for ever.
        let reader = EventReader { text in heard.withLock { $0.append(text) } }
        for _ in 0..<64 { reader.take([UInt8](repeating: 0x61, count: 1 << 12)) }
        reader.take(Array("\ndata: four\n".utf8))
        let last = heard.withLock { $0.last }
        #expect(last == "four")
    }

    @Test func `a lost receipt is asked for again with the very same answer`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            let mine = try await office.tell(1, "mine")
            office.mail.withLock { $0 = [mine] }
            try await browse(wallet) { browser in
                let mail = try await browser.follow("/cards/\(card.number)/mail")
                #expect(mail.text.contains("12000 JPY") && mail.text.contains("Welfare office"))
                #expect(mail.text.contains("<code>\(city.live.base)</code>"), "A45")
                let stranger = try await browser.post(
                    mail.path, ["notice": "0", "answer": "confirm"], token: "x")
                #expect(stranger.status == .forbidden && office.sent.isEmpty)
                office.isLost.withLock { $0 = true }
                let lost = try await browser.follow(
                    mail.path, ["notice": "0", "answer": "confirm"])
                #expect(lost.text.contains("unavailable") && lost.text.contains("not heard"))
                #expect(!lost.text.contains("value=\"refuse\""), "one word is on its way")
                let done = try await browser.follow(
                    mail.path, ["notice": "0", "answer": "refuse"])
                #expect(done.text.contains("Confirmed."), "the word that was sent first")
                #expect(done.text.contains("Receipts that are kept: 1"))
                let sent = office.sent
                #expect(sent.count == 2 && Set(sent).count == 1)
                #expect(try wallet.kept().wallet.receipts(of: card.card).count == 1)
                let over = try await browser.post(
                    mail.path, ["notice": "0", "answer": "confirm"])
                #expect(over.status == .conflict)
            }
        }
    }

    @Test func `proofs are kept, shown and given as files, also when the issuer is gone`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            let mine = try await office.tell(1, "mine")
            office.mail.withLock { $0 = [mine] }
            let notice = try #require(try await wallet.mail(for: card).notices.first)
            _ = try await wallet.answer(.confirm, to: notice, of: card)
            let proof = try await city.issuer.proof(of: notice.id)
            let forged = proof.replacing(#""receipt":"e"#, with: #""receipt":"f"#)
            #expect(forged != proof)
            office.proofs.withLock { $0 = [forged, proof, "{}"] }
            try await browse(wallet) { browser in
                #expect(
                    String(buffer: try await browser.get("/cards/1").body)
                        .contains(#"action="/cards/1/proofs""#))
                let stranger = try await browser.post("/cards/1/proofs", token: "x")
                #expect(stranger.status == .forbidden)
                let page = String(buffer: try await browser.post("/cards/1/proofs").body)
                #expect(page.contains("Heating allowance") && page.contains("confirmed"))
                #expect(page.contains("did not hold: 2"))
                let name = try #require(try wallet.proofs(of: card).first?.fileName)
                #expect(page.contains(name))
                let file = try await browser.post("/cards/1/proofs/" + name)
                #expect(String(buffer: file.body) == proof)
                #expect(file.headers[.contentDisposition]?.contains(name) == true)
                #expect(try await browser.post("/cards/1/proofs/other").status == .conflict)
                city.live.answer { _ in .text("", 502) }
                let alone = String(buffer: try await browser.post("/cards/1/proofs").body)
                #expect(alone.contains("unavailable") && alone.contains("Heating allowance"))
            }
            // Years later, by whoever has the file and the profile.
            let checked = try NoticeProof(parsing: proof, from: card.profile)
            #expect(checked.state == .confirmed && checked.isHolderProven)
        }
    }

    @Test func `an answer on its way goes on from the next phone, byte for byte`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            let mine = try await office.tell(1, "mine")
            office.mail.withLock { $0 = [mine] }
            let notice = try #require(try await wallet.mail(for: card).notices.first)
            office.isLost.withLock { $0 = true }
            await #expect(throws: Refusal.unavailable) {
                try await wallet.answer(.confirm, to: notice, of: card)
            }
            let next = try city.wallet("next")
            let file = try wallet.export(under: "correct horse battery staple")
            #expect(try next.take(file, under: "correct horse battery staple").faults.isEmpty)
            let moved = try next.card(1)
            let mail = try await next.mail(for: moved)
            #expect(mail.sent == [notice.id: .confirm])
            #expect(try await next.answer(.refuse, to: notice, of: moved) == .confirm)
            let sent = office.sent
            #expect(sent.count == 2 && Set(sent).count == 1)
            #expect(try await next.mail(for: moved).sent.isEmpty)
            // Its receipt ends it on the phone before, too.
            let newer = try next.export(under: "correct horse battery staple")
            _ = try wallet.take(newer, under: "correct horse battery staple")
            #expect(try wallet.kept().wallet.sentAnswers(of: card.card).isEmpty)
        }
    }

    @Test func `a question that the issuer hands on from another door is not answered`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            let door = Verifier(
                at: "https://door.example", trusting: city.issuer.profile, store: .inMemory())
            let question = try await door.challenge(asking: [])
            office.foreign.withLock { $0 = question }
            await #expect(throws: Refusal.issuerUntrusted) { try await wallet.mail(for: card) }
            #expect(!city.live.asked.contains("POST /tegata/notices"))
        }
    }
}
