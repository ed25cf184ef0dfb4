import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// Texts that belong to an edition: once for good, in the register, and nothing of them in public.
@Suite struct AttachmentTests {
    private func issuer(_ journal: any Journal, _ keys: IssuerKeys) -> Issuer {
        Issuer(
            at: World.club, keys: keys, log: journal, identity: nil, store: .inMemory(),
            clock: { World.now })
    }

    private static let plan = try? Edition("visitors", limit: .unlimited, nationalID: [])

    @Test func `what was written stays, for every process, also after a start`() async throws {
        let (journal, keys) = (InMemoryJournal(), IssuerKeys.generate())
        let plan = try #require(Self.plan)
        let one = issuer(journal, keys)
        let edition = try await one.open(plan, attaching: ["card": "gold", "art": "<svg/>"])
        try await one.attach("ten rides", as: "terms/rides", to: edition)
        // Twice is once; another text is none.
        let size = try await one.register.current().size
        try await one.attach("ten rides", as: "terms/rides", to: edition)
        _ = try await one.open(plan, attaching: ["card": "gold"])
        #expect(try await one.register.current().size == size)
        await #expect(throws: Refusal.conflict) {
            try await one.attach("twenty rides", as: "terms/rides", to: edition)
        }
        await #expect(throws: IssuingError.refused(.conflict)) {
            try await one.open(plan, attaching: ["card": "silver"])
        }
        let other = issuer(journal, keys)
        let again = try #require(try await other.reopen().first)
        #expect(try await other.attachments(of: again) == ["art", "card", "terms/rides"])
        #expect(try await other.attachment("terms/rides", of: again) == "ten rides")
        #expect(try await other.attachment("card", of: again) == "gold")
        #expect(try await other.attachment("terms", of: again) == nil)
        await #expect(throws: Refusal.conflict) {
            try await other.attach("twenty rides", as: "terms/rides", to: again)
        }
    }

    @Test func `an edition opens with its texts or not at all`() async throws {
        let plan = try #require(Self.plan)
        let journal = InMemoryJournal()
        let one = issuer(journal, .generate())
        let tooLong = String(repeating: "x", count: Attachment.textLimit + 1)
        for (texts, reason) in [
            (["": "x"], .malformed), (["card": tooLong], .limitExceeded),
            ([String(repeating: "n", count: 129): "x"], .limitExceeded),
        ] as [([String: String], Refusal)] {
            await #expect(throws: IssuingError.refused(reason)) {
                try await one.open(plan, attaching: texts)
            }
        }
        #expect(try await one.register.current().size == 0)
        #expect(one.profile.editions.isEmpty)
        let largest = String(tooLong.dropLast())
        let edition = try await one.open(plan, attaching: ["card": largest])
        #expect(try await one.attachment("card", of: edition) == largest)
    }

    @Test func `fifty at once make one`() async throws {
        let plan = try #require(Self.plan)
        let one = issuer(InMemoryJournal(), .generate())
        let edition = try await one.open(plan)
        let written = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    (try? await one.attach("text \(number)", as: "terms", to: edition)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(written == 1)
        #expect(try await one.attachments(of: edition) == ["terms"])
    }

    @Test func `the log commits to it and shows nothing, and an audit counts as before`()
        async throws
    {
        let plan = try #require(Self.plan)
        let journal = InMemoryJournal()
        let one = issuer(journal, .generate())
        let edition = try await one.open(plan, attaching: ["card": "gold-and-nobody-knows"])
        let records = await journal.records(from: 0, atMost: 10)
        #expect(records.count == 2)
        #expect(records[1].entry.count == 65 && records[1].entry[0] == 25)
        #expect(!String(decoding: records[1].entry, as: UTF8.self).contains("gold"))
        // The same text in another record is another hash.
        let other = issuer(InMemoryJournal(), one.keys)
        _ = try await other.open(plan, attaching: ["card": "gold-and-nobody-knows"])
        let (entry, _) = try await other.register.proof(of: 1)
        #expect(entry != records[1].entry)
        var replay = Replay(one.profile)
        for (number, record) in records.enumerated() {
            try replay.take(record.entry, number: UInt64(number))
        }
        #expect(replay.books[edition.digest]?.serials == 0)
    }

    @Test func `a record that says something else than its entry is damage (A101)`() async throws {
        let plan = try #require(Self.plan)
        let keys = IssuerKeys.generate()
        let journal = InMemoryJournal()
        let one = issuer(journal, keys)
        _ = try await one.open(plan, attaching: ["card": "gold"])
        var state = RegisterState()
        let records = await journal.records(from: 0, atMost: 2)
        let entries = try records.map { try LogEntry(parsing: $0.entry) }
        let memos = try zip(records, entries).map {
            try RegisterMemo(parsing: $0.memo, beside: $0.entry, kind: $1.kind)
        }
        try state.apply(entries[0], memos[0])
        guard case .attachment(let memo) = memos[1] else { throw Refusal.malformed }
        for document in [
            #"{"name":"card","text":"silver"}"#, #"{"name":"","text":"gold"}"#, "gold", "{}",
        ] {
            #expect(throws: Refusal.malformed) {
                try state.apply(
                    entries[1], .attachment(AttachmentMemo(salt: memo.salt, document: document)))
            }
        }
        try state.apply(entries[1], memos[1])
        #expect(throws: Refusal.malformed) { try state.apply(entries[1], memos[1]) }
    }
}
