import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// What shops, holders and those between them can try: rows A3, A10, A49 to A53, A59, A80, A85 to A87, A101 and A133 in spirit.
@Suite struct AttackEntitlementTests {
    @Test func `terms that are forged, changed or impossible are none`() async throws {
        let world = try await EntitlementWorld()
        let profile = world.city.issuer.profile
        func changed(_ key: SigningKey? = nil, _ change: (inout TokenForgery) -> Void) throws
            -> String
        {
            var forgery = try TokenForgery(world.terms.encoded)
            change(&forgery)
            return try forgery.signed(by: key ?? world.city.keys.card)
        }
        for (name, reason, text) in [
            (
                "by a stranger", Refusal.signatureInvalid,
                try changed(.secp256k1(World.privateKey("stranger"))) {
                    $0.payload["count"] = "1000"
                }
            ),
            (
                "of another issuer", .issuerUntrusted,
                try changed { $0.payload["iss"] = "\"https://x.example\"" }
            ),
            (
                "another kind", .typeMismatch,
                try changed { $0.header["typ"] = "\"tegata-notice+jwt\"" }
            ),
            ("no uses", .malformed, try changed { $0.payload["count"] = "0" }),
            ("too many", .malformed, try changed { $0.payload["count"] = "1001" }),
            (
                "more offline than there are", .malformed,
                try changed { $0.payload["offline"] = "11" }
            ),
            ("windows that go back", .malformed, try changed { $0.payload["windows"] = "[5,5]" }),
            ("one moment", .malformed, try changed { $0.payload["windows"] = "[5]" }),
            ("no shop", .malformed, try changed { $0.payload["shops"] = "[]" }),
            ("a shop twice", .malformed, try changed { $0.payload["shops"] = #"["a","a"]"# }),
            ("another mode", .malformed, try changed { $0.payload["mode"] = "\"bearer\"" }),
            (
                "anonymous and offline", .malformed,
                try changed { $0.payload["mode"] = "\"anonymous\"" }
            ),
        ] {
            #expect(throws: reason, "\(name)") {
                try EntitlementTerms(parsing: text, from: profile)
            }
        }
        for (field, plan) in [
            ("count", (0, 0, [0, 1], ["a"])), ("offline", (1, 2, [0, 1], ["a"])),
            ("windows", (1, 0, [1, 0], ["a"])), ("shops", (1, 0, [0, 1], [])),
        ] as [(String, (Int, Int, [Int64], [String]))] {
            #expect(throws: NoticeError.terms(field: field)) {
                try Entitlement(
                    "x", title: NoticeWorld.reason, count: plan.0, offline: plan.1,
                    windows: plan.2, shops: plan.3)
            }
        }
    }

    @Test func `a wallet gives a voucher to the shop that asked, and to no other`() async throws {
        let world = try await EntitlementWorld()
        let (taxi, inn) = (world.shop(), world.shop(EntitlementWorld.innID))
        let question = try await taxi.ask(for: world.terms)
        var uses = EntitlementUses()
        func use(_ question: String, _ shop: VerifierProfile) throws -> String {
            try world.city.holders[0].use(
                question, of: world.terms, with: world.city.cards[0], from: shop, in: &uses)
        }
        #expect(throws: Refusal.issuerUntrusted) { try use(question, inn.profile) }
        // Somebody who calls itself the taxi, and a shop that the terms do not name.
        let impostor = world.shop(key: "impostor")
        let forged = try await impostor.ask(for: world.terms)
        #expect(throws: Refusal.issuerUntrusted) { try use(forged, taxi.profile) }
        let bar = world.shop("https://bar.example")
        await #expect(throws: Refusal.issuerUntrusted) { try await bar.ask(for: world.terms) }
        var asked = try TokenForgery(question)
        asked.payload["iss"] = "\"https://bar.example\""
        let unnamed = try asked.signed(by: bar.key)
        #expect(throws: Refusal.issuerUntrusted) { try use(unnamed, bar.profile) }
        asked = try TokenForgery(question)
        asked.payload["window"] = "1"
        #expect(throws: Refusal.typeMismatch) { try use(asked.signed(by: taxi.key), taxi.profile) }
        asked.payload["window"] = "2"
        #expect(throws: Refusal.malformed) { try use(asked.signed(by: taxi.key), taxi.profile) }
        let other = try await EntitlementWorld(1, count: 9)
        let elsewhere = try await other.shop().ask(for: other.terms)
        #expect(throws: Refusal.typeMismatch) { try use(elsewhere, taxi.profile) }
        #expect(uses.count(of: world.terms, window: 0) == 0)
    }

