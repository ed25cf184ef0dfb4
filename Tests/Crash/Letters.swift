import Foundation
import Tegata
import TegataCrypto
import TegataLog
import TegataSQLite

/// Six cases for three holders of cards: the same in every process, so that each can tell them again.
enum Letters {
    static let cases = 6
    private static let holders: UInt32 = 3

    /// The city whose register is in this folder.
    static func city(in folder: String) throws -> Issuer {
        func key(_ number: UInt8) throws -> Secp256k1.PrivateKey {
            try Secp256k1.PrivateKey(rawRepresentation: SHA256.hash([number]).array)
        }
        return Issuer(
            at: "https://crash.example",
            keys: IssuerKeys(
                card: .secp256k1(try key(4)), register: try key(5),
                log: try Ed25519.PrivateKey(rawRepresentation: SHA256.hash([6]).array)),
            log: .sqlite(at: folder + "/register.db"),
            publishing: LogDirectory(at: folder + "/log"))
    }

    private static var plan: Edition {
        get throws { try Edition("citizens", limit: 10, nationalID: []) }
    }

    /// Opens the edition and issues the cards, before anything fails.
    static func prepare(_ folder: String) async throws {
        let city = try city(in: folder)
        let edition = try await city.open(plan)
        for _ in 0..<holders {
            let holder = Holder(key: Secp256k1.PrivateKey())
            _ = try await city.issue(to: try await holder.request(edition))
        }
    }

    /// Tells a case: the same notice each time.
    static func tell(_ city: Issuer, _ number: Int) async throws(Refusal) -> UInt64 {
        do {
            let edition = try await city.open(plan)
            let draft = NoticeDraft(
                "case \(number)",
                to: try await city.address(ofCard: UInt32(number) % holders + 1, in: edition))
            let id = try await city.notify([draft], about: programme(), in: edition)[0]
            return id.array.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        } catch let refusal as Refusal {
            throw refusal
        } catch NoticeError.refused(let refusal) {
            throw refusal
        } catch IssuingError.refused(let refusal) {
            throw refusal
        } catch {
            throw .malformed
        }
    }

    private static func programme() throws -> Programme {
        try Programme(
            "heating", office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "給付", en: "Allowance"),
            basis: BilingualText(ja: "条例", en: "Ordinance"),
            text: BilingualText(ja: "ご確認ください。", en: "Please confirm."), deadline: 4_000_000_000)
    }

    /// The next process: each case that was told has the notice that it had, and each has one.
    static func check(_ folder: String, _ given: [Int: UInt64]) async throws {
        let city = try city(in: folder)
        for (number, notice) in given {
            let again = try await tell(city, number)
            try expect(again == notice, "case \(number) had another notice")
        }
        var notices = Set<UInt64>()
        for number in 0..<cases { notices.insert(try await tell(city, number)) }
        try expect(notices.count == cases, "\(notices.count) notices of \(cases)")
        let tally = try await city.tally(of: "heating", in: try await city.open(plan))
        try expect(tally == [.open: cases], "the tally is \(tally)")
        let reader = LogReader(LogDirectory(at: folder + "/log"))
        let checkpoint = try await reader.checkpoint(by: LogPolicy(log: city.profile.logKey))
            .checkpoint
        var tree = MerkleTree()
        var told = 0
        try await reader.extend(&tree, to: checkpoint.size) { _, entries, _ in
            told += entries.count { $0.first == 20 }
        }
        try expect(tree.root == checkpoint.root, "the files do not give the checkpoint's root")
        try expect(told == cases, "\(told) notices are in the log")
    }
}
