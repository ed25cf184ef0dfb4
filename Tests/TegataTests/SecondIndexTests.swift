import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Replacing an ID card to come again, in an edition that knows people by name, birth date and sex too (A136).
@Suite struct SecondIndexTests {
    private func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await SecondIndexClub.expect(reason, name, body)
    }

    @Test func `a replaced ID card brings nobody a second card, by no road there is (A136)`()
        async throws
    {
        let club = try await SecondIndexClub()
        let anna = DemoIdentity(named: "架空　花子")
        _ = try await club.card(PersonWorld.holder("anna"), anna)
        // Another ID card, another key, another first index; an office that writes no space.
        let replaced = DemoIdentity(named: "架空花子")
        #expect(try await anna.personInput() != replaced.personInput())
        #expect(try await anna.secondInput() == replaced.secondInput())
        await expect(.alreadyClaimed, "a new person") {
            _ = try await club.issuer.issue(to: try await club.request("again", replaced))
        }
        await expect(.alreadyClaimed, "a group") {
            _ = try await club.issuer.issue(toAll: [try await club.request("group", replaced)])
        }
        let token = try await club.issuer.hold(in: club.edition, for: 60)
        await expect(.alreadyClaimed, "a kept place") {
            _ = try await club.issuer.issue(
                to: try await club.request("held", replaced), holding: token)
        }
        try await club.issuer.release(hold: token, in: club.edition)
        let other = try await club.restarted()
        await expect(.alreadyClaimed, "with a process that has read the journal") {
            _ = try await other.issue(
                to: try await PersonWorld.holder("other").request(
                    try #require(other.profile.editions.first).reached(
                        through: club.world.services
                    ) { () async throws(Refusal) in try await other.nonce(for: "named") },
                    proving: replaced))
        }
        // Two of one name at once are one too many, and nobody gets a card.
        let twins = [DemoIdentity(named: "双子"), DemoIdentity(named: "双子")]
        await expect(.alreadyClaimed, "a group of one name") {
            _ = try await club.issuer.issue(
                toAll: [
                    try await club.request("one", twins[0]),
                    try await club.request("two", twins[1]),
                ])
        }
        // Another day, another sex, another name: other people.
        for (name, born, sex) in [
            ("架空　花子", "419900103", "2"), ("架空　花子", "419900102", "1"),
            ("架空　華子", "419900102", "2"),
        ] {
            _ = try await club.card(
                PersonWorld.holder(name + born + sex),
                DemoIdentity(named: name, born: born, sex: sex))
        }
        let lists = try await club.lists()
        #expect(lists.persons.count == 4 && lists.seconds.count == 4)
        #expect(Set(lists.seconds).isDisjoint(with: lists.persons))
    }

    @Test func `a namesake gets a card as an exception that everybody counts`() async throws {
        try await withDirectory { directory in
            let club = try await SecondIndexClub(publishing: directory)
            _ = try await club.card(PersonWorld.holder("first"), DemoIdentity(named: "同姓　同名"))
            let namesake = DemoIdentity(named: "同姓　同名")
            let ben = PersonWorld.holder("second")
            let request = try await ben.request(club.edition, proving: namesake)
            await expect(.alreadyClaimed, "nobody has looked") {
                _ = try await club.issuer.issue(to: request)
            }
            let why = "residence certificates of both seen"
            let issued = try await club.issuer.issue(onAppeal: request, because: why)
            #expect(try ben.accept(issued, from: club.issuer.profile).serial.number == 2)
            // Again is the same card and no second exception; another phone of the same person is none.
            _ = try await club.issuer.issue(onAppeal: request, because: why)
            await expect(.alreadyClaimed, "the same ID card") {
                _ = try await club.issuer.issue(
                    onAppeal: try await club.request("third", namesake), because: why)
            }
            await expect(.conflict, "nothing to except") {
                _ = try await club.issuer.issue(
                    onAppeal: try await club.request("fourth", DemoIdentity(named: "別人")),
                    because: why)
            }
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first { $0.id == "named" })
            #expect(audited.active == 2 && audited.namesakes == 1 && audited.hasSecondIndex)
            #expect(
                "\(report)".contains("no name, birth date and sex twice but for 1 exceptions"))
            #expect(report.japanese.contains("氏名・生年月日・性別の重複なし（例外 1 件を除く）"))
            let entries = await club.entries()
            #expect(entries.map { $0[0] } == [1, 2, 17, 2] && entries[2][33] == 4)
            #expect(!entries.contains { String(decoding: $0, as: UTF8.self).contains("residence") })
            // Another process follows, and there the same two and no third.
            let book = try await club.restarted().register.current().book(club.edition.digest)
            let shared = try await club.lists().seconds.first.flatMap { FixedBytes<33>($0) }
            #expect(shared.map(book.seconds.serials) == [1, 2])
            #expect(book.seconds.exceptions == 0)
            // Without the exception, two of one name in the list are one too many.
            try await undeclared(club, entries)
        }
    }

    /// What the audit says of the same lists over a log without the exception.
    private func undeclared(_ club: SecondIndexClub, _ entries: [[UInt8]]) async throws {
        let opened = try OpenEdition(parsing: club.edition.encoded, from: club.issuer.profile)
        let text = try await club.issuer.publicLists(of: club.edition)
        let lists = try SignedLists(parsing: text, from: club.issuer.profile)
        for (hasException, fault) in [(true, nil), (false, AuditFinding.ListFault.notUnique)] {
            var book = AuditBook(opened)
            for (number, entry) in zip(UInt64(1)..., entries.dropFirst())
            where hasException || entry[0] != 17 {
                try book.take(
                    try LogEntry(parsing: entry), number: number,
                    signedBy: club.issuer.profile.ring)
            }
            #expect(book.check(lists) == fault)
        }
        // Nor may the list be out of order, or shorter, or be there where nobody asks for it.
        let forged = try TokenForgery(text)
        let points = lists.seconds.flatMap { $0 }
        for (bytes, fault) in [
            (Array(points.dropLast(33)), AuditFinding.ListFault.count), ([], .count),
            (lists.persons.reversed().flatMap { $0 }, .notUnique),
        ] as [([UInt8], AuditFinding.ListFault)] {
            var forged = forged
            forged.payload["seconds"] = "\"\(Base64URL.encode(bytes))\""
            let changed = try SignedLists(
                parsing: try forged.signed(by: club.world.issuerKey), from: club.issuer.profile)
            var book = AuditBook(opened)
            for (number, entry) in zip(UInt64(1)..., entries.dropFirst()) {
                try book.take(
                    try LogEntry(parsing: entry), number: number,
                    signedBy: club.issuer.profile.ring)
            }
            #expect(book.check(changed) == fault)
        }
    }

    @Test func `a member without a phone, and one with another's wallet, are known by name too`()
        async throws
    {
        let club = try await SecondIndexClub()
        let kiosk = Kiosk(at: "gate", key: World.privateKey("gate"), clock: { World.now })
        let person = DemoIdentity(named: "窓口　花子")
        _ = try await club.issuer.issue(
            to: try await kiosk.request(club.edition, proving: person))
        let wallet = Holder(key: P256.PrivateKey())
        let other = DemoIdentity(named: "財布　太郎")
        _ = try await club.issuer.issue(
            to: try await kiosk.request(club.edition, proving: other, for: wallet.publicKey))
        #expect(try await club.lists().seconds.count == 2)
        for name in ["窓口　花子", "財布　太郎"] {
            let again = try await kiosk.request(
                club.edition, proving: DemoIdentity(named: name))
            await expect(.alreadyClaimed, "at a counter: \(name)") {
                _ = try await club.issuer.issue(to: again)
            }
            await expect(.alreadyClaimed, "with a wallet: \(name)") {
                _ = try await club.issuer.issue(
                    to: try await club.request(name, DemoIdentity(named: name)))
            }
        }
        // The ID card alone shows membership, without the password of its signatures.
        let door = Verifier(
            at: World.doorID, trusting: [club.issuer.profile], kiosks: [kiosk.publicKey],
            store: .inMemory(), clock: { World.now })
        let asked = try await door.challenge(asking: [], personOf: club.edition)
        let result = try await kiosk.check(
            asked, club.edition, lists: try await club.issuer.publicLists(of: club.edition),
            from: club.issuer.profile, proving: person)
        #expect(try await door.verify(kiosk: result).edition.id == "named")
        let seen = try JSON(parsing: Array(try #require(club.world.tap.requests.last).utf8))
        #expect(seen["second"] == nil)
    }

    @Test func `a lost phone is found by the ID card, whatever the name is by now`() async throws {
        let club = try await SecondIndexClub()
        let anna = DemoIdentity(named: "旧姓　花子")
        let card = try await club.card(PersonWorld.holder("anna"), anna)
        let before = try await club.lists()
        let married = PatchedCard(card: anna, signature: DemoIdentity(named: "新姓　花子"))
        let phone = PersonWorld.holder("anna's new phone")
        let again = try phone.accept(
            try await club.issuer.reissue(
                to: try await phone.request(club.edition, proving: married)),
            from: club.issuer.profile)
        #expect(again.serial == card.serial)
        let after = try await club.lists()
        #expect(after.persons == before.persons && after.seconds == before.seconds)
        // The name that the card is known by is not free.
        await expect(.alreadyClaimed, "under the name of before") {
            _ = try await club.issuer.issue(
                to: try await club.request("again", DemoIdentity(named: "旧姓　花子")))
        }
    }

    @Test func `a replaced ID card and a new name go on with the wallet, and both names count`()
        async throws
    {
        let club = try await SecondIndexClub()
        let anna = PersonWorld.holder("anna")
        let card = try await club.card(anna, DemoIdentity(named: "旧姓　花子"))
        let married = DemoIdentity(named: "新姓　花子")
        let renewed = try anna.accept(
            try await club.issuer.renew(
                try await anna.renew(card, of: club.edition, proving: married)),
            from: club.issuer.profile)
        #expect(renewed.serial == card.serial)
        let lists = try await club.lists()
        #expect(lists.seconds.count == 1 && lists.persons.count == 1)
        for name in ["旧姓　花子", "新姓　花子"] {
            await expect(.alreadyClaimed, "\(name)") {
                _ = try await club.issuer.issue(
                    to: try await club.request(name, DemoIdentity(named: name)))
            }
        }
        // Nobody renews into somebody else's name.
        _ = try await club.card(PersonWorld.holder("ben"), DemoIdentity(named: "別人"))
        await expect(.alreadyClaimed, "somebody else's name") {
            _ = try await club.issuer.renew(
                try await anna.renew(
                    renewed, of: club.edition, proving: DemoIdentity(named: "別人")))
        }
    }

    @Test func `who lost phone and ID card is found by name, on the operator's word`() async throws
    {
        try await withDirectory { directory in
            let club = try await SecondIndexClub(publishing: directory)
            let lost = DemoIdentity(named: "紛失　太郎", sex: "1")
            let card = try await club.card(PersonWorld.holder("taro"), lost)
            let replaced = DemoIdentity(named: "紛失　太郎", sex: "1")
            let phone = PersonWorld.holder("taro's new phone")
            let request = try await phone.request(club.edition, proving: replaced)
            await expect(.unauthorized, "the ID card alone finds nothing") {
                _ = try await club.issuer.reissue(to: request)
            }
            let why = "police report and residence certificate seen"
            await expect(.unauthorized, "a stranger's name") {
                _ = try await club.issuer.reissue(
                    onAppeal: try await club.request("nobody", DemoIdentity(named: "他人")),
                    because: why)
            }
            await expect(.unauthorized, "another card than the person's") {
                _ = try await club.issuer.reissue(onAppeal: request, because: why, of: 7)
            }
            await expect(.conflict, "who is found anyway") {
                _ = try await club.issuer.reissue(
                    onAppeal: try await club.request("same", lost), because: why)
            }
            await expect(.limitExceeded, "a long reason") {
                _ = try await club.issuer.reissue(
                    onAppeal: request, because: String(repeating: "x", count: 1025))
            }
            let issued = try await club.issuer.reissue(onAppeal: request, because: why)
            let found = try phone.accept(issued, from: club.issuer.profile)
            #expect(found.serial == card.serial)
            #expect(try await club.issuer.reissue(onAppeal: request, because: why) == issued)
            // The ID card that is lost gets nothing, and the new one is the card's.
            for person in [lost, replaced] {
                await expect(.alreadyClaimed, "a second card") {
                    _ = try await club.issuer.issue(to: try await club.request("more", person))
                }
            }
            // Where two share the name, the operator says which.
            let namesake = DemoIdentity(named: "紛失　太郎", sex: "1")
            _ = try await club.issuer.issue(
                onAppeal: try await club.request("namesake", namesake), because: why)
            let third = try await club.request("third", DemoIdentity(named: "紛失　太郎", sex: "1"))
            await expect(.conflict, "one of two") {
                _ = try await club.issuer.reissue(onAppeal: third, because: why)
            }
            _ = try await club.issuer.reissue(onAppeal: third, because: why, of: 2)
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first { $0.id == "named" })
            #expect(audited.recovered == 2 && audited.renewed == 2 && audited.namesakes == 1)
            #expect(audited.active == 2)
            #expect("\(report)".contains("2 members were found by their names"))
            #expect(report.japanese.contains("氏名等で本人と認めた会員 2 件"))
        }
    }

    @Test func `a card that is passed on or returned frees its name`() async throws {
        let club = try await SecondIndexClub(isTransferable: true)
        let (anna, ben) = (PersonWorld.holder("anna"), PersonWorld.holder("ben"))
        let card = try await club.card(anna, DemoIdentity(named: "前の人"))
        _ = try await club.card(PersonWorld.holder("carol"), DemoIdentity(named: "第三者"))
        let taken = try await ben.request(club.edition, proving: DemoIdentity(named: "第三者"))
        await expect(.alreadyClaimed, "to a name that another card has") {
            _ = try await club.issuer.transfer(try anna.release(card, to: taken), to: taken)
        }
        let request = try await ben.request(club.edition, proving: DemoIdentity(named: "次の人"))
        let passed = try ben.accept(
            try await club.issuer.transfer(try anna.release(card, to: request), to: request),
            from: club.issuer.profile)
        #expect(passed.serial == card.serial)
        #expect(
            try await club.card(anna, DemoIdentity(named: "前の人")).serial.number == 3)
        try await club.issuer.takeBack(try ben.release(passed))
        #expect(
            try await club.card(ben, DemoIdentity(named: "次の人")).serial == passed.serial)
        // Revoked is for good, for the name too.
        try await club.issuer.setStatus(.revoked, of: 2, in: club.edition)
        #expect(try await club.lists().seconds.count == 2)
        await expect(.alreadyClaimed, "after a revocation") {
            _ = try await club.issuer.issue(
                to: try await club.request("again", DemoIdentity(named: "第三者")))
        }
    }
}
