import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// Told, confirmed, receipted: the whole way, and what an office does besides (Spec/notice.md).
@Suite struct NoticeTests {
    @Test func `a notice is read, confirmed and receipted, and all of it is proven years later`()
        async throws
    {
        let world = try await NoticeWorld(2)
        let (text, notice) = try await world.tell()
        #expect(notice.title.ja == "灯油代の給付" && notice.programme == "heating-2026")
        #expect(notice.benefit == .amount(12_000, currency: "JPY"))
        #expect("\(notice)" == "Heating allowance, answer before \(NoticeWorld.deadline)")
        var inbox = NoticeInbox(of: world.issuer.id)
        _ = try world.read(text, in: &inbox)
        let answer = try world.holders[0].answer(.confirm, to: notice)
        let receipt = try await world.issuer.settle(answer: answer)
        #expect(
            try inbox.keep(receipt: receipt, for: answer, from: world.issuer.profile) == .confirm)
        #expect(inbox.state(of: notice.id) == .confirmed)
        #expect(try await world.issuer.state(of: notice.id) == .confirmed)
        let document = try await world.issuer.proof(of: notice.id)
        // Years later: another log size, a deadline long past, nobody to ask.
        world.time.now += 200_000_000
        let profile = try IssuerProfile(parsing: world.issuer.profile.encoded)
        let proof = try NoticeProof(parsing: document, from: profile)
        #expect(proof.state == .confirmed && proof.isHolderProven && proof.time == World.now)
        #expect(proof.notice.id == notice.id && proof.withdrawal == nil)
        #expect(try await world.issuer.state(of: notice.id) == .confirmed)
    }

    @Test func `a refusal is receipted too, and uses no payment up`() async throws {
        let world = try await NoticeWorld()
        let (_, notice) = try await world.tell()
        _ = try await world.issuer.settle(answer: world.holders[0].answer(.refuse, to: notice))
        let proof = try NoticeProof(
            parsing: try await world.issuer.proof(of: notice.id), from: world.issuer.profile)
        #expect(proof.state == .refused)
        // Another notice of the programme can still be confirmed.
        let id = try await world.issuer.notify(
            [world.draft(0, "second try")], about: world.programme(), in: world.edition)[0]
        var inbox = NoticeInbox(of: world.issuer.id)
        let second = try world.read(try await world.issuer.text(of: id), in: &inbox)
        _ = try await world.issuer.settle(answer: world.holders[0].answer(.confirm, to: second))
        #expect(
            try await world.issuer.tally(of: "heating-2026", in: world.edition)
                == [.refused: 1, .confirmed: 1])
    }

    @Test func `a batch is recorded once, however often it is given`() async throws {
        let world = try await NoticeWorld(1)
        // Many cases of one card: cards are dear in tests, and the batch does not mind.
        let drafts = (0..<1300).map { world.draft(0, "case \($0)") }
        let seen = Mutex([NoticeProgress]())
        let ids = try await world.issuer.notify(
            drafts, about: world.programme(), in: world.edition
        ) { progress in seen.withLock { $0.append(progress) } }
        #expect(Set(ids).count == 1300)
        #expect(seen.withLock { $0.map(\.done) } == [512, 1024, 1300])
        #expect(seen.withLock { $0.allSatisfy { $0.total == 1300 } })
        #expect(try await world.entries(.notice) == 1300)
        let again = try await world.another().notify(
            drafts, about: world.programme(), in: world.edition)
        #expect(again == ids)
        #expect(try await world.entries(.notice) == 1300)
        // Something else under a known reference is no retry (A87).
        await #expect(throws: NoticeError.refused(.conflict)) {
            try await world.issuer.notify(
                [world.draft(0, "case 7", yen: 1)], about: world.programme(), in: world.edition)
        }
        await #expect(throws: NoticeError.reference("case 1")) {
            try await world.issuer.notify(
                [world.draft(0, "case 1"), world.draft(0, "case 1")], about: world.programme(),
                in: world.edition)
        }
    }

    @Test func `what is open is delivered, and what a transport lost is named`() async throws {
        let world = try await NoticeWorld(3)
        let ids = try await world.issuer.notify(
            (0..<3).map { world.draft($0) }, about: world.programme(), in: world.edition)
        _ = try await world.issuer.withdraw(ids[1], because: NoticeWorld.reason)
        let transport = InMemoryNoticeTransport()
        let delivery = try await world.issuer.deliver(
            "heating-2026", in: world.edition, through: transport)
        #expect(delivery == NoticeDelivery(delivered: 2, failed: [], next: 3))
        let text = try #require(await transport.notices(for: world.address(0)).first)
        #expect(await transport.notices(for: world.address(1)).isEmpty)
        let more = try await world.issuer.deliver(
            "heating-2026", in: world.edition, through: transport, from: delivery.next)
        #expect(more.delivered == 0)
        let lost = try await world.issuer.deliver(
            "heating-2026", in: world.edition, through: BrokenTransport())
        #expect(lost.delivered == 0 && Set(lost.failed) == [ids[0], ids[2]])
        // Brought twice is told once.
        var inbox = NoticeInbox(of: world.issuer.id)
        let first = try world.read(text, in: &inbox)
        #expect(try world.read(text, in: &inbox).id == first.id)
    }

    private struct BrokenTransport: NoticeTransport {
        func deliver(_ notice: String, to address: NoticeAddress) async throws {
            throw Refusal.unavailable
        }
    }

    @Test func `a withdrawn notice counts no more, at the issuer and in the wallet`() async throws {
        let world = try await NoticeWorld()
        let (text, notice) = try await world.tell()
        var inbox = NoticeInbox(of: world.issuer.id)
        _ = try world.read(text, in: &inbox)
        let withdrawal = try #require(
            try await world.issuer.withdraw(notice.id, because: NoticeWorld.reason))
        let kept = try inbox.keep(withdrawal: withdrawal, from: world.issuer.profile)
        #expect(kept.reason == NoticeWorld.reason && kept.replacedBy == nil)
        #expect(throws: Refusal.revoked) { try world.read(text, in: &inbox) }
        let answer = try world.holders[0].answer(.confirm, to: notice)
        await #expect(throws: Refusal.revoked) { try await world.issuer.settle(answer: answer) }
        // Again is the same.
        #expect(
            try await world.issuer.withdraw(notice.id, because: NoticeWorld.reason) == withdrawal)
        let proof = try NoticeProof(
            parsing: try await world.issuer.proof(of: notice.id), from: world.issuer.profile)
        #expect(proof.state == .withdrawn && proof.withdrawal?.notice == notice.id)
    }

    @Test func `a correction takes the place of the wrong notice in one step`() async throws {
        let world = try await NoticeWorld()
        let (text, notice) = try await world.tell()
        let (id, withdrawal) = try await world.issuer.correct(
            notice.id, by: world.draft(0, "case 0, corrected", yen: 21_000),
            about: world.programme(), in: world.edition, because: NoticeWorld.reason)
        let corrected = try await world.issuer.text(of: id)
        // The correction may come first: the wrong one is not shown after it.
        var inbox = NoticeInbox(of: world.issuer.id)
        let read = try world.read(corrected, in: &inbox)
        #expect(read.replaces == notice.id && read.benefit == .amount(21_000, currency: "JPY"))
        #expect(throws: Refusal.revoked) { try world.read(text, in: &inbox) }
        #expect(
            try inbox.keep(withdrawal: withdrawal, from: world.issuer.profile).replacedBy == id)
        let old = try world.holders[0].answer(.confirm, to: notice)
        await #expect(throws: Refusal.revoked) { try await world.issuer.settle(answer: old) }
        _ = try await world.issuer.settle(answer: world.holders[0].answer(.confirm, to: read))
        #expect(
            try await world.issuer.tally(of: "heating-2026", in: world.edition)
                == [.replaced: 1, .confirmed: 1])
        let proof = try NoticeProof(
            parsing: try await world.issuer.proof(of: notice.id), from: world.issuer.profile)
        #expect(proof.state == .replaced && proof.withdrawal?.replacedBy == id)
        // What was confirmed is not corrected.
        await #expect(throws: NoticeError.refused(.conflict)) {
            try await world.issuer.correct(
                id, by: world.draft(0, "again"), about: world.programme(), in: world.edition,
                because: NoticeWorld.reason)
        }
    }

    @Test func `nobody answers after the deadline, and no clock that goes back reopens it`()
        async throws
    {
        let world = try await NoticeWorld()
        let (_, notice) = try await world.tell()
        let answer = try world.holders[0].answer(.confirm, to: notice)
        world.time.now = NoticeWorld.deadline
        #expect(throws: Refusal.expired) { try world.holders[0].answer(.confirm, to: notice) }
        await #expect(throws: Refusal.expired) { try await world.issuer.settle(answer: answer) }
        #expect(try await world.issuer.state(of: notice.id) == .expired)
        // Something else is recorded, then a process with an earlier clock starts.
        let later = try Programme(
            "later", office: NoticeWorld.reason, title: NoticeWorld.reason,
            basis: NoticeWorld.reason, text: NoticeWorld.reason,
            deadline: NoticeWorld.deadline + 60)
        try await world.issuer.notify([world.draft(0)], about: later, in: world.edition)
        world.time.now = World.now
        let other = try await world.another()
        await #expect(throws: Refusal.expired) { try await other.settle(answer: answer) }
        // A correction with a later deadline is a chance again.
        let (id, _) = try await other.correct(
            notice.id, by: world.draft(0, "extended"), about: world.programme(),
            in: world.edition, because: NoticeWorld.reason)
        #expect(try await other.state(of: notice.id) == .replaced)
        #expect(try await other.state(of: id) == .expired)
    }

    @Test func `the log counts notices, and says nothing about whom and what (A102)`() async throws
    {
        let world = try await NoticeWorld(2)
        let (text, notice) = try await world.tell(0)
        let (_, other) = try await world.tell(1)
        let answer = try world.holders[0].answer(.confirm, to: notice)
        let receipt = try await world.issuer.settle(answer: answer)
        _ = try await world.issuer.withdraw(other.id, because: NoticeWorld.reason)
        let entries = try await world.journal.records(from: 0, atMost: 100).map(\.entry)
        let mine = entries.filter { $0[0] >= 20 }
        #expect(mine.map { $0[0] } == [20, 20, 21, 22])
        #expect(mine.allSatisfy { $0.count == 65 })
        // No entry is a hash that somebody could compute without the salt.
        let guesses = [text, answer, receipt].map { LoggedDocument.digest(of: $0).array }
        #expect(mine.allSatisfy { entry in !guesses.contains(Array(entry[33...])) })
        var replay = Replay(world.issuer.profile)
        for (number, entry) in entries.enumerated() {
            try replay.take(entry, number: UInt64(number))
        }
        // One receipt more than notices cannot be.
        #expect(throws: AuditFinding.entry(99, .impossible)) {
            var extra = mine[2]
            extra[64] ^= 1
            try replay.take(extra, number: 99)
        }
    }

    @Test func `an inbox that is kept and read again knows what it knew`() async throws {
        let world = try await NoticeWorld()
        let (text, notice) = try await world.tell()
        var inbox = NoticeInbox(of: world.issuer.id)
        _ = try world.read(text, in: &inbox)
        var copy = try NoticeInbox(parsing: inbox.encoded)
        #expect(copy.encoded == inbox.encoded && copy.state(of: notice.id) == .open)
        let answer = try world.holders[0].answer(.confirm, to: notice)
        try copy.keep(
            receipt: try await world.issuer.settle(answer: answer), for: answer,
            from: world.issuer.profile)
        var later = try NoticeInbox(parsing: copy.encoded)
        #expect(throws: Refusal.replayed) { try world.read(text, in: &later) }
        for text in ["", "{}", "[]", copy.encoded.dropLast() + ""] {
            #expect(throws: Refusal.malformed) { try NoticeInbox(parsing: String(text)) }
        }
    }
}
