import Foundation
import Synchronization
import Tegata
import Testing

@testable import WalletService

/// What an office tells members and grants them, from its page to their wallets.
@Suite struct BenefitPageTests {
    /// An edition for everyone, and wallets with its cards.
    func members(
        _ count: Int, of edition: String
    ) async throws -> [(wallet: WalletService, card: KeptCard)] {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        let opening = try await office.post(
            "/operator/open", ["id": edition, "limit": "10"], from: "/operator")
        #expect(opening.status == 303, "\(opening.status) \(opening.reason ?? "")")
        let browser = Browser(site.address)
        let profile = try IssuerProfile(
            parsing: try await browser.get("/log/profile.json").text)
        let opened = try #require(profile.editions.first { $0.edition.id == edition })
        var members = [(wallet: WalletService, card: KeptCard)]()
        for _ in 0..<count {
            let nonce = try await browser.post(
                "/tegata/nonce", body: Data(edition.utf8), type: "text/plain"
            ).text
            let wallet = try wallet()
            let holder = try wallet.holder()
            let request = try await holder.request(
                opened.reached(through: nil) { () async throws(Refusal) in nonce })
            let issued = try await browser.post(
                "/tegata/issue", body: Data(request.utf8), type: "text/plain"
            ).text
            let card = try holder.accept(issued, from: profile)
            try wallet.home.change { try $0.keep(card, of: holder, from: profile) }
            members.append((wallet, try wallet.card(1)))
        }
        return members
    }

    func tell(
        _ list: String, _ edition: String, by browser: Browser, programme: String = "heating"
    ) async throws -> Browser.Answer {
        let page = try await browser.get("/operator/\(edition)/notices").text
        let token = page.firstMatch(of: /name="form" value="([^"]*)"/).map { String($0.1) } ?? "x"
        let fields = [
            "form": token, "programme": programme, "title_ja": "灯油代の給付",
            "title_en": "Heating allowance", "office_ja": "福祉課", "office_en": "Welfare office",
            "basis_ja": "条例第5号", "basis_en": "Ordinance 5", "text_ja": "お答えください。\r\n以上",
            "text_en": "Please answer.", "until": "2096-12-31",
        ]
        var body = ""
        for (name, value) in fields {
            body += "--edge\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        body += "--edge\r\nContent-Disposition: form-data; name=\"list\"; filename=\"l.csv\"\r\n"
        body += "Content-Type: text/csv\r\n\r\n\(list)\r\n--edge--\r\n"
        return try await browser.post(
            "/operator/\(edition)/notices", body: Data(body.utf8),
            type: "multipart/form-data; boundary=edge")
    }

    /// The operator's page once nothing is under way.
    func page(_ edition: String) async throws -> String {
        let office = try await Site.office.value
        for _ in 0..<400 {
            let page = try await office.get("/operator/\(edition)/notices?lang=en")
            if page.headers["refresh"] == nil { return page.text }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Refusal.unavailable
    }

    private func count(_ state: String, in page: String) throws -> Int {
        let found = try #require(
            page.firstMatch(of: try Regex("<dt>\(state)</dt><dd>([0-9]+)</dd>")))
        return Int(found.output[1].substring ?? "") ?? -1
    }

