import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// What nodes counted beside what the issuer entered, between two audits (Spec/audit.md).
@Suite struct EvaluationWatchTests {
    private struct Club {
        let world: PersonWorld
        let journal = InMemoryJournal()
        let issuer: Issuer
        let edition: OpenEdition

        init(publishing directory: LogDirectory? = nil) async throws {
            world = try await PersonWorld()
            issuer = world.issuer(over: journal, publishing: directory)
            edition = try await issuer.open(
                Edition("watched", limit: 20, nationalID: [.jpkiP384]))
        }

        func join(_ name: String, _ person: DemoIdentity = DemoIdentity(.jpkiP384)) async throws {
            _ = try await issuer.issue(
                to: try await PersonWorld.holder(name).request(edition, proving: person))
        }

        func entries() async -> [[UInt8]] {
            await journal.records(from: 0, atMost: 100).map(\.entry)
        }
    }

    @Test func `a monitor says how many sessions nodes counted, and how many entries took one`()
        async throws
    {
        try await withDirectory { directory in
            try await withDirectory { kept in
                let club = try await Club(publishing: directory)
                let monitor = LogMonitor(
                    LogReader(directory), by: try club.issuer.profile.logPolicy(), keeping: kept)
                let watch = EvaluationWatch(of: club.issuer.profile)
                func look() async throws -> [EvaluationWatch.News] {
                    _ = try await monitor.poll { watch.take($0, $1, $2) }
                    return try watch.news()
                }
                #expect(try await look().isEmpty)
                let anna = DemoIdentity(.jpkiP384)
                try await club.join("anna", anna)
                #expect(try await look().isEmpty, "nobody has counted")
                // The same person at a counter again: an evaluation, and no card.
                await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
                    try await club.join("anna again", anna)
                }
                try await club.issuer.publishCounts(of: club.edition)
                let first = try await look()
                #expect(
                    first.map(\.description) == [
                        "watched: nodes counted 2 sessions more, for 1 entries that took one"
                    ])
                #expect(first.map(\.japanese) == ["watched：評価ノードの集計 2 件増、本人確認を要した記録 1 件増"])
                #expect(try await look().isEmpty, "nothing new")
                try await club.join("ben")
                try await club.join("chie")
                try await club.issuer.publishCounts(of: club.edition)
                let second = try await look()
                #expect(second.map(\.evaluated) == [2] && second.map(\.entered) == [2])
                #expect(second.map(\.missing) == [0])
                // A monitor that starts anew reads all of it at once.
                let late = EvaluationWatch(of: club.issuer.profile)
                _ = try await LogMonitor(
                    LogReader(directory), by: try club.issuer.profile.logPolicy(), keeping: kept
                ).poll { late.take($0, $1, $2) }
                #expect(try late.news().map(\.evaluated) == [4])
            }
        }
    }

    @Test func `cards without an evaluation are found when nodes have counted twice`() async throws
    {
        let club = try await Club()
        // Two rounds of counts before anybody came, and two cards.
        try await club.issuer.publishCounts(of: club.edition)
        try await club.issuer.publishCounts(of: club.edition)
        try await club.join("anna")
        try await club.join("ben")
        let entries = await club.entries()
        #expect(entries.map { $0[0] } == [1, 24, 24, 2, 2])
        func news(_ order: [Int]) throws -> [EvaluationWatch.News] {
            let watch = EvaluationWatch(of: club.issuer.profile)
            watch.take(0, order.map { entries[$0] }[...], MerkleTree())
            return try watch.news()
        }
        // As it happened, and with one round only: a card may be entered while nodes are being asked.
        #expect(try news([0, 1, 2, 3, 4]).isEmpty)
        #expect(try news([0, 3, 4, 1]).isEmpty)
        // The issuer says that both were there when nodes counted the time before.
        let found = try news([0, 3, 4, 1, 2])
        #expect(found.map(\.missing) == [2])
        #expect(
            found.map(\.description) == [
                "watched: nodes counted FEWER sessions than cards took, by 2"
            ])
        #expect(found.map(\.japanese) == ["watched：評価ノードの集計が発行に要した件数より 2 件少ない！"])
        // An audit of the same says so.
        var book = AuditBook(
            try OpenEdition(parsing: club.edition.encoded, from: club.issuer.profile))
        for number in [3, 4, 1, 2] {
            try book.take(
                try LogEntry(parsing: entries[number]), number: UInt64(number),
                signedBy: club.issuer.profile.ring)
        }
        let audit = book.audit(listsAt: 5)
        #expect(audit.countsFallShort && audit.missing == 2)
        #expect(audit.description.contains("FEWER than cards took, by 2"))
        #expect(audit.japanese.contains("発行に要した件数より 2 件少ない"))
    }

    @Test func `what is shown twice counts once, and nothing counts before it is believed`()
        async throws
    {
        let club = try await Club()
        try await club.join("anna")
        try await club.issuer.publishCounts(of: club.edition)
        let entries = await club.entries()
        let watch = EvaluationWatch(of: club.issuer.profile)
        watch.take(0, entries[..<2], MerkleTree())
        #expect(try watch.news().isEmpty)
        // A source that breaks off, and the same once more.
        watch.take(2, entries[2...], MerkleTree())
        watch.take(2, entries[2...], MerkleTree())
        #expect(try watch.news().map(\.evaluated) == [1])
        // An entry that cannot stand there.
        watch.take(UInt64(entries.count), [entries[0]], MerkleTree())
        #expect(throws: AuditFinding.entry(UInt64(entries.count), .announcedTwice)) {
            try watch.news()
        }
    }
}
