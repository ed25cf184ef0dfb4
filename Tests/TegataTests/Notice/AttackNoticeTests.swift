import TegataCrypto
import TegataLog
import TegataNationalID
import TegataSDJWT
import Testing

@testable import Tegata

/// What a transport, a thief, a holder with two accounts and a failing disk can try with notices: in the manner of rows A3, A10, A16,
/// A45, A59, A80, A86, A87, A88, A89, A96 and A101.
@Suite struct AttackNoticeTests {
    // MARK: - Before a person sees it

    @Test func `a notice that is forged or changed is recognised before anybody reads it`()
        async throws
    {
        let world = try await NoticeWorld(2)
        let (text, _) = try await world.tell()
        let stranger = SigningKey.secp256k1(World.privateKey("stranger"))
        var forgery = try TokenForgery(text)
        forgery.payload["benefit"] = #"{"amount":9999999,"currency":"JPY"}"#
        let genuineKey = world.keys.card
        func signed(_ key: SigningKey, _ change: (inout TokenForgery) -> Void) throws -> String {
            var forgery = try TokenForgery(text)
            change(&forgery)
            return try forgery.signed(by: key)
        }
        let parts = text.split(separator: ".").map(String.init)
        let payload = Base64URL.encode(Array(forgery.payload.text.utf8))
        let attacks: [(String, Refusal, String)] = [
            (
                "another amount under the old signature", .signatureInvalid,
                [parts[0], payload, parts[2]].joined(separator: ".")
            ),
            (
                "signed by a stranger in the issuer's name", .signatureInvalid,
                try signed(stranger) { _ in }
            ),
            (
                "signed by a stranger under its own name", .issuerUntrusted,
                try signed(stranger) {
                    $0.header["kid"] = "\"\(stranger.verifyingKey.thumbprint)\""
                }
            ),
            (
                "without a signature", .unsupported,
                try signed(genuineKey) { $0.header["alg"] = "\"none\"" }
            ),
            (
                "another kind of text of this issuer", .typeMismatch,
                try signed(genuineKey) { $0.header["typ"] = "\"tegata-terms+jwt\"" }
            ),
            (
                "a notice of no kind", .typeMismatch,
                try signed(genuineKey) { $0.header["typ"] = nil }
            ),
            (
                "in another issuer's name", .issuerUntrusted,
                try signed(genuineKey) { $0.payload["iss"] = "\"https://bank.example\"" }
            ),
            (
                "for another edition", .typeMismatch,
                try signed(genuineKey) { $0.payload["edition"] = "\"staff\"" }
            ),
            (
                "for another serial", .typeMismatch,
                try signed(genuineKey) {
                    $0.payload["to"] = $0.payload["to"]?.replacing(
                        "\"serial\":1", with: "\"serial\":2")
                }
            ),
            (
                "from the future", .notYetValid,
                try signed(genuineKey) { $0.payload["iat"] = "\(World.now + 61)" }
            ),
            (
                "past its deadline", .expired,
                try signed(genuineKey) { $0.payload["exp"] = "\(World.now)" }
            ),
            (
                "a deadline that is no number", .malformed,
                try signed(genuineKey) { $0.payload["exp"] = "\"tomorrow\"" }
            ),
            (
                "with a negative amount", .malformed,
                try signed(genuineKey) {
                    $0.payload["benefit"] = #"{"amount":-1,"currency":"JPY"}"#
                }
            ),
            (
                "with an amount in no currency", .malformed,
                try signed(genuineKey) { $0.payload["benefit"] = #"{"amount":1,"currency":"yen"}"# }
            ),
            (
                "in one language", .malformed,
                try signed(genuineKey) {
                    $0.payload["programme"] = $0.payload["programme"]?.replacing(
                        #""ja":"灯油代の給付","#, with: "")
                }
            ),
            (
                "far too long", .limitExceeded,
                try signed(genuineKey) {
                    $0.payload["x"] = "\"" + String(repeating: "x", count: 16 * 1024) + "\""
                }
            ),
        ]
        for (name, reason, attack) in attacks {
            var inbox = NoticeInbox(of: world.issuer.id)
            #expect(throws: reason, "\(name)") { try world.read(attack, in: &inbox) }
            // Nothing of it is remembered: the genuine one is still shown.
            #expect(try world.read(text, in: &inbox).benefit == .amount(12_000, currency: "JPY"))
        }
        var inbox = NoticeInbox(of: world.issuer.id)
        #expect(throws: Refusal.typeMismatch, "somebody else's, on the wrong phone") {
            try world.read(text, 1, in: &inbox)
        }
        var other = NoticeInbox(of: "https://bank.example")
        #expect(throws: Refusal.issuerUntrusted) { try world.read(text, in: &other) }
    }

    @Test func `each byte of a notice counts, and what is cut or joined is none`() async throws {
        let world = try await NoticeWorld()
        let (text, _) = try await world.tell()
        let bytes = Array(text.utf8)
        // Every seventh: each byte of the signed part falls under the same signature.
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[index] =
                changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            var inbox = NoticeInbox(of: world.issuer.id)
            #expect(throws: Refusal.self) {
                try world.read(String(decoding: changed, as: UTF8.self), in: &inbox)
            }
        }
        for text in [
            "", ".", "..", String(text.dropLast()), text + "A", " " + text, text + "." + text,
        ] {
            var inbox = NoticeInbox(of: world.issuer.id)
            #expect(throws: Refusal.self) { try world.read(text, in: &inbox) }
        }
    }

    @Test func `words that hide or turn round are neither written nor read (A45)`() async throws {
        let world = try await NoticeWorld()
        let (text, _) = try await world.tell()
        for (name, bad) in [
            ("turns the direction", "12,000 \u{202E}yen"), ("isolates", "\u{2066}12\u{2069}"),
            ("has no width", "1\u{200B}2,000"), ("joins", "a\u{200D}b"),
            ("marks a side", "a\u{200F}b"),
            ("is a control", "a\u{0007}b"), ("rings off", "a\u{001B}[2Jb"),
            ("is a filler", "a\u{3164}b"),
            ("is private", "a\u{E000}b"), ("is nothing yet", "a\u{0378}b"),
            ("breaks a line invisibly", "a\u{2028}b"), ("is a tag", "a\u{E0041}b"),
            ("buries a letter", "a\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}b"), ("is empty", ""),
            ("begins with a space", " a"), ("ends with one", "a\u{3000}"),
            ("begins with a mark", "\u{0301}a"),
            ("has a second line in a title", "a\nb"), ("is soft", "a\u{00AD}b"),
        ] {
            #expect(throws: NoticeError.text(field: "title"), "\(name)") {
                try Programme(
                    "p", office: NoticeWorld.reason, title: BilingualText(ja: "題", en: bad),
                    basis: NoticeWorld.reason, text: NoticeWorld.reason, deadline: 1 << 40)
            }
            var forgery = try TokenForgery(text)
            let escaped = String(decoding: JSON.string(bad).encoded, as: UTF8.self)
            forgery.payload["programme"] = forgery.payload["programme"]?
                .replacing(#""Heating allowance""#, with: escaped)
            var inbox = NoticeInbox(of: world.issuer.id)
            #expect(throws: Refusal.malformed, "\(name)") {
                try world.read(forgery.signed(by: world.keys.card), in: &inbox)
            }
        }
        // What people do write: a rare form of a letter in a name, full width, an accent, a bracket of HTML that is shown as it is.
        for good in ["葛\u{E0100}城市", "１２０円（税込）", "Café <b>", "ハ\u{309A}ン", "1 + 1 = 2 €"] {
            let text = BilingualText(ja: good, en: good)
            #expect(text.isReadable(isMultiline: false), "\(good)")
        }
    }

    @Test func `no notice carries a 12-digit My Number`() throws {
        let number = "1234 5678 9018"
        #expect(NumberGuard.finds(in: number))
        #expect(throws: NoticeError.looksLikeIDNumber(field: "text")) {
            try Programme(
                "p", office: NoticeWorld.reason, title: NoticeWorld.reason,
                basis: NoticeWorld.reason, text: BilingualText(ja: number, en: "x"),
                deadline: 1 << 40)
        }
    }

    @Test
    func `an answered notice, an older one and a second one of its nonce are not shown again`()
        async throws
    {
        let world = try await NoticeWorld()
        let (text, notice) = try await world.tell()
        var inbox = NoticeInbox(of: world.issuer.id)
        _ = try world.read(text, in: &inbox)
        // The same words with the same nonce, for more money: a signer that repeats nonces, or a second signer.
        var forgery = try TokenForgery(text)
        forgery.payload["benefit"] = #"{"amount":13000,"currency":"JPY"}"#
        let second = try forgery.signed(by: world.keys.card)
        #expect(throws: Refusal.conflict) { try world.read(second, in: &inbox) }
        let answer = try world.holders[0].answer(.confirm, to: notice)
        let receipt = try await world.issuer.settle(answer: answer)
        // A receipt for something else, by somebody else, or of another word is none.
        let other = try world.holders[0].answer(.refuse, to: notice)
        #expect(throws: Refusal.conflict) {
            try inbox.keep(receipt: receipt, for: other, from: world.issuer.profile)
        }
        var forged = try TokenForgery(receipt)
        forged.payload["outcome"] = "\"refuse\""
        #expect(throws: Refusal.conflict) {
            try inbox.keep(
                receipt: forged.signed(by: world.keys.card), for: answer, from: world.issuer.profile
            )
        }
        #expect(throws: Refusal.signatureInvalid) {
            try inbox.keep(
                receipt: forged.signed(by: .secp256k1(World.privateKey("stranger"))), for: answer,
                from: world.issuer.profile)
        }
        #expect(throws: Refusal.typeMismatch) {
            try inbox.keep(receipt: text, for: answer, from: world.issuer.profile)
        }
        #expect(throws: Refusal.typeMismatch) {
            _ = try inbox.keep(withdrawal: receipt, from: world.issuer.profile)
        }
        #expect(inbox.state(of: notice.id) == .open)
        try inbox.keep(receipt: receipt, for: answer, from: world.issuer.profile)
        #expect(throws: Refusal.replayed) { try world.read(text, in: &inbox) }
    }

    @Test
    func `another signature over the same words is the same notice, answer and receipt (A10)`()
        async throws
    {
        // P-256 signatures can be negated by anybody; the texts they sign are known by their words.
        let world = try await NoticeWorld(
            1, key: .p256(P256.PrivateKey()), holding: { _ in .p256(P256.PrivateKey()) })
        let (text, notice) = try await world.tell()
        func negated(_ text: String) -> String {
            var parts = text.split(separator: ".").map(String.init)
            parts[2] = negatingS(parts[2], .es256)
            return parts.joined(separator: ".")
        }
        var inbox = NoticeInbox(of: world.issuer.id)
        #expect(negated(text) != text)
        let twin = try world.read(negated(text), in: &inbox)
        #expect(twin.id == notice.id)
        _ = try world.read(text, in: &inbox)
        let answer = try world.holders[0].answer(.confirm, to: twin)
        let receipt = try await world.issuer.settle(answer: negated(answer))
        #expect(try await world.issuer.settle(answer: answer) == receipt)
        try inbox.keep(receipt: negated(receipt), for: answer, from: world.issuer.profile)
        #expect(try await world.entries(.receipt) == 1)
    }

    // MARK: - At the issuer

    @Test func `only the key that was told answers, for this issuer and notice`() async throws {
        let world = try await NoticeWorld(2)
        let (_, notice) = try await world.tell(0)
        let answer = try world.holders[0].answer(.confirm, to: notice)
        #expect(throws: Refusal.typeMismatch) { try world.holders[1].answer(.confirm, to: notice) }
        let thief = SigningKey.secp256k1(World.privateKey("thief"))
        func changed(_ key: SigningKey, _ change: (inout TokenForgery) -> Void) throws -> String {
            var forgery = try TokenForgery(answer)
            change(&forgery)
            return try forgery.signed(by: key)
        }
        let mine = world.holders[0].key
        let attacks: [(String, Refusal, String)] = [
            (
                "a thief's signature under the holder's key", .signatureInvalid,
                try changed(thief) { _ in }
            ),
            (
                "a thief's own key", .holderBindingInvalid,
                try changed(thief) { $0.header["jwk"] = thief.verifyingKey.encoded }
            ),
            (
                "for another issuer", .unauthorized,
                try changed(mine) { $0.payload["aud"] = "\"https://bank.example\"" }
            ),
            (
                "to a notice that there is not", .unauthorized,
                try changed(mine) {
                    $0.payload["notice"] = "\"" + Base64URL.encode(SHA256.hash([1]).array) + "\""
                }
            ),
            (
                "from the future", .holderBindingInvalid,
                try changed(mine) { $0.payload["iat"] = "\(World.now + 61)" }
            ),
            (
                "from before the notice", .holderBindingInvalid,
                try changed(mine) { $0.payload["iat"] = "\(World.now - 61)" }
            ),
            (
                "neither yes nor no", .malformed,
                try changed(mine) { $0.payload["answer"] = "\"maybe\"" }
            ),
            (
                "a release instead", .typeMismatch,
                try changed(mine) { $0.header["typ"] = "\"tegata-release+jwt\"" }
            ),
            (
                "a proof where a key was told", .holderBindingInvalid,
                JSON.object([
                    "notice": .bytes(notice.id.array), "answer": "confirm", "part": 0,
                    "proof": "AAAA",
                ]).text
            ),
        ]
        for (name, reason, attack) in attacks {
            await #expect(throws: reason, "\(name)") {
                try await world.issuer.settle(answer: attack)
            }
        }
        #expect(try await world.entries(.receipt) == 0)
        _ = try await world.issuer.settle(answer: answer)
        // The other word comes too late.
        let no = try world.holders[0].answer(.refuse, to: notice)
        await #expect(throws: Refusal.conflict) { try await world.issuer.settle(answer: no) }
    }

    @Test func `fifty answers at once are one receipt (A80, A87)`() async throws {
        let world = try await NoticeWorld()
        let (_, notice) = try await world.tell()
        let answer = try world.holders[0].answer(.confirm, to: notice)
        let other = try await world.another()
        let receipts = await withTaskGroup(of: String?.self) { group in
            for number in 0..<50 {
                let issuer = number % 2 == 0 ? world.issuer : other
                group.addTask { try? await issuer.settle(answer: answer) }
            }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(receipts.count == 1 && receipts.first != .some(nil))
        #expect(try await world.entries(.receipt) == 1)
    }

    @Test func `yes and no at once are one of them, and the other is told so`() async throws {
        let world = try await NoticeWorld()
        let (_, notice) = try await world.tell()
        let (yes, no) = (
            try world.holders[0].answer(.confirm, to: notice),
            try world.holders[0].answer(.refuse, to: notice)
        )
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for text in [yes, no] {
                group.addTask { (try? await world.issuer.settle(answer: text)) != nil }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } == 1)
        #expect(try await world.entries(.receipt) == 1)
    }

    @Test func `two accounts of one person meet, and so does a new phone`() async throws {
        let people = try await PersonWorld.shared.value
        let issuer = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: people.issuerKey, register: World.privateKey("club register"),
                log: World.logKey),
            identity: people.services, store: .inMemory(), clock: { World.now })
        // An edition that gives a person as many cards as the person likes: two accounts.
        let edition = try await issuer.open(
            Edition("accounts", limit: 50, nationalID: [.jpkiP384], onePerPerson: false))
        let (one, two) = (DemoIdentity(.jpkiP384), DemoIdentity(.jpkiP384))
        func holder(_ seed: String) -> Holder {
            Holder(
                key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
                clock: { World.now })
        }
        let programme = try Programme(
            "payment", office: NoticeWorld.reason, title: NoticeWorld.reason,
            basis: NoticeWorld.reason, text: NoticeWorld.reason, deadline: NoticeWorld.deadline)
        var answers = [String]()
        for (seed, person) in [("a", one), ("b", one), ("c", two)] {
            let holder = holder(seed)
            let request = try await holder.request(edition, proving: person)
            let card = try holder.accept(
                try await issuer.issue(to: request), from: issuer.profile)
            let address = try await issuer.address(ofCard: card.serial.number, in: edition)
            let id = try await issuer.notify(
                [NoticeDraft(seed, to: address)], about: programme, in: edition)[0]
            var inbox = NoticeInbox(of: issuer.id)
            let notice = try inbox.receive(
                try await issuer.text(of: id), for: card, of: holder, from: issuer.profile)
            answers.append(try holder.answer(.confirm, to: notice))
        }
        _ = try await issuer.settle(answer: answers[0])
        await #expect(throws: Refusal.alreadyClaimed) {
            try await issuer.settle(answer: answers[1])
        }
        _ = try await issuer.settle(answer: answers[2])
        #expect(
            try await issuer.tally(of: "payment", in: edition) == [.confirmed: 2, .open: 1])
    }

    @Test func `a card that was passed on, suspended or revoked confirms nothing`() async throws {
        let world = try await NoticeWorld(3)
        var answers = [String]()
        for index in 0..<3 {
            answers.append(
                try world.holders[index].answer(.confirm, to: try await world.tell(index).notice))
        }
        try await world.issuer.setStatus(.suspended, of: 1, in: world.edition)
        try await world.issuer.setStatus(.revoked, of: 2, in: world.edition)
        let next = Holder(
            key: .secp256k1(World.privateKey("next")), secret: [7], clock: { World.now })
        let request = try await next.request(world.edition)
        _ = try await world.issuer.transfer(
            world.holders[2].release(world.cards[2], to: request), to: request)
        for (answer, reason) in zip(answers, [Refusal.suspended, .revoked, .revoked]) {
            await #expect(throws: reason) { try await world.issuer.settle(answer: answer) }
        }
        try await world.issuer.setStatus(.valid, of: 1, in: world.edition)
        _ = try await world.issuer.settle(answer: answers[0])
    }

    // MARK: - Failures

    @Test(arguments: [true, false])
    func `killed between any two steps, nothing is told or settled twice (A85, A86)`(
        isWritten: Bool
    ) async throws {
        let world = try await NoticeWorld(2)
        let fault: FailingJournal.Fault =
            isWritten ? .losesAnswer : .refuses(.unavailable("killed"))
        // Each step once fails as if the process had died behind or before the write; another process goes on from what is there.
        func crash<Value: Sendable>(
            _ step: @Sendable (Issuer) async throws -> Value
        ) async throws -> Value {
            world.journal.fail(fault)
            let dying = try await world.another()
            let first = try? await step(dying)
            let second = try await step(try await world.another())
            // Only a written answer that was lost and found again can have come back before.
            #expect(isWritten || first == nil)
            return second
        }
        let (programme, draft) = (try world.programme(), world.draft(0))
        let id = try await crash {
            try await $0.notify([draft], about: programme, in: world.edition)
        }[0]
        let corrected = world.draft(0, "corrected", yen: 1)
        let (next, _) = try await crash {
            try await $0.correct(
                id, by: corrected, about: programme, in: world.edition, because: NoticeWorld.reason)
        }
        var inbox = NoticeInbox(of: world.issuer.id)
        let notice = try world.read(try await world.another().text(of: next), in: &inbox)
        let answer = try world.holders[0].answer(.confirm, to: notice)
        let receipt = try await crash { try await $0.settle(answer: answer) }
        #expect(
            try inbox.keep(receipt: receipt, for: answer, from: world.issuer.profile) == .confirm)
        let other = try await world.another().notify(
            [world.draft(1)], about: programme, in: world.edition)[0]
        let withdrawal = try await crash {
            try await $0.withdraw(other, because: NoticeWorld.reason)
        }
        #expect(withdrawal != nil)
        #expect(try await world.entries(.notice) == 3)
        #expect(try await world.entries(.receipt) == 1)
        #expect(try await world.entries(.withdrawal) == 2)
        let last = try await world.another()
        #expect(
            try await last.tally(of: "heating-2026", in: world.edition)
                == [.replaced: 1, .confirmed: 1, .withdrawn: 1])
        _ = try NoticeProof(parsing: try await last.proof(of: next), from: last.profile)
    }

    @Test func `a batch that dies half-way is finished by the next process, each case once (A85)`()
        async throws
    {
        let world = try await NoticeWorld(1)
        // More parts than are worked on side by side: the last begins when others are written, whatever the machine's mood.
        let count = 8 * 512 + 1
        let drafts = (0..<count).map { world.draft(0, "case \($0)") }
        let programme = try world.programme()
        world.journal.fail(.losesAnswer, .refuses(.unavailable("the disk is full")))
        await #expect(throws: NoticeError.refused(.unavailable)) {
            try await world.issuer.notify(drafts, about: programme, in: world.edition)
        }
        let written = try await world.entries(.notice)
        #expect((1..<count).contains(written))
        let ids = try await world.another().notify(drafts, about: programme, in: world.edition)
        #expect(Set(ids).count == count)
        #expect(try await world.entries(.notice) == count)
    }

    @Test func `an older copy of the journal tells and pays nobody again (A89)`() async throws {
        let journal = RestorableJournal()
        let world = try await NoticeWorld()
        let keys = world.keys
        let issuer = NoticeWorld.issuer(over: journal, keys, world.time)
        let edition = try await issuer.open(Edition("citizens", limit: 5, nationalID: []))
        let holder = world.holders[0]
        let card = try holder.accept(
            try await issuer.issue(to: holder.request(edition)), from: issuer.profile)
        let id = try await issuer.notify(
            [NoticeDraft("a", to: try await issuer.address(ofCard: 1, in: edition))],
            about: world.programme(), in: edition)[0]
        var inbox = NoticeInbox(of: issuer.id)
        let notice = try inbox.receive(
            try await issuer.text(of: id), for: card, of: holder, from: issuer.profile)
        let backup = try await journal.copy()
        let answer = try holder.answer(.confirm, to: notice)
        _ = try await issuer.settle(answer: answer)
        await journal.restore(backup)
        let no = try holder.answer(.refuse, to: notice)
        await #expect(throws: Refusal.self) { try await issuer.settle(answer: no) }
        // Only a write looks at the journal; it finds fewer records than were seen.
        await #expect(throws: NoticeError.refused(.unavailable)) {
            try await issuer.notify(
                [
                    NoticeDraft(
                        "b", to: .card(serial: card.serial, key: holder.publicKey.thumbprintBytes))
                ],
                about: world.programme(), in: edition)
        }
        #expect(await issuer.fault == .rolledBack(stored: 3, published: 4))
    }

    @Test func `one changed bit of a stored notice, receipt or withdrawal is named (A101)`()
        async throws
    {
        let world = try await NoticeWorld(2)
        let (_, notice) = try await world.tell(0)
        let (_, other) = try await world.tell(1)
        _ = try await world.issuer.settle(answer: world.holders[0].answer(.confirm, to: notice))
        _ = try await world.issuer.withdraw(other.id, because: NoticeWorld.reason)
        let records = try await world.journal.records(from: 0, atMost: 100)
        for (number, record) in records.enumerated() where record.entry[0] >= 20 {
            for (isMemo, place) in [(false, 64), (true, 3), (true, record.memo.count - 40)] {
                var (entry, memo) = (record.entry, record.memo)
                if isMemo { memo[place] ^= 1 } else { entry[place] ^= 1 }
                world.journal.change(
                    UInt64(number), to: JournalRecord(entry: entry, memo: memo))
                let reader = NoticeWorld.issuer(over: world.journal, world.keys, world.time)
                await #expect(throws: Refusal.unavailable) { try await reader.reopen() }
                #expect(await reader.fault == .damaged(record: UInt64(number)))
            }
            world.journal.change(UInt64(number), to: record)
        }
        try await NoticeWorld.issuer(over: world.journal, world.keys, world.time).reopen()
    }

    // MARK: - The document of years later

    @Test func `a document with anything of another one in it proves nothing (A96)`() async throws {
        let world = try await NoticeWorld(2)
        var documents = [JSONObject]()
        for index in 0..<2 {
            let (_, notice) = try await world.tell(index)
            _ = try await world.issuer.settle(
                answer: world.holders[index].answer(.confirm, to: notice))
            let document = try await world.issuer.proof(of: notice.id)
            documents.append(try #require(try JSON(parsing: Array(document.utf8)).object))
        }
        let profile = world.issuer.profile
        func with(_ name: String, _ value: JSON?) -> String {
            var object = JSONObject()
            for member in documents[0].members {
                if member.name != name {
                    object.add(member.name, member.value)
                } else if let value {
                    object.add(name, value)
                }
            }
            return JSON.object(object).text
        }
        _ = try NoticeProof(parsing: JSON.object(documents[0]).text, from: profile)
        for (name, reason) in [
            ("notice", Refusal.logProofInvalid), ("answer", .conflict), ("receipt", .conflict),
            ("proofs", .logProofInvalid),
        ] {
            #expect(throws: reason, "\(name) of another document") {
                try NoticeProof(parsing: with(name, documents[1][name]), from: profile)
            }
            #expect(throws: Refusal.malformed, "no \(name)") {
                try NoticeProof(parsing: with(name, nil), from: profile)
            }
        }
        let proofs = documents[0]["proofs"]?.array ?? []
        #expect(throws: Refusal.logProofInvalid) {
            try NoticeProof(parsing: with("proofs", .array(proofs.reversed())), from: profile)
        }
        #expect(throws: Refusal.malformed) {
            try NoticeProof(parsing: with("proofs", .array([proofs[0]])), from: profile)
        }
        // A receipt that the issuer signs afterwards, and that was never in the log.
        var forged = try TokenForgery(documents[0]["receipt"]?.string ?? "")
        forged.payload["iat"] = "\(World.now + 1)"
        #expect(throws: Refusal.logProofInvalid) {
            try NoticeProof(
                parsing: with("receipt", .string(forged.signed(by: world.keys.card))), from: profile
            )
        }
        let stranger = try await NoticeWorld(0, key: .secp256k1(World.privateKey("bank")))
        #expect(throws: Refusal.issuerUntrusted) {
            try NoticeProof(
                parsing: JSON.object(documents[0]).text, from: stranger.issuer.profile)
        }
        let witness = try NoteSigner(name: "w.example", kind: .witness).key
        #expect(throws: Refusal.logProofInvalid) {
            try NoticeProof(
                parsing: JSON.object(documents[0]).text, from: profile, witnesses: [witness],
                quorum: 1)
        }
    }
}