    @Test func `a voucher counts at its shop, for its question, once (A133)`() async throws {
        let world = try await EntitlementWorld()
        let (taxi, inn) = (world.shop(), world.shop(EntitlementWorld.innID))
        var uses = EntitlementUses()
        let voucher = try await world.voucher(at: taxi, in: &uses)
        // Relayed to another shop, or settled in another shop's name.
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await inn.take(voucher, under: world.terms) { _ in }
        }
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await world.count(voucher, from: inn)
        }
        let bar = world.shop("https://bar.example")
        await #expect(throws: Refusal.issuerUntrusted) { try await world.count(voucher, from: bar) }
        // A process of the taxi that did not ask.
        let stranger = world.shop()
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await stranger.take(voucher, under: world.terms) { _ in }
        }
        _ = try await taxi.take(voucher, under: world.terms) { _ in }
        await #expect(throws: Refusal.replayed) {
            try await taxi.take(voucher, under: world.terms) { _ in }
        }
        // A presentation of the card is no voucher, and a voucher is no presentation.
        let door = Verifier(
            at: taxi.id, trusting: [world.city.issuer.profile], store: .inMemory(),
            clock: { World.now })
        let shown = try world.city.holders[0].present(
            world.city.cards[0], revealing: [], to: try await door.challenge(asking: []))
        await #expect(throws: Refusal.typeMismatch) {
            try await taxi.take(shown, under: world.terms) { _ in }
        }
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(voucher) }
        // Five minutes later it is too old to be numbered.
        world.city.time.now += 301
        await #expect(throws: Refusal.expired) { try await world.count(voucher, from: taxi) }
    }

    @Test func `an answer to one open question is none to another`() async throws {
        let world = try await EntitlementWorld()
        let taxi = world.shop()
        var uses = EntitlementUses()
        let questions = [
            try await taxi.ask(for: world.terms), try await taxi.ask(for: world.terms),
        ]
        let voucher = try world.city.holders[0].use(
            questions[0], of: world.terms, with: world.city.cards[0], from: taxi.profile,
            in: &uses)
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await taxi.take(voucher, to: questions[1], under: world.terms) { _ in
                Issue.record("nothing is kept")
            }
        }
        // Nothing was used up by asking the wrong way.
        _ = try await taxi.take(voucher, to: questions[0], under: world.terms) { _ in }
    }

    @Test func `what a voucher says is under the card's key`() async throws {
        let world = try await EntitlementWorld(2)
        let taxi = world.shop()
        var uses = EntitlementUses()
        let voucher = try await world.voucher(at: taxi, isOffline: true, in: &uses)
        let parts = voucher.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        func binding(_ key: SigningKey, _ use: String) throws -> String {
            var forgery = try TokenForgery(parts[parts.count - 1])
            forgery.payload["tegata"] = "{\"use\":\(use)}"
            return (parts.dropLast() + [try forgery.signed(by: key)]).joined(separator: "~")
        }
        let mine = world.city.holders[0].key
        let digest = Base64URL.encode(world.terms.digest.array)
        func use(_ number: String, window: String = "0", terms: String? = nil) -> String {
            "{\"terms\":\"\(terms ?? digest)\",\"window\":\(window)\(number)}"
        }
        for (name, reason, text) in [
            (
                "another card's key", Refusal.holderBindingInvalid,
                try binding(world.city.holders[1].key, use(",\"number\":8"))
            ),
            (
                "a number for the issuer to give", .limitExceeded,
                try binding(mine, use(",\"number\":7"))
            ),
            (
                "a number that there is not", .limitExceeded,
                try binding(mine, use(",\"number\":10"))
            ),
            ("a negative number", .malformed, try binding(mine, use(",\"number\":-1"))),
            ("another window", .expired, try binding(mine, use(",\"number\":8", window: "1"))),
            (
                "other terms", .typeMismatch,
                try binding(
                    mine, use(",\"number\":8", terms: Base64URL.encode(SHA256.hash([]).array)))
            ),
        ] {
            await #expect(throws: reason, "\(name)") {
                try await taxi.take(text, under: world.terms) { _ in }
            }
            await #expect(throws: reason, "\(name)") { try await world.count(text, from: taxi) }
        }
        // The offline question takes no voucher that is to be numbered, and the other way round.
        let unnumbered = try binding(mine, use(""))
        await #expect(throws: Refusal.typeMismatch) {
            try await taxi.take(unnumbered, under: world.terms) { _ in }
        }
        #expect(try await world.city.entries(.redemption) == 0)
    }

    @Test func `a number used twice is charged to whom the written rule says`() async throws {
        let world = try await EntitlementWorld()
        let (taxi, inn) = (world.shop(), world.shop(EntitlementWorld.innID))
        // A wallet that was copied, or put back: the same number for two shops, and twice for one whose book was lost.
        func give(_ shop: Shop, _ number: Int) async throws -> String {
            for _ in 0..<200 {
                var copy = EntitlementUses()
                let text = try await world.voucher(at: shop, isOffline: true, in: &copy)
                let voucher = try await shop.take(text, under: world.terms) { _ in }
                if voucher.number == number { return text }
            }
            throw Refusal.unavailable
        }
        func fresh(_ id: String) -> Shop { world.shop(id) }
        func first(_ id: String, _ number: Int) async throws -> String {
            while true {
                if let text = try? await give(fresh(id), number) { return text }
            }
        }
        let one = try await first(EntitlementWorld.taxiID, 8)
        let two = try await first(EntitlementWorld.innID, 8)
        let three = try await first(EntitlementWorld.taxiID, 8)
        let counted = try await world.count(one, from: taxi)
        let charged = try await world.count(two, from: inn)
        let refused = try await world.count(three, from: taxi)
        #expect(counted.outcome == .counted && charged.outcome == .charged)
        #expect(refused.outcome == .refused)
        #expect(charged.first == counted.voucher && refused.first == counted.voucher)
        // Byte for byte again, nothing changes for anybody, in any order.
        #expect(try await world.count(two, from: inn).outcome == .charged)
        #expect(try await world.count(one, from: taxi).outcome == .counted)
        #expect(try await world.city.entries(.redemption) == 3)
        // The evidence is in two texts, and needs nobody's word.
        let disputes = try await world.city.issuer.disputes(under: world.terms)
        #expect(disputes.map(\.second.voucher) == [two, three])
        #expect(disputes.allSatisfy { $0.first == (one, taxi.id) })
        #expect(disputes.map(\.second.shop) == [inn.id, taxi.id])
        let tally = try await world.city.another().tally(under: world.terms)
        #expect(
            tally == [
                ShopTally(shop: taxi.id, window: 0, counted: 1, charged: 0, refused: 1),
                ShopTally(shop: inn.id, window: 0, counted: 0, charged: 1, refused: 0),
            ])
        let profile = world.city.issuer.profile
        let double = try DoubleUse(
            (one, taxi.id), (two, inn.id), under: world.terms, from: profile)
        #expect(double.bearer == .holder && double.first.serial.number == 1)
        let sloppy = try DoubleUse(
            (one, taxi.id), (three, taxi.id), under: world.terms, from: profile)
        #expect(sloppy.bearer == .shop)
        #expect(throws: Refusal.conflict) {
            try DoubleUse((one, taxi.id), (one, taxi.id), under: world.terms, from: profile)
        }
        // A shop cannot make evidence: its own name under another's voucher is no voucher.
        #expect(throws: Refusal.holderBindingInvalid) {
            try DoubleUse((one, taxi.id), (one, inn.id), under: world.terms, from: profile)
        }
        let other = try await first(EntitlementWorld.innID, 9)
        #expect(throws: Refusal.conflict) {
            try DoubleUse((one, taxi.id), (other, inn.id), under: world.terms, from: profile)
        }
    }

    @Test func `a shop takes a number once, and loses nothing that it said yes to`() async throws {
        let world = try await EntitlementWorld()
        let journal = FailingJournal()
        let taxi = world.shop(book: NullifierStore(journal: journal))
        var copies = [EntitlementUses(), EntitlementUses(), EntitlementUses()]
        var kept = [String]()
        var taken = [Int]()
        for index in copies.indices {
            let text = try await world.voucher(at: taxi, isOffline: true, in: &copies[index])
            do {
                let voucher = try await taxi.take(text, under: world.terms) { kept.append($0) }
                taken.append(try #require(voucher.number))
            } catch {
                #expect(error as? Refusal == .replayed)
            }
        }
        // Three copies of one wallet, two numbers: no number twice.
        #expect(Set(taken).count == taken.count && kept.count == 3)
        // A disk that fails before the book is written: no yes, and the text is there.
        let other = world.shop(EntitlementWorld.innID, book: NullifierStore(journal: journal))
        journal.fail(.refuses(.unavailable("the disk is full")))
        var uses = EntitlementUses()
        let text = try await world.voucher(at: other, isOffline: true, in: &uses)
        await #expect(throws: Refusal.unavailable) {
            try await other.take(text, under: world.terms) { kept.append($0) }
        }
        #expect(kept.last == text)
        // A text that cannot be kept is not taken, and its question stays open.
        let more = try await world.voucher(at: other, isOffline: true, in: &uses)
        await #expect(throws: Refusal.unavailable) {
            try await other.take(more, under: world.terms) { _ in throw Refusal.unavailable }
        }
        _ = try await other.take(more, under: world.terms) { _ in }
    }

    @Test(arguments: [true, false])
    func `killed before or behind the write, a voucher is counted once (A85, A86)`(
        isWritten: Bool
    ) async throws {
        let world = try await EntitlementWorld()
        let taxi = world.shop()
        var uses = EntitlementUses()
        for isOffline in [false, true] {
            let voucher = try await world.voucher(at: taxi, isOffline: isOffline, in: &uses)
            world.city.journal.fail(
                isWritten ? .losesAnswer : .refuses(.unavailable("killed")))
            _ = try? await world.count(voucher, from: taxi, by: world.city.another())
            let statement = try await world.count(voucher, from: taxi, by: world.city.another())
            #expect(statement.outcome == .counted)
            #expect(statement.number == 0 || isOffline)
        }
        #expect(try await world.city.entries(.redemption) == 2)
    }

    @Test func `one changed bit of a stored use is named (A101)`() async throws {
        let world = try await EntitlementWorld()
        let taxi = world.shop()
        var uses = EntitlementUses()
        _ = try await world.count(try await world.voucher(at: taxi, in: &uses), from: taxi)
        let number = try await world.city.journal.head().size - 1
        let record = try await world.city.journal.records(from: number, atMost: 1)[0]
        for (isMemo, place) in [(false, 40), (true, 70), (true, record.memo.count - 40)] {
            var (entry, memo) = (record.entry, record.memo)
            if isMemo { memo[place] ^= 1 } else { entry[place] ^= 1 }
            world.city.journal.change(number, to: JournalRecord(entry: entry, memo: memo))
            let reader = NoticeWorld.issuer(
                over: world.city.journal, world.city.keys, world.city.time)
            await #expect(throws: Refusal.unavailable) { try await reader.reopen() }
            #expect(await reader.fault == .damaged(record: number))
        }
    }

    @Test func `another signature over a voucher is no second ride (A10)`() async throws {
        let city = try await NoticeWorld(
            1, key: .p256(P256.PrivateKey()), holding: { _ in .p256(P256.PrivateKey()) })
        let plan = try Entitlement(
            "taxi", title: NoticeWorld.reason, count: 2, windows: EntitlementWorld.windows,
            shops: [EntitlementWorld.taxiID])
        let terms = try EntitlementTerms(
            parsing: city.issuer.terms(of: plan, in: city.edition), from: city.issuer.profile)
        let taxi = Shop(
            at: EntitlementWorld.taxiID, key: .secp256k1(World.privateKey("taxi")),
            trusting: city.issuer.profile, store: .inMemory(), book: .inMemory(),
            clock: { World.now })
        var uses = EntitlementUses()
        let voucher = try city.holders[0].use(
            try await taxi.ask(for: terms), of: terms, with: city.cards[0], from: taxi.profile,
            in: &uses)
        var parts = voucher.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        parts[parts.count - 1] = negatingS(parts[parts.count - 1], .es256)
        let twin = parts.joined(separator: ".")
        #expect(twin != voucher)
        let statement = try await city.issuer.count(voucher, from: taxi.id, under: terms)
        #expect(try await city.issuer.count(twin, from: taxi.id, under: terms) == statement)
        #expect(try await city.entries(.redemption) == 1)
    }

    @Test func `receipts and statements speak of one use, and are their signer's`() async throws {
        let world = try await EntitlementWorld()
        let (taxi, inn) = (world.shop(), world.shop(EntitlementWorld.innID))
        var uses = EntitlementUses()
        let text = try await world.voucher(at: taxi, in: &uses)
        let other = try await world.voucher(at: taxi, in: &uses)
        let voucher = try await taxi.take(text, under: world.terms) { _ in }
        let receipt = try taxi.receipt(for: voucher, under: world.terms, NoticeWorld.reason)
        #expect(throws: Refusal.conflict) {
            try UseReceipt(parsing: receipt, for: other, under: world.terms, from: taxi.profile)
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try UseReceipt(parsing: receipt, for: text, under: world.terms, from: inn.profile)
        }
        #expect(throws: NoticeError.text(field: "text")) {
            try taxi.receipt(
                for: voucher, under: world.terms, BilingualText(ja: "a\u{202E}", en: "b"))
        }
        let statement = try await world.city.issuer.count(text, from: taxi.id, under: world.terms)
        var forged = try TokenForgery(statement)
        forged.payload["outcome"] = "\"charged\""
        #expect(throws: Refusal.signatureInvalid) {
            try UseStatement(
                parsing: forged.signed(by: taxi.key), for: text, under: world.terms,
                from: world.city.issuer.profile)
        }
        let milder = try await EntitlementWorld(1, count: 9)
        #expect(throws: Refusal.typeMismatch) {
            try UseStatement(
                parsing: statement, for: text, under: milder.terms,
                from: world.city.issuer.profile)
        }
        #expect(throws: Refusal.conflict) {
            try UseStatement(
                parsing: statement, for: other, under: world.terms,
                from: world.city.issuer.profile)
        }
    }
}
