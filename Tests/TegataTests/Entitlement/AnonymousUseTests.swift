import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// So many times in a window, as one of the members: the k-th use has the k-th name (Spec/entitlement.md, "Anonymous").
@Suite struct AnonymousUseTests {
    @Test func `a member has three nights at any inn, and no fourth`() async throws {
        let world = try await EntitlementWorld(4, mode: .anonymous, count: 3)
        let snapshot = try await world.snapshot()
        let (inn, taxi) = (world.shop(EntitlementWorld.innID), world.shop())
        var uses = EntitlementUses()
        var names = Set<Pseudonym>()
        for shop in [inn, taxi, inn] {
            let (question, answer) = try await world.answer(2, at: shop, among: snapshot, in: &uses)
            var kept = [String]()
            let use = try await shop.take(
                answer, to: question, under: world.terms, among: snapshot
            ) { kept.append($0) }
            #expect(kept == [answer])
            #expect(use.anonymity == 4 && use.window == 0 && use.shop == shop.id)
            names.insert(use.nullifier)
            let statement = try await world.count((question, answer))
            #expect(statement.outcome == .counted && statement.number == use.number)
            #expect(statement.voucher == use.digest && statement.shop == shop.id)
            // Asked again after a lost answer: the same statement (A86).
            #expect(try await world.count((question, answer)).time == statement.time)
            let receipt = try shop.receipt(for: use, under: world.terms, NoticeWorld.reason)
            _ = try UseReceipt(
                parsing: receipt, for: answer, under: world.terms, from: shop.profile)
        }
        #expect(names.count == 3 && uses.count(of: world.terms, window: 0) == 3)
        await #expect(throws: Refusal.soldOut) {
            try await world.answer(2, at: inn, among: snapshot, in: &uses)
        }
        // A wallet that has forgotten meets its own names, at whichever shop.
        var forgotten = EntitlementUses()
        for shop in [inn, taxi, taxi] {
            let again = try await world.answer(2, at: shop, among: snapshot, in: &forgotten)
            _ = try await shop.take(
                again.answer, to: again.question, under: world.terms, among: snapshot
            ) { _ in }
            await #expect(throws: Refusal.replayed) { try await world.count(again) }
        }
        #expect(try await world.city.entries(.anonymousUse) == 3)
        #expect(
            try await world.city.issuer.tally(under: world.terms).map(\.counted) == [1, 2],
            "the taxi's, the inn's")
        // Another member has names of their own.
        var others = EntitlementUses()
        _ = try await world.count(
            try await world.answer(1, at: inn, among: snapshot, in: &others))
    }

    @Test func `many answers at once are exactly as many as there are names`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 4)
        let snapshot = try await world.snapshot()
        let inn = world.shop(EntitlementWorld.innID)
        var answers = [(question: String, answer: String)]()
        while answers.count < 20 {
            var uses = EntitlementUses()
            for _ in 0..<4 where answers.count < 20 {
                answers.append(try await world.answer(at: inn, among: snapshot, in: &uses))
            }
        }
        let (all, other) = (answers, try await world.city.another())
        world.city.journal.fail(.losesAnswer, .refuses(.moved))
        let numbers = await withTaskGroup(of: Int?.self) { group in
            for (place, answer) in all.enumerated() {
                let issuer = place % 2 == 0 ? other : world.city.issuer
                group.addTask { try? await world.count(answer, by: issuer).number }
            }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(numbers.sorted() == [0, 1, 2, 3])
        #expect(try await world.city.entries(.anonymousUse) == 4)
    }

    @Test func `a window has one snapshot, for every process and for good`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 2)
        let (terms, city) = (world.terms, world.city)
        await #expect(throws: Refusal.notYetValid) {
            try await city.issuer.lists(of: terms, window: 1)
        }
        let other = try await city.another()
        let given = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<8 {
                let issuer = number % 2 == 0 ? other : city.issuer
                group.addTask { try await issuer.lists(of: terms, window: 0) }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(given.count == 1)
        // Who comes later, and a process that starts later, find the same.
        city.time.now += 60
        let holder = Holder(
            key: .secp256k1(World.privateKey("late")), secret: [9], clock: { city.time.now })
        let late = try holder.accept(
            try await city.issuer.issue(to: try await holder.request(city.edition)),
            from: city.issuer.profile)
        #expect(try await city.another().lists(of: terms, window: 0) == given.first)
        let inn = world.shop(EntitlementWorld.innID)
        let snapshot = try await world.snapshot()
        var uses = EntitlementUses()
        let question = try await inn.ask(for: terms, among: snapshot)
        #expect(throws: Refusal.typeMismatch) {
            try holder.use(
                question, of: terms, with: late, from: inn.profile, among: snapshot, in: &uses,
                ofAtLeast: 2)
        }
        // A shop that made lists its own: signed by the issuer, but not the window's.
        let fresh = try MemberSnapshot(
            parsing: try await city.issuer.publicLists(of: city.edition),
            from: city.issuer.profile)
        let asked = try await inn.ask(for: terms, among: fresh)
        let answer = try holder.use(
            asked, of: terms, with: late, from: inn.profile, among: fresh, in: &uses, ofAtLeast: 2)
        await #expect(throws: Refusal.typeMismatch) { try await world.count((asked, answer)) }
        // In the next window the latecomer is one of three, and nobody who did not ask in time has the one before.
        city.time.now = EntitlementWorld.windows[1]
        let next = try await world.snapshot(1)
        let again = try await inn.ask(for: terms, among: next)
        let counted = try await world.count(
            (
                again,
                try holder.use(
                    again, of: terms, with: late, from: inn.profile, among: next, in: &uses,
                    ofAtLeast: 3)
            ))
        #expect(counted.window == 1)
        #expect(try await city.issuer.lists(of: terms, window: 0) == given.first)
        // An answer among lists that nobody was given is refused, and freezes none.
        let idle = try await EntitlementWorld(1, mode: .anonymous, count: 2)
        let own = try MemberSnapshot(
            parsing: try await idle.city.issuer.publicLists(of: idle.city.edition),
            from: idle.city.issuer.profile)
        var early = EntitlementUses()
        let unasked = try await idle.answer(
            at: idle.shop(EntitlementWorld.innID), among: own, in: &early)
        await #expect(throws: Refusal.typeMismatch) { try await idle.count(unasked) }
        #expect(try await idle.city.entries(.attachment) == 0)
        idle.city.time.now = EntitlementWorld.windows[1]
        await #expect(throws: Refusal.expired) {
            try await idle.city.issuer.lists(of: idle.terms, window: 0)
        }
        let elsewhere = try await NoticeWorld(1, at: "https://elsewhere.example")
        await #expect(throws: Refusal.issuerUntrusted) {
            try await elsewhere.issuer.lists(of: terms, window: 0)
        }
        let byCard = try await EntitlementWorld()
        await #expect(throws: Refusal.typeMismatch) {
            try await byCard.city.issuer.lists(of: byCard.terms, window: 0)
        }
    }

    @Test func `a long list is kept in pieces`() async throws {
        let world = try await EntitlementWorld(1, mode: .anonymous, count: 2)
        let lists = try await world.city.issuer.lists(of: world.terms, window: 0)
        let names = try await world.city.issuer.attachments(of: world.city.edition)
        #expect(names.count == 1 && names[0].hasSuffix("/0/0"))
        let long = String(repeating: "ab", count: Attachment.textLimit)
        let pieces = try Attachment.pieces(of: long, under: "long/")
        #expect(pieces.map(\.name) == ["long/0", "long/1"])
        #expect(pieces.map(\.text).joined() == long)
        #expect(try Attachment.pieces(of: lists, under: "x").map(\.text) == [lists])
    }

    @Test func `a use is bound to terms, window, shop and number`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 2)
        let snapshot = try await world.snapshot()
        let (inn, taxi) = (world.shop(EntitlementWorld.innID), world.shop())
        var uses = EntitlementUses()
        let (question, answer) = try await world.answer(at: inn, among: snapshot, in: &uses)
        let other = try await inn.ask(for: world.terms, among: snapshot)
        let nonce = try #require(
            try TokenForgery(other).payload["nonce"].map { String($0.dropFirst().dropLast()) })
        func changed(_ name: String, _ value: JSON) throws -> String {
            var object = JSONObject()
            for member in try JSON(parsing: Array(answer.utf8)).object?.members ?? [] {
                object.add(member.name, member.name == name ? value : member.value)
            }
            return JSON.object(object).text
        }
        let used = try JSON(parsing: Array(answer.utf8))["number"]?.integer ?? 0
        for (name, value, reason) in [
            // The one after the last is refused by its number; the other one has another base.
            ("number", JSON.whole(2), Refusal.limitExceeded),
            ("number", .whole(1 - used), .holderBindingInvalid),
            ("number", .whole(-1), .malformed), ("part", .whole(1), .malformed),
            ("part", .whole(-1), .malformed), ("nonce", .string(nonce), .holderBindingInvalid),
            ("nonce", .string("unknown"), .holderBindingInvalid),
            ("proof", .string("AAAA"), .malformed),
        ] {
            let text = try changed(name, value)
            await #expect(throws: reason, "\(name) \(value)") {
                try await inn.take(text, to: question, under: world.terms, among: snapshot) { _ in
                    Issue.record("nothing is kept")
                }
            }
            // Nor by whoever hands it in without looking.
            await #expect(throws: reason, "\(name) \(value)") {
                try await world.count((question, text))
            }
        }
        // To another open question, and to a shop that did not ask.
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await inn.take(answer, to: other, under: world.terms, among: snapshot) { _ in }
        }
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await taxi.take(answer, to: question, under: world.terms, among: snapshot) { _ in }
        }
        #expect(try await world.city.entries(.anonymousUse) == 0)
        _ = try await inn.take(answer, to: question, under: world.terms, among: snapshot) { _ in }
        await #expect(throws: Refusal.replayed) {
            try await inn.take(answer, to: question, under: world.terms, among: snapshot) { _ in }
        }
        _ = try await world.count((question, answer))
    }

    @Test func `two answers are one only when they are the same text`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 3)
        let snapshot = try await world.snapshot()
        let inn = world.shop(EntitlementWorld.innID)
        var uses = EntitlementUses()
        var statements = [UseStatement]()
        for _ in 0..<2 {
            // What is in front of the last dot is the same in both: they must not be taken for one voucher with two signatures.
            let asked = try await world.answer(at: inn, among: snapshot, in: &uses)
            let dressed = " {\"x\":\"a.\"," + asked.answer.dropFirst()
            _ = try await inn.take(
                dressed, to: asked.question, under: world.terms, among: snapshot
            ) { _ in }
            statements.append(try await world.count((asked.question, dressed)))
        }
        #expect(statements[0].number != statements[1].number)
        #expect(statements[0].voucher != statements[1].voucher)
        #expect(try await world.city.entries(.anonymousUse) == 2)
        #expect(
            LoggedDocument.digest(of: " {\"x\":\"a.b\"}")
                != LoggedDocument.digest(of: " {\"x\":\"a.c\"}"))
        #expect(LoggedDocument.digest(of: "a.b.c") == LoggedDocument.digest(of: "a.b.d"))
    }

    @Test func `the issuer believes no question but the one that was answered`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 2)
        let snapshot = try await world.snapshot()
        let inn = world.shop(EntitlementWorld.innID)
        var uses = EntitlementUses()
        let (question, answer) = try await world.answer(at: inn, among: snapshot, in: &uses)
        func changed(_ change: (inout TokenForgery) -> Void) throws -> String {
            var forgery = try TokenForgery(question)
            change(&forgery)
            return try forgery.signed(by: inn.key)
        }
        for (name, reason, text) in [
            // The taxi wants the inn's money; nobody's signature would have stopped it.
            (
                "another shop", Refusal.holderBindingInvalid,
                try changed { $0.payload["iss"] = "\"\(EntitlementWorld.taxiID)\"" }
            ),
            (
                "a shop of no terms", .issuerUntrusted,
                try changed { $0.payload["iss"] = "\"https://bar.example\"" }
            ),
            (
                "another kind", .typeMismatch,
                try changed { $0.header["typ"] = "\"tegata-question+jwt\"" }
            ),
            (
                "other terms", .typeMismatch,
                try changed {
                    $0.payload["terms"] = "\"\(Base64URL.encode(SHA256.hash([]).array))\""
                }
            ),
            ("a window that is to come", .notYetValid, try changed { $0.payload["window"] = "1" }),
            ("a window that there is not", .malformed, try changed { $0.payload["window"] = "2" }),
            ("no snapshot", .typeMismatch, try changed { $0.payload["snapshot"] = nil }),
            (
                "another snapshot", .typeMismatch,
                try changed {
                    $0.payload["snapshot"] = "\"\(Base64URL.encode(SHA256.hash([]).array))\""
                }
            ),
            ("another moment", .holderBindingInvalid, try changed { $0.payload["iat"] = "1" }),
            ("no text", .malformed, "..."),
        ] {
            await #expect(throws: reason, "\(name)") { try await world.count((text, answer)) }
        }
        // By card nobody uses what is anonymous, and the other way round.
        await #expect(throws: Refusal.typeMismatch) { try await inn.ask(for: world.terms) }
        #expect(throws: Refusal.typeMismatch) {
            try world.city.holders[0].use(
                question, of: world.terms, with: world.city.cards[0], from: inn.profile, in: &uses)
        }
        #expect(throws: Refusal.limitExceeded) {
            try world.city.holders[1].use(
                question, of: world.terms, with: world.city.cards[1], from: inn.profile,
                among: snapshot, in: &uses)
        }
        // Too late is too late; within the grace it counts.
        world.city.time.now = EntitlementWorld.windows[1] + world.terms.entitlement.grace
        await #expect(throws: Refusal.expired) { try await world.count((question, answer)) }
        world.city.time.now -= 1
        #expect(try await world.count((question, answer)).window == 0)
    }

    @Test func `what was counted is counted after a start, and damage is seen`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 1)
        let snapshot = try await world.snapshot()
        let inn = world.shop(EntitlementWorld.innID)
        var uses = EntitlementUses()
        let asked = try await world.answer(at: inn, among: snapshot, in: &uses)
        let statement = try await world.count(asked)
        let other = try await world.city.another()
        #expect(try await world.count(asked, by: other).time == statement.time)
        var forgotten = EntitlementUses()
        let again = try await world.answer(at: inn, among: snapshot, in: &forgotten)
        await #expect(throws: Refusal.replayed) { try await world.count(again, by: other) }
        // A second record of one name is no register.
        var ledger = RedemptionLedger()
        let memo = AnonymousUseMemo(
            salt: FixedBytes(), terms: world.terms.digest, window: 0, number: 0,
            nullifier: FixedBytes(), shop: FixedBytes(), time: 0, question: "", answer: "{}",
            statement: "a.b.c")
        let entry = LoggedDocument.entry(
            .anonymousUse, world.city.edition.digest, salt: memo.salt, memo.statement)
        try ledger.count(memo, entry, at: 5)
        #expect(ledger.isUsed(memo.name))
        let twin = AnonymousUseMemo(
            salt: memo.salt, terms: memo.terms, window: 0, number: 0, nullifier: memo.nullifier,
            shop: memo.shop, time: 0, question: "", answer: "{ }", statement: memo.statement)
        #expect(throws: Refusal.malformed) { try ledger.count(twin, entry, at: 6) }
        #expect(try AnonymousUseMemo(memo.fields).answer == "{}")
        #expect(throws: Refusal.malformed) { try AnonymousUseMemo(memo.fields.dropLast(40)) }
    }

    @Test func `a receipt of an anonymous use is kept with the card`() async throws {
        let world = try await EntitlementWorld(2, mode: .anonymous, count: 2)
        let key = Secp256k1.PrivateKey()
        let holder = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { World.now })
        let card = try holder.accept(
            try await world.city.issuer.issue(to: try await holder.request(world.city.edition)),
            from: world.city.issuer.profile)
        let snapshot = try await world.snapshot()
        let inn = world.shop(EntitlementWorld.innID)
        var wallet = Wallet(clock: { World.now })
        try wallet.keep(card, of: holder, from: world.city.issuer.profile)
        var uses = EntitlementUses()
        let (question, answer) = try await world.answer(at: inn, among: snapshot, in: &uses)
        let use = try await inn.take(
            answer, to: question, under: world.terms, among: snapshot
        ) { _ in }
        let receipt = try inn.receipt(for: use, under: world.terms, NoticeWorld.reason)
        try wallet.keep(
            receipt: receipt, for: answer, of: card, under: world.terms, from: inn.profile)
        let document = try WalletDocument.encode(wallet)
        var phone = Wallet(clock: { World.now })
        #expect(try phone.merge(document: document).faults.isEmpty)
        let taken = try #require(phone.takenUses(of: card).first)
        #expect(taken.voucher == nil && taken.given == answer && taken.serial == card.serial)
        #expect(taken.receipt.shop == inn.id)
        #expect(try WalletDocument.encode(phone) == document)
        // Another answer's receipt is none.
        let other = try await world.answer(1, at: inn, among: snapshot, in: &uses)
        #expect(throws: Refusal.conflict) {
            try wallet.keep(
                receipt: receipt, for: other.answer, of: card, under: world.terms,
                from: inn.profile)
        }
    }
}