    @Test func `a list is told once, answered, taken back and corrected`() async throws {
        let members = try await members(3, of: "told")
        let office = try await Site.office.value
        let list = "serial,amount\r\n1,12000\r\n2,\r\n3,4000\r\n"
        #expect(try await tell(list, "told", by: office).status == 303)
        var page = try await page("told")
        #expect(try count("open", in: page) == 3)
        // Read, confirmed in one step, and over.
        let (wallet, card) = members[0]
        let mail = try await wallet.mail(for: card)
        #expect(mail.notices.count == 1 && mail.refused == 0)
        let notice = try #require(mail.notices.first)
        #expect(notice.title.en == "Heating allowance" && notice.text.ja == "お答えください。\n以上")
        #expect(notice.benefit == .amount(12_000, currency: "JPY"))
        #expect(try await wallet.answer(.confirm, to: notice, of: card) == .confirm)
        #expect(try wallet.kept().wallet.receipts(of: card.card).count == 1)
        #expect(try await wallet.mail(for: card).notices.isEmpty)
        // Taken back before it was answered.
        let stale = try #require(
            try await members[1].wallet.mail(for: members[1].card).notices.first)
        #expect(stale.benefit == nil)
        var change = [
            "programme": "heating", "serial": "2", "reason_ja": "誤り", "reason_en": "A mistake",
            "what": "withdraw",
        ]
        let path = "/operator/told/notices/change"
        #expect(
            try await office.post(path, change, from: "/operator/told/notices").status == 303)
        #expect(try await members[1].wallet.mail(for: members[1].card).notices.isEmpty)
        await #expect(throws: Refusal.revoked) {
            try await members[1].wallet.answer(.confirm, to: stale, of: members[1].card)
        }
        // Put right: one notice, the new one.
        change["serial"] = "3"
        change["what"] = "correct"
        change["amount"] = "5000"
        #expect(
            try await office.post(path, change, from: "/operator/told/notices").status == 303)
        let corrected = try await members[2].wallet.mail(for: members[2].card).notices
        #expect(corrected.map(\.benefit) == [.amount(5000, currency: "JPY")])
        #expect(
            try await members[2].wallet.answer(.refuse, to: corrected[0], of: members[2].card)
                == .refuse)
        page = try await self.page("told")
        for (state, number) in [
            ("open", 0), ("confirmed", 1), ("refused", 1), ("withdrawn", 1), ("replaced", 1),
        ] { #expect(try count(state, in: page) == number, "\(state)") }
        // What each keeps for years: the city's, and nobody's but the card's.
        let decided: [[NoticeState]] = [[.confirmed], [.withdrawn], [.replaced, .refused]]
        for (member, states) in zip(members, decided) {
            let found = try await member.wallet.fetchProofs(of: member.card)
            // Those of one second in no order of their own.
            #expect(Set(found.kept.map(\.proof.state)) == Set(states) && found.refused == 0)
            #expect(try member.wallet.proofs(of: member.card).count == states.count)
        }
        // The same list tells nobody again; another amount for a case that was told is no case.
        #expect(try await tell(list, "told", by: office).status == 303)
        #expect(try await count("confirmed", in: self.page("told")) == 1)
        #expect(try await tell("1,13000", "told", by: office).status == 303)
        #expect(try await self.page("told").contains("conflict"))
        // Whom there is no card of is named.
        #expect(try await tell("9,1", "told", by: office).status == 303)
        #expect(try await self.page("told").contains("№ 9"))
        for wrong in ["", "1,1\n1,1", "one,1", "1,1,1", "1,x", "serial,amount"] {
            #expect(try await tell(wrong, "told", by: office).reason == "malformed", "\(wrong)")
        }
    }

    @Test func `a wallet that waits hears of a notice when it is told`() async throws {
        let members = try await members(2, of: "waiting")
        let office = try await Site.office.value
        _ = try await tell("1,1", "waiting", by: office)
        _ = try await page("waiting")
        let (wallet, card) = members[0]
        let heard = Mutex([Int]())
        let following = Task {
            try await wallet.follow(card) { mail in
                heard.withLock { $0.append(mail.notices.count) }
                return mail.notices.count == 2
            }
        }
        for _ in 0..<200 where heard.withLock(\.isEmpty) {
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try await tell("1,2", "waiting", by: office, programme: "again")
        try await following.value
        #expect(heard.withLock { $0 } == [1, 2])
        // An ended card waits for nothing.
        _ = try await office.post(
            "/operator/waiting/status", ["serial": "2", "status": "revoked"], from: "/operator")
        await #expect(throws: Refusal.revoked) {
            try await members[1].wallet.follow(members[1].card) { _ in true }
        }
    }

    @Test func `a form with a file is read strictly, and a broken one is refused`() async throws {
        _ = try await members(0, of: "forms")
        let office = try await Site.office.value
        let page = try await office.get("/operator/forms/notices").text
        let token = try #require(page.firstMatch(of: /name="form" value="([^"]*)"/)).1
        func part(_ name: String, _ content: String, file: Bool = false) -> String {
            "--edge\r\nContent-Disposition: form-data; name=\"\(name)\"\(file ? "; filename=\"f\"" : "")\r\n\r\n\(content)\r\n"
        }
        let token1 = part("form", String(token))
        let whole = token1 + part("list", "1,1", file: true) + "--edge--\r\n"
        let type = "multipart/form-data; boundary=edge"
        func send(_ body: String, _ type: String) async throws -> String? {
            try await office.post(
                "/operator/forms/notices", body: Data(body.utf8), type: type
            ).reason
        }
        // Read to its end: what is missing is a field.
        #expect(try await send(whole, type) == "malformed")
        #expect(try await send(whole.replacing(String(token), with: "x"), type) == "unauthorized")
        for broken in [
            "", "--edge", "\r\n" + whole, String(whole.dropLast(10)),
            whole.replacing("\r\n", with: "\n"), token1 + whole, "--other--\r\n",
            whole.replacing("form-data", with: "attachment"), whole.replacing("name=", with: "n="),
            String(repeating: part("a", "b"), count: 2) + "--edge--",
            (0..<70).map { part("f\($0)", "x") }.joined() + "--edge--",
        ] {
            let reason = try await send(broken, type)
            #expect(reason == "malformed" || reason == "limit_exceeded", "\(broken.prefix(80))")
        }
        #expect(try await send("--edge--", type) == "unauthorized", "a form of nothing")
        for other in ["application/json", "multipart/form-data", "multipart/form-data; boundary="] {
            #expect(try await send(whole, other) == "malformed", "\(other)")
        }
        #expect(
            try await send(
                token1 + part("list", String(repeating: "1", count: 5 << 20), file: true), type)
                == "limit_exceeded")
    }

    @Test func `who has no card learns nothing, and who has one only of its own`() async throws {
        let members = try await members(2, of: "private")
        let office = try await Site.office.value
        _ = try await tell("1,100", "private", by: office)
        _ = try await page("private")
        let site = try await Site.shared.value
        let stranger = Browser(site.address)
        let challenge = try await stranger.post(
            "/tegata/notices/challenge", body: Data(), type: "text/plain")
        #expect(challenge.status == 200)
        let none = try await stranger.post(
            "/tegata/notices", body: Data("nothing".utf8), type: "text/plain")
        #expect(none.status == 400 && !none.text.contains("mail"))
        // A card without notices hears the same as one that was never told.
        let other = members[1]
        #expect(try await other.wallet.mail(for: other.card).notices.isEmpty)
        // What was shown once opens nothing a second time.
        let shown = try members[0].card.holder.present(
            members[0].card.card, revealing: [], to: challenge.text)
        let first = try await stranger.post(
            "/tegata/notices", body: Data(shown.utf8), type: "text/plain")
        #expect(first.text.contains("mail"))
        let again = try await stranger.post(
            "/tegata/notices", body: Data(shown.utf8), type: "text/plain")
        #expect(again.reason == "replayed")
        // An ended card opens nothing.
        _ = try await office.post(
            "/operator/private/status", ["serial": "1", "status": "revoked"], from: "/operator")
        await #expect(throws: Refusal.revoked) {
            try await members[0].wallet.mail(for: members[0].card)
        }
        // The operator's pages are nobody else's.
        #expect(try await tell("1,1", "private", by: stranger).status == 403)
        #expect(try await stranger.get("/operator/private/notices").status == 303)
        for path in ["notices/change", "terms"] {
            let answer = try await stranger.post(
                "/operator/private/\(path)", ["serial": "1"], from: "/operator")
            #expect(answer.reason == "unauthorized")
        }
    }

    @Test func `a programme ends before its deadline, and whoever pays has a list`() async throws {
        let members = try await members(3, of: "ended")
        let office = try await Site.office.value
        #expect(
            try await tell("serial,amount\r\n1,12000\r\n2,\r\n3,4000\r\n", "ended", by: office)
                .status == 303)
        _ = try await page("ended")
        let (wallet, card) = members[0]
        let first = try #require(try await wallet.mail(for: card).notices.first)
        _ = try await wallet.answer(.confirm, to: first, of: card)
        let late = try #require(
            try await members[1].wallet.mail(for: members[1].card).notices.first)
        let end = [
            "programme": "heating", "reason_ja": "予算終了", "reason_en": "The money is gone",
        ]
        let path = "/operator/ended/notices/end"
        let stranger = Browser(try await Site.shared.value.address)
        #expect(
            try await stranger.post(path, end, from: "/operator").reason == "unauthorized")
        let none = end.merging(["programme": "none"]) { $1 }
        #expect(
            try await office.post(path, none, from: "/operator/ended/notices").reason
                == "unsupported")
        #expect(try await office.post(path, end, from: "/operator/ended/notices").status == 303)
        let page = try await page("ended")
        for (state, number) in [("open", 0), ("confirmed", 1), ("withdrawn", 2)] {
            #expect(try count(state, in: page) == number, "\(state)")
        }
        #expect(try await members[2].wallet.mail(for: members[2].card).notices.isEmpty)
        await #expect(throws: Refusal.revoked) {
            try await members[1].wallet.answer(.confirm, to: late, of: members[1].card)
        }
        let list = "/operator/ended/notices/heating/cases.csv"
        #expect(
            try await office.get(list).text
                == "serial,amount,currency,state\r\n1,12000,JPY,confirmed\r\n2,,,withdrawn\r\n3,4000,JPY,withdrawn\r\n"
        )
        #expect(try await stranger.get(list).status == 303)
        // The wallet has the reason in its proof.
        let proof = try #require(
            try await members[2].wallet.fetchProofs(of: members[2].card).kept.first)
        #expect(proof.proof.withdrawal?.reason.en == "The money is gone")
    }

    @Test func `terms are signed, published, and counted by`() async throws {
        let members = try await members(1, of: "granted")
        let office = try await Site.office.value
        let form = [
            "terms-id": "rides", "title_ja": "乗車券", "title_en": "Rides", "count": "4",
            "offline": "2", "windows": "2025-12-01\n2096-01-01", "shops": "https://taxi.example",
        ]
        func make(_ changes: [String: String]) async throws -> Browser.Answer {
            try await office.post(
                "/operator/granted/terms", form.merging(changes) { $1 }, from: "/operator")
        }
        for (name, value) in [
            ("windows", "2025-12-01"), ("windows", "tomorrow 2096-01-01"), ("count", "0"),
            ("offline", "5"), ("title_en", " "), ("terms-id", "Rides"), ("shops", ""),
        ] {
            #expect(try await make([name: value]).reason == "malformed", "\(name) \(value)")
        }
        #expect(try await make([:]).status == 303)
        #expect(try await make([:]).reason == "conflict", "what was signed stays")
        #expect(try await office.get("/operator?lang=en").text.contains("2025-12-01 – 2096-01-01"))
        let (wallet, card) = members[0]
        let standings = try await wallet.entitlements(of: card)
        let standing = try #require(standings.first)
        #expect(standings.count == 1 && standing.entitlement.id == "rides")
        #expect(standing.left == 4 && standing.leftOffline == 2)
        let site = try await Site.shared.value
        for body in ["", "{}", #"{"edition":"granted","terms":"none","shop":"x","voucher":"y"}"#] {
            let answer = try await Browser(site.address).post(
                "/tegata/uses", body: Data(body.utf8), type: "application/json")
            #expect(answer.status == 400)
        }
        // A voucher for this shop is counted, once, whoever hands it in.
        let terms = try EntitlementTerms(
            parsing: try #require(
                try JSONDecoder().decode(
                    [String: [String]].self,
                    from: Data(
                        try await Browser(site.address).get("/tegata/terms/granted").text.utf8))[
                        "terms"]?.first), from: card.profile)
        let shop = Shop(
            at: "https://taxi.example", key: .p256(P256.PrivateKey()), trusting: card.profile,
            store: .inMemory(), book: .inMemory())
        var uses = EntitlementUses()
        let voucher = try card.holder.use(
            try await shop.ask(for: terms), of: terms, with: card.card, from: shop.profile,
            in: &uses)
        let body = try JSONEncoder().encode([
            "edition": "granted", "terms": "rides", "shop": shop.id, "voucher": voucher,
        ])
        var statements = Set<String>()
        for _ in 0..<2 {
            let answer = try await Browser(site.address).post(
                "/tegata/uses", body: body, type: "application/json")
            statements.insert(answer.text)
            let said = try UseStatement(
                parsing: answer.text, for: voucher, under: terms, from: card.profile)
            #expect(said.outcome == .counted && said.number == 0)
        }
        #expect(statements.count == 1)
        // A wallet that was put back gave one number to two shops' questions: the office sees who answers for it, and what it owes.
        for _ in 0..<2 {
            var copy = EntitlementUses()
            for _ in 0..<2 {
                let offline = try card.holder.use(
                    try await shop.ask(for: terms, isOffline: true), of: terms, with: card.card,
                    from: shop.profile, in: &copy)
                let body = try JSONEncoder().encode([
                    "edition": "granted", "terms": "rides", "shop": shop.id, "voucher": offline,
                ])
                _ = try await Browser(site.address).post(
                    "/tegata/uses", body: body, type: "application/json")
            }
        }
        let owed = try await office.get("/operator/granted/terms/rides?lang=en").text
        #expect(owed.contains("<strong>3</strong>") && owed.contains("<td>2</td>"))
        #expect(owed.contains("the second shop") && owed.contains("№ 1"))
        let table = try await office.get("/operator/granted/terms/rides/uses.csv").text
        #expect(table.hasSuffix("0,2025-12-01,\"https://taxi.example\",3,0,2,3\r\n"))
        let stranger = Browser(site.address)
        for path in ["rides", "rides/uses.csv"] {
            let page = try await stranger.get("/operator/granted/terms/" + path).text
            #expect(!page.contains("taxi.example") && page.contains("password"))
        }
        #expect(try await office.get("/operator/granted/terms/none").status == 400)
    }

    @Test func `anonymous terms have lists of their window, and are counted once`() async throws {
        let members = try await members(2, of: "hidden")
        let office = try await Site.office.value
        let form = [
            "terms-id": "nights", "title_ja": "一泊", "title_en": "A night", "count": "2",
            "offline": "0", "windows": "2025-12-01\n2096-01-01", "shops": "https://inn.example",
            "mode": "anonymous",
        ]
        for (name, value) in [("offline", "1"), ("mode", "bearer")] {
            let refused = try await office.post(
                "/operator/hidden/terms", form.merging([name: value]) { $1 }, from: "/operator")
            #expect(refused.reason == "malformed", "\(name)")
        }
        let made = try await office.post("/operator/hidden/terms", form, from: "/operator")
        #expect(made.status == 303)
        #expect(try await office.get("/operator?lang=en").text.contains("one of the members"))
        let site = try await Site.shared.value
        let outside = Browser(site.address)
        let card = members[0].card
        let terms = try EntitlementTerms(
            parsing: try #require(
                try JSONDecoder().decode(
                    [String: [String]].self,
                    from: Data(try await outside.get("/tegata/terms/hidden").text.utf8))["terms"]?
                    .first), from: card.profile)
        let lists = try await outside.get("/tegata/uses/hidden/nights/0").text
        #expect(try await outside.get("/tegata/uses/hidden/nights/0").text == lists)
        for (path, reason) in [
            ("nights/1", "not_yet_valid"), ("nights/-1", "malformed"), ("none/0", "unsupported"),
        ] {
            #expect(try await outside.get("/tegata/uses/hidden/" + path).reason == reason)
        }
        let snapshot = try MemberSnapshot(parsing: lists, from: card.profile)
        let inn = Shop(
            at: "https://inn.example", key: .p256(P256.PrivateKey()), trusting: card.profile,
            store: .inMemory(), book: .inMemory())
        let question = try await inn.ask(for: terms, among: snapshot)
        var uses = EntitlementUses()
        let answer = try card.holder.use(
            question, of: terms, with: card.card, from: inn.profile, among: snapshot, in: &uses,
            ofAtLeast: 2)
        func handIn(_ parts: [String: String]) async throws -> Browser.Answer {
            let all = ["edition": "hidden", "terms": "nights"].merging(parts) { $1 }
            return try await outside.post(
                "/tegata/uses", body: try JSONEncoder().encode(all), type: "application/json")
        }
        // Half of it, or both at once, is nothing.
        for parts in [
            ["answer": answer], ["question": question],
            ["answer": answer, "question": question, "shop": inn.id, "voucher": answer],
        ] {
            #expect(try await handIn(parts).reason == "malformed")
        }
        let first = try await handIn(["question": question, "answer": answer])
        #expect(try await handIn(["question": question, "answer": answer]).text == first.text)
        let said = try UseStatement(
            parsing: first.text, for: answer, under: terms, from: card.profile)
        #expect(said.outcome == .counted && said.shop == inn.id)
    }
}
