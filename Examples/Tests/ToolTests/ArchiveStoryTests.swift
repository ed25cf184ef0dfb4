import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataNationalID
import Testing

/// A city hall burns down: its register is in a courier's folder, its key with five custodians. Process after process, without a network.
@Suite struct ArchiveStoryTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    private func done(_ arguments: String...) async throws -> BuiltTool.Run {
        let run = try await tool.run(arguments: arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
        return run
    }

    private func issue(_ count: Int, at home: String = "kaga") async throws -> Int? {
        var last: Int?
        for _ in 0..<count {
            let run = try await done(
                "issue", "founders", "--home", home, "--key", "holder.key", "--test-person",
                "--out", "card", "--json")
            last = run.json["serial"] as? Int
        }
        return last
    }

    private func restore(
        to home: String = "osaka", archive: String = "courier", shares: [Int] = [1, 3, 4],
        also: [String] = [], checkpoint: String = "checkpoint", language: String = "C"
    ) async throws -> BuiltTool.Run {
        try await tool.run(
            arguments: [
                "restore", archive, "--home", home, "--profile", "kaga.json", "--checkpoint",
                checkpoint, "--site", "osaka", "--json",
            ] + shares.flatMap { ["--share", "shares/share-\($0).txt"] } + also,
            language: language)
    }

