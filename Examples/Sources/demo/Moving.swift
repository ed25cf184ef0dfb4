import Foundation
import Synchronization
import Tegata
import TegataArchive

/// A site is lost: its register comes out of an archive that custodians open together, and goes on somewhere else.
struct Moving {
    let stage: Stage

    private static let address = "https://nishi.example"

    func tell() async throws {
        stage.act("市役所が失われる：別の場所で続ける", "A city hall is lost: its register goes on elsewhere")
        // Two of three sites sign together what no site may sign alone; three of five custodians open an archive.
        let seats = try Council.deal(sites: 3, threshold: 2)
        let keys = IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey(), council: seats[0].council)
        let (key, shares) = try ArchiveKey.deal(custodians: 5, threshold: 3, by: keys)
        let register = InMemoryJournal()
        let west = Issuer(at: Self.address, keys: keys, log: register, site: "west")
        try await west.relocate(try signed(try await west.relocation(), seats[0], seats[1]))
        let edition = try await west.open(Edition("spring", limit: 8, nationalID: []))
        let member = Holder(key: Secp256k1.PrivateKey())
        let request = try await member.request(edition)
        let card = try member.accept(try await west.issue(to: request), from: west.profile)
        guard let published = try await west.checkpoint() else {
            throw StoryError.unexpected("a log with a card has a checkpoint")
        }

        let kept = Kept()
        let archiver = Archiver(of: Self.address, keys: keys, to: key)
        let manifest = try await stage.time("名簿を封じる", "the register is sealed") {
            try await archiver.write(register) { kept.append($0) }
        }
        guard let manifest else { throw StoryError.unexpected("there is something to archive") }
        stage.say(
            "ファイル \(kept.count) バイト、鍵は五人の保管者に分ける",
            "a file of \(kept.count) bytes, its key in the hands of five custodians")
        let document = try signed(manifest.document, seats[1], seats[2])

        let (_, foreign) = try ArchiveKey.deal(custodians: 5, threshold: 3, by: keys)
        let restorer = try Restorer(
            west.profile, parts: [Restorer.Part(manifest: document, source: kept.reader)],
            shares: [shares[0], foreign[1], shares[2], shares[4]], published: published)
        stage.say(
            "四人が集まり、\(restorer.badShares.map { "\($0 + 1) 人目" }.joined())の断片は偽物",
            "four custodians come; the share of № \(restorer.badShares.map { "\($0 + 1)" }.joined(separator: ", ")) is none of this key's"
        )
        let journal = InMemoryJournal()
        let restored = try await stage.time("別の場所で元にもどす", "restored at another site") {
            try await restorer.restore(into: journal)
        }
        let report = try signed(restored.report, seats[1], seats[2])
        let east = Issuer(at: Self.address, keys: restored.keys, log: journal, site: "east")
        try await east.relocate(
            try signed(try await east.relocation(after: report), seats[1], seats[2]))
        let again = try member.accept(try await east.issue(to: request), from: east.profile)
        guard again.serial == card.serial else {
            throw StoryError.unexpected("the same card after the move")
        }
        stage.say(
            "同じ会員、同じ番号: № \(again.serial)", "the same member has the same number: № \(again.serial)"
        )
        let next = Holder(key: Secp256k1.PrivateKey())
        let opened = try await east.open(Edition("spring", limit: 8, nationalID: []))
        let second = try next.accept(
            try await east.issue(to: try await next.request(opened)), from: east.profile)
        stage.say("次の会員証: № \(second.serial)", "and the next card is № \(second.serial)")
    }

    /// Two sites read a document and sign it together.
    private func signed(
        _ document: String, _ first: CouncilSeat, _ second: CouncilSeat
    ) throws -> String {
        let one = try first.begin()
        let other = try second.begin()
        let commitments = [one.commitment, other.commitment]
        let answers = [
            try one.sign(document, with: commitments), try other.sign(document, with: commitments),
        ]
        return try first.council.countersign(document, commitments: commitments, answers: answers)
    }
}

/// A file that a courier carries.
private final class Kept: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let place = Mutex(0)

    var count: Int { bytes.withLock { $0.count } }

    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }

    var reader: Restorer.Source {
        { count in
            let all = self.bytes.withLock { $0 }
            return self.place.withLock { place in
                let end = min(all.count, place + count)
                defer { place = end }
                return Array(all[place..<end])
            }
        }
    }
}
