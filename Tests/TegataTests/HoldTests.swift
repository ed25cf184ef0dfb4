import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// Row A91: a place that is kept returns once, and a late confirmation is too late.
@Suite struct HoldTests {
    private final class Watch: Sendable {
        private let time = Mutex(World.now)
        var now: Int64 { time.withLock { $0 } }
        func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }
    }

    private let watch = Watch()
    private let holder = Holder(
        key: .secp256k1(World.privateKey("h")), secret: [1], clock: { World.now })

    private func issuer(publishing directory: LogDirectory? = nil) -> Issuer {
        let watch = watch
        return Issuer(
            at: World.club, keys: .generate(), publishing: directory, identity: nil,
            store: .inMemory(), clock: { watch.now })
    }

    private func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await #expect(throws: IssuingError.refused(reason), name) { try await body() }
    }

    @Test func `a kept place is nobody else's, until it is confirmed, given up or over (A91)`()
        async throws
    {
        try await withDirectory { directory in
            let issuer = issuer(publishing: directory)
            let edition = try await issuer.open(Edition("held", limit: 2, nationalID: []))
            let first = try await issuer.hold(in: edition, for: 60)
            let second = try await issuer.hold(in: edition, for: 120)
            await #expect(throws: Refusal.soldOut) {
                _ = try await issuer.hold(in: edition, for: 60)
            }
            await expect(.soldOut, "both places are kept") {
                _ = try await issuer.issue(to: try await holder.request(edition))
            }
            // Confirmed: the card has the place, and the hold is used up.
            let request = try await holder.request(edition)
            let answer = try await issuer.issue(to: request, holding: first)
            #expect(try holder.accept(answer, from: issuer.profile).serial.number == 1)
            let again = try await issuer.issue(to: request, holding: first)
            #expect(try holder.accept(again, from: issuer.profile).serial.number == 1)
            await expect(.expired, "confirmed twice") {
                _ = try await issuer.issue(to: try await holder.request(edition), holding: first)
            }
            // Given up twice: the place returns once.
            try await issuer.release(hold: second, in: edition)
            try await issuer.release(hold: second, in: edition)
            try await issuer.release(hold: first, in: edition)
            await expect(.expired, "confirmed after it was given up") {
                _ = try await issuer.issue(to: try await holder.request(edition), holding: second)
            }
            let third = try await issuer.hold(in: edition, for: 30)
            await #expect(throws: Refusal.soldOut) {
                _ = try await issuer.hold(in: edition, for: 60)
            }
            // Over: late confirmation is refused, whether or not somebody else has the place by then.
            watch.pass(30)
            await expect(.expired, "late") {
                _ = try await issuer.issue(to: try await holder.request(edition), holding: third)
            }
            let last = try holder.accept(
                try await issuer.issue(to: try await holder.request(edition)),
                from: issuer.profile)
            #expect(last.serial.number == 2)
            await expect(.expired, "later") {
                _ = try await issuer.issue(to: try await holder.request(edition), holding: third)
            }
            for seconds: Int64 in [0, -1, 86_401, .max] {
                await #expect(throws: Refusal.malformed) {
                    _ = try await issuer.hold(in: edition, for: seconds)
                }
            }
            await expect(.expired, "a token that nobody gave") {
                _ = try await issuer.issue(to: try await holder.request(edition), holding: "AAAA")
            }
            try await issuer.publishLists()
            let audit = try await Auditor(of: issuer.profile, in: directory).audit().editions[0]
            #expect(audit.active == 2 && audit.serials == 2)
        }
    }

    @Test func `holds, cards and ends at once never pass the limit (A79, A91)`() async throws {
        let issuer = issuer()
        let edition = try await issuer.open(Edition("rush", limit: 20, nationalID: []))
        let watch = watch
        let cards = await withTaskGroup(of: Int.self) { group in
            for person in 0..<80 {
                group.addTask {
                    let seconds = Int64(person % 7 + 1)
                    guard let hold = try? await issuer.hold(in: edition, for: seconds),
                        let request = try? await self.holder.request(edition)
                    else { return 0 }
                    if person % 5 == 0 { watch.pass(1) }
                    if person % 3 == 0 {
                        try? await issuer.release(hold: hold, in: edition)
                        try? await issuer.release(hold: hold, in: edition)
                    }
                    return (try? await issuer.issue(to: request, holding: hold)) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        let book = try await issuer.register.current().book(edition.digest)
        #expect(cards == Int(book.given) && Int(book.given) + book.holds.count <= 20)
        watch.pass(10)
        var more = 0
        for _ in 0..<25 {
            guard let request = try? await holder.request(edition),
                (try? await issuer.issue(to: request)) != nil
            else { continue }
            more += 1
        }
        #expect(cards + more == 20)
    }

    @Test func `an auditor counts kept places too`() async throws {
        let keys = IssuerKeys.generate()
        let story = AuditStory(keys, limit: 2)
        let name = RegisterState.name(of: [1])
        let other = RegisterState.name(of: [2])
        func hold(_ kind: LogEntry.Kind, _ name: FixedBytes<32>) -> [UInt8] {
            LogEntry.hold(kind, story.digest, name).encoded
        }
        let open = try story.announcement()
        let card = story.card()
        let cases: [(String, [[UInt8]], UInt64, AuditFinding.EntryFault)] = [
            ("a card in a kept place", [open, hold(.hold, name), card, card], 3, .beyondLimit),
            ("a hold beyond the limit", [open, card, card, hold(.hold, name)], 3, .beyondLimit),
            ("one hold twice", [open, hold(.hold, name), hold(.hold, name)], 2, .impossible),
            (
                "released twice",
                [open, hold(.hold, name), hold(.release, name), hold(.release, name)], 3,
                .impossible
            ),
            (
                "another one released", [open, hold(.hold, name), hold(.release, other)], 2,
                .impossible
            ),
        ]
        for (name, entries, number, fault) in cases {
            try await withDirectory { directory in
                try await story.publish(entries, in: directory, lists: story.lists(1, entries))
                await #expect(throws: AuditFinding.entry(number, fault), "\(name)") {
                    try await story.audit(directory)
                }
            }
        }
    }
}