    /// Three cards of which one is of a person who is known here, an archive, two cards more, and a second part.
    private func prepare() async throws -> DemoIdentity {
        _ = try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "kaga")
        _ = try await done("keygen", "holder.key")
        _ = try await done(
            "edition", "open", "founders", "--home", "kaga", "--limit", "500", "--title",
            "en=Founders")
        let person = DemoIdentity(.jpkiP384)
        _ = try await claim(person, in: "kaga")
        #expect(try await issue(2) == 3)
        let dealt = try await done(
            "archive", "deal", "--home", "kaga", "--custodians", "5", "--threshold", "3", "--out",
            "shares", "--json")
        #expect((dealt.json["shares"] as? [String])?.count == 5)
        let full = try await done("archive", "write", "courier", "--home", "kaga", "--json")
        #expect(full.json["part"] as? Int == 0)
        #expect(try await issue(2) == 5)
        let more = try await done("archive", "write", "courier", "--home", "kaga", "--json")
        #expect(more.json["part"] as? Int == 1)
        let none = try await done("archive", "write", "courier", "--home", "kaga", "--json")
        #expect(none.json["part"] == nil)
        try tool.copy("kaga/log/profile.json", to: "kaga.json")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")
        return person
    }

    /// A card for this person, who comes with a new phone each time.
    private func claim(_ person: DemoIdentity, in home: String) async throws -> Card {
        let issuer = try await IssuerFolder(tool.folder + "/" + home).issuer()
        let edition = try #require(issuer.profile.editions.first)
        let holder = Holder(key: Secp256k1.PrivateKey())
        let request = try await holder.request(edition, proving: person)
        return try holder.accept(
            try await issuer.issue(to: request, claims: Claims([])), from: issuer.profile)
    }

    /// What `issuer --home` does before it listens.
    @discardableResult
    private func serve(_ home: String) async throws -> IssuerService {
        try await IssuerService(
            IssuerSettings(
                address: "https://kaga.example", home: tool.folder + "/" + home,
                name: Message("かが市", "Kaga"), web: WebServer.Settings(port: 0, isTest: true)),
            reader: TestCards.strangers())
    }

    @Test func `a city hall is gone, and the next card is № 6`() async throws {
        let person = try await prepare()
        let checked = try await done(
            "archive", "check", "kaga/log", "--archive", "courier", "--profile", "kaga.json",
            "--json")
        #expect(checked.json["parts"] as? Int == 2 && checked.json["behind"] as? Int == 0)
        let editions = try #require(checked.json["editions"] as? [[String: Any]])
        #expect(editions[0]["cards"] as? Int == 5 && editions[0]["active"] as? Int == 5)

        // The old site is still somewhere, without anybody; of its folder nothing is used.
        try tool.copy("kaga", to: "ruin")
        try FileManager.default.removeItem(atPath: tool.folder + "/kaga")
        // Four custodians come, and one has a share of something else.
        _ = try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "forger")
        _ = try await done(
            "archive", "deal", "--home", "forger", "--custodians", "5", "--threshold", "3", "--out",
            "forged")
        let restored = try await restore(also: ["--share", "forged/share-2.txt"])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.json["wrongShares"] as? [String] == ["forged/share-2.txt"])
        #expect(restored.errors.contains("forged/share-2.txt"))
        #expect(restored.json["records"] as? Int == 6)

        // The same keys, the same log: what was trusted before is enough.
        #expect(try await issue(1, at: "osaka") == 6)
        let audit = try await done(
            "audit", "osaka/log", "--profile", "kaga.json", "--json")
        #expect(audit.json["entries"] as? Int == 8, "an edition, six cards, a relocation")
        let refused = await #expect(throws: IssuingError.self) {
            try await claim(person, in: "osaka")
        }
        #expect(refused == .refused(.alreadyClaimed))
        // The site before finds the newer log, and is fenced.
        try tool.copy("osaka/log", to: "ruin/log")
        let ruin = try await tool.run(
            "issue", "founders", "--home", "ruin", "--key", "holder.key", "--test-person", "--out",
            "none", "--json")
        #expect(ruin.status == 3 && ruin.reason == "unavailable")
        // So the server starts from the one folder and not from the other.
        try await serve("osaka")
        let said = await #expect(throws: KeyFile.Problem.self) { try await serve("ruin") }
        #expect(
            said?.description.contains("8 were published") == true, "\(String(describing: said))")
        // And the next archive begins here.
        _ = try await done(
            "archive", "deal", "--home", "osaka", "--custodians", "3", "--threshold", "2", "--out",
            "new-shares")
        _ = try await done("archive", "write", "next", "--home", "osaka")
    }

    @Test
    func `every wrong part, chunk, share and checkpoint is named, and nothing is left behind`()
        async throws
    {
        _ = try await prepare()
        let whole = try Data(contentsOf: URL(filePath: tool.folder + "/courier/0001.tegata"))
        func spoil(_ change: (inout Data) -> Void) throws {
            var file = whole
            change(&file)
            try file.write(to: URL(filePath: tool.folder + "/courier/0001.tegata"))
        }
        try spoil { $0[100] ^= 1 }
        let flipped = try await restore()
        #expect(flipped.status == 1 && flipped.reason == "bad_chunk")
        #expect(flipped.json["part"] as? Int == 1 && flipped.json["chunk"] as? Int == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: tool.folder + "/osaka")
        #expect(left.isEmpty, "half an issuer is none")
        try spoil { $0.removeLast() }
        let short = try await tool.run(
            "archive", "check", "kaga/log", "--archive", "courier", "--json")
        #expect(short.status == 1 && short.reason == "truncated")
        #expect(short.json["part"] as? Int == 1)
        try spoil { _ in }

        let few = try await restore(shares: [1, 3], language: "ja_JP.UTF-8")
        #expect(few.status == 1 && few.reason == "too_few_shares")
        #expect(few.errors.contains("3 枚が必要です"))
        let text = try tool.read("shares/share-4.txt")
        try tool.write(text.replacing("\n5  ", with: "\n5  Z"), to: "typed")
        let typed = try await restore(shares: [1, 3], also: ["--share", "typed"])
        #expect(typed.reason == "too_few_shares" && typed.errors.contains("typed: line 5"))
        let share = try await tool.run(
            "archive", "share", "typed", "--profile", "kaga.json", "--key", "kaga/archive.pub",
            "--json")
        #expect(share.status == 1 && share.reason == "bad_line")
        #expect(share.json["line"] as? Int == 5)
        let good = try await done(
            "archive", "share", "shares/share-4.txt", "--profile", "kaga.json", "--key",
            "kaga/archive.pub", "--json")
        #expect(good.json["number"] as? Int == 4)
        let mode =
            try FileManager.default.attributesOfItem(atPath: tool.folder + "/shares/share-4.txt")[
                .posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)

        // A card that the archive does not have, and the log does.
        #expect(try await issue(1) == 6)
        try tool.copy("kaga/log/checkpoint", to: "newer")
        let old = try await restore(checkpoint: "newer")
        #expect(old.status == 1 && old.reason == "rolled_back")
        let behind = try await done(
            "archive", "check", "kaga/log", "--archive", "courier", "--json")
        #expect(behind.json["behind"] as? Int == 1)
        // While somebody else writes, nothing is written.
        let lock = open(tool.folder + "/courier/.lock", O_RDWR)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let busy = try await tool.run("archive", "write", "courier", "--home", "kaga")
        #expect(busy.status == 3 && busy.errors.contains("courier/.lock"))
        #expect(close(lock) == 0)
        _ = try await done("archive", "write", "courier", "--home", "kaga")
        // Never over what is there.
        let over = try await restore(to: "kaga")
        #expect(over.status == 3 && over.errors.contains("not empty"))
    }

    @Test func `what editions look like, say and promise comes along`() async throws {
        _ = try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "kaga")
        let server = try await serve("kaga")
        try await server.openFirstEdition(of: 5)
        let rides = try Entitlement(
            "rides", title: BilingualText(ja: "乗車券", en: "Rides"), count: 4,
            windows: [1_700_000_000, 4_000_000_000], shops: ["https://taxi.example"])
        try await server.grant(rides, in: "founders")
        _ = try await done(
            "archive", "deal", "--home", "kaga", "--custodians", "5", "--threshold", "3", "--out",
            "shares")
        _ = try await done("archive", "write", "courier", "--home", "kaga")
        try tool.copy("kaga/log/profile.json", to: "kaga.json")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")
        let restored = try await restore()
        #expect(restored.status == 0, "\(restored.errors)")
        var texts = [[String: String]]()
        for home in ["kaga", "osaka"] {
            let issuer = try await IssuerFolder(tool.folder + "/" + home).issuer()
            let edition = try #require(issuer.profile.editions.first)
            var found = [String: String]()
            for name in try await issuer.attachments(of: edition) {
                found[name] = try await issuer.attachment(name, of: edition)
            }
            texts.append(found)
        }
        #expect(texts[0] == texts[1] && texts[0].count == 2)
        #expect(texts[1]["card"]?.contains("\"tier\":\"gold\"") == true)
        let terms = try #require(texts[1]["terms/rides"])
        let profile = try IssuerProfile(parsing: tool.read("osaka/log/profile.json"))
        #expect(try EntitlementTerms(parsing: terms, from: profile).entitlement.count == 4)
    }

    @Test func `after a change of keys a part does not follow, and a new archive does`()
        async throws
    {
        _ = try await prepare()
        _ = try await done("keygen", "new.key")
        try tool.copy("new.key", to: "kaga/keys/card.key")
        #expect(try await issue(1) == 6)
        let follows = try await tool.run(
            "archive", "write", "courier", "--home", "kaga", "--json")
        #expect(follows.status == 1 && follows.reason == "keys_changed")
        let full = try await done("archive", "write", "second", "--home", "kaga", "--json")
        #expect(full.json["part"] as? Int == 0)
        try tool.copy("kaga/log/profile.json", to: "kaga.json")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")
        let restored = try await restore(archive: "second", also: ["--new-card-key"])
        #expect(restored.status == 0, "\(restored.errors)")
        let keys = try FileManager.default.contentsOfDirectory(
            atPath: tool.folder + "/osaka/keys/cards")
        #expect(keys.count == 3, "two that signed before, and the new one")
        #expect(try await issue(1, at: "osaka") == 7)
    }
}
