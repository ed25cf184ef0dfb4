import Foundation
import Tegata
import TegataSQLite
import Testing

@testable import VerifierService

/// Benefits are counted down exactly once, however often and from wherever they are asked for.
@Suite struct RedemptionTests {
    private let benefit = CardBenefit(
        issuer: "https://city.example", edition: "founders", serial: 7, benefit: "taxi")

    private func count(
        _ store: RedemptionBook, _ keys: [String]
    ) async throws -> [Redemption] {
        let benefit = benefit
        return try await withThrowingTaskGroup(of: Redemption.self) { group in
            for key in keys {
                group.addTask { try await store.redeem(benefit, of: 10, under: key) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func check(_ outcomes: [Redemption]) {
        let left = outcomes.compactMap { outcome -> Int? in
            if case .redeemed(let left) = outcome { left } else { nil }
        }
        #expect(left.sorted() == Array(0..<10))
        #expect(outcomes.count { $0 == .exhausted } == outcomes.count - 10)
    }

    @Test func `of fifty in parallel exactly ten are counted`() async throws {
        let book = RedemptionBook.inMemory()
        check(try await count(book, (0..<50).map(String.init)))
        #expect(try await book.used(benefit) == 10)
    }

    @Test func `one form counts once, however often it is sent`() async throws {
        let book = RedemptionBook.inMemory()
        let outcomes = try await count(book, [String](repeating: "form", count: 50))
        #expect(outcomes.count { $0 == .redeemed(left: 9) } == 1)
        #expect(outcomes.count { $0 == .repeated(left: 9) } == 49)
        #expect(try await book.used(benefit) == 1)
        let other = CardBenefit(
            issuer: "https://city.example", edition: "founders", serial: 8, benefit: "taxi")
        await #expect(throws: Refusal.conflict) {
            try await book.redeem(other, of: 10, under: "form")
        }
        #expect(try await book.used(other) == 0)
    }

    @Test func `two processes on one file count together, and a restart remembers`() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/redemptions-\(UUID()).sqlite"
        defer {
            for end in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + end)
            }
        }
        let books = (0..<2).map { _ in RedemptionBook(journal: SQLiteJournal(at: path)) }
        // Making the file is one process's work, and may keep the other for as long as a slow disk takes.
        for book in books { #expect(try await book.used(benefit) == 0) }
        async let first = count(books[0], (0..<25).map { "a\($0)" })
        async let second = count(books[1], (0..<25).map { "b\($0)" })
        check(try await first + second)
        let later = RedemptionBook(journal: SQLiteJournal(at: path))
        #expect(try await later.used(benefit) == 10)
        #expect(try await later.redeem(benefit, of: 10, under: "c") == .exhausted)
    }

    @Test func `at the counter fifty clicks use ten, and two of one form use one`() async throws {
        let world = try await VerifierWorld.shared.value
        let inn = Browser(VerifierWorld.innAddress)
        let path = try await world.verified("member", by: inn, with: 3)
        let page = try await inn.get(path)
        #expect(page.text.contains("10 / 10"))
        // Not among the card's benefits.
        #expect(!page.text.contains("value=\"ferry\""))
        var fields = [
            "form": try #require(page.field("form")), "visit": try #require(page.field("visit")),
            "benefit": "taxi", "key": try #require(page.field("key")),
        ]
        for _ in 0..<2 {
            #expect(try await inn.post("/redeem", fields).text.contains("9 / 10"))
        }
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                let body = fields.merging(["key": freshName()]) { $1 }
                group.addTask {
                    try await inn.post(
                        "/redeem", body, headers: ["Accept": "application/json"]
                    ).value("result") ?? ""
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == "redeemed" } == 9)
        #expect(outcomes.count { $0 == "exhausted" } == 41)
        #expect(try await inn.get(path).text.contains("0 / 10"))
        fields["benefit"] = "ferry"
        fields["key"] = freshName()
        #expect(try await inn.post("/redeem", fields).status == 400)
        let stranger = Browser(VerifierWorld.innAddress)
        fields["form"] = try await stranger.get("/").field("form")
        #expect(try await stranger.post("/redeem", fields).status == 403)
    }
}
