import Foundation
import Testing

/// Three sites of which two sign together: an archive, a restore and a move, process after process, and no site alone.
@Suite struct CouncilStoryTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    @discardableResult
    private func done(_ arguments: String...) async throws -> BuiltTool.Run {
        let run = try await tool.run(arguments: arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
        return run
    }

    private func issue(at home: String) async throws -> BuiltTool.Run {
        try await tool.run(
            "issue", "guests", "--home", home, "--key", "holder.key", "--out", "card", "--json")
    }

    private func begin(_ document: String, _ seat: Int, yes: String = "yes") throws -> Talk {
        let talk = try tool.start([
            "council", "sign", document, "--profile", "kaga.json", "--seat",
            "seats/seat-\(seat).key", "--json",
        ])
        try talk.say([yes])
        return talk
    }

    /// What these sites say to a document: commitments and answers.
    private func sign(
        _ document: String, _ seats: [Int]
    ) async throws -> (commitments: [String], answers: [String]) {
        var (talks, commitments, answers) = ([Talk](), [String](), [String]())
        for seat in seats {
            let talk = try begin(document, seat)
            commitments.append(try #require(await talk.hear()?["commitment"]))
            talks.append(talk)
        }
        for talk in talks {
            try talk.say(commitments)
            answers.append(try #require(await talk.hear()?["answer"]))
            #expect(try await talk.end() == 0)
        }
        return (commitments, answers)
    }

    private func combine(
        _ document: String, _ parts: (commitments: [String], answers: [String]), to out: String
    ) async throws -> BuiltTool.Run {
        try await tool.run(
            arguments: ["council", "combine", document, "--profile", "kaga.json", "--out", out]
                + parts.commitments.flatMap { ["--commitment", $0] }
                + parts.answers.flatMap { ["--answer", $0] } + ["--json"])
    }

    private func countersign(
        _ document: String, _ seats: [Int], to out: String
    ) async throws -> BuiltTool.Run {
        let run = try await combine(document, try await sign(document, seats), to: out)
        #expect(run.status == 0, "\(run.errors)")
        return run
    }

    private func prepare() async throws {
        try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "kaga")
        try await done("keygen", "holder.key")
        try await done(
            "edition", "open", "guests", "--home", "kaga", "--limit", "500", "--visitors")
        let dealt = try await done(
            "council", "deal", "--home", "kaga", "--sites", "3", "--threshold", "2", "--out",
            "seats", "--json")
        #expect((dealt.json["seats"] as? [String])?.count == 3)
        #expect(try await issue(at: "kaga").json["serial"] as? Int == 1)
        #expect(try await issue(at: "kaga").json["serial"] as? Int == 2)
        try await done(
            "archive", "deal", "--home", "kaga", "--custodians", "3", "--threshold", "2", "--out",
            "shares")
        try await done("archive", "write", "courier", "--home", "kaga")
        try tool.copy("kaga/log/profile.json", to: "kaga.json")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")
    }

    private func restore() async throws -> BuiltTool.Run {
        try await tool.run(
            "restore", "courier", "--home", "osaka", "--profile", "kaga.json", "--checkpoint",
            "checkpoint", "--site", "osaka", "--share", "shares/share-1.txt", "--share",
            "shares/share-3.txt", "--json")
    }

    private func relocate(_ arguments: String...) async throws -> BuiltTool.Run {
        try await tool.run(
            arguments: ["relocate", "--home", "osaka", "--profile", "kaga.json", "--json"]
                + arguments)
    }

    @Test func `two of three sites move a register, step by step`() async throws {
        try await prepare()
        let mode =
            try FileManager.default.attributesOfItem(atPath: tool.folder + "/seats/seat-1.key")[
                .posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        // What nobody has countersigned is no archive.
        let unsigned = try await restore()
        #expect(unsigned.status == 1 && unsigned.reason == "bad_manifest")
        let manifest = "courier/0000.manifest"
        let signed = try await countersign(manifest, [1, 3], to: manifest)
        #expect((signed.json["says"] as? String)?.contains("ends with record 3") == true)
        // The next part follows it.
        #expect(try await issue(at: "kaga").json["serial"] as? Int == 3)
        try await done("archive", "write", "courier", "--home", "kaga")
        _ = try await countersign("courier/0001.manifest", [2, 3], to: "courier/0001.manifest")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")

        let restored = try await restore()
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.json["records"] as? Int == 4)
        // It is not here yet, and no site says so alone.
        #expect(try await issue(at: "osaka").status != 0)
        let early = try await relocate("--report", "osaka/report", "--out", "relocation")
        #expect(early.status == 1 && early.reason == "unauthorized")
        _ = try await countersign("osaka/report", [1, 2], to: "report")
        let proposed = try await relocate("--report", "report", "--out", "relocation")
        #expect(proposed.status == 0, "\(proposed.errors)")
        let alone = try await relocate("--report", "report", "--relocation", "relocation")
        #expect(alone.status == 1 && alone.reason == "unauthorized")
        #expect(try await issue(at: "osaka").status != 0)
        let says = try await countersign("relocation", [2, 3], to: "signed")
        #expect((says.json["says"] as? String)?.contains("goes on at osaka after 4") == true)
        let moved = try await relocate("--report", "report", "--relocation", "signed")
        #expect(moved.json["site"] as? String == "osaka", "\(moved.errors)")
        #expect(try tool.read("osaka/report").contains("~"))
        #expect(try await issue(at: "osaka").json["serial"] as? Int == 4)
        let audit = try await done("audit", "osaka/log", "--profile", "kaga.json", "--json")
        #expect(audit.json["entries"] as? Int == 6, "an edition, four cards, a relocation")
        // Once: the log is no longer where the document says.
        let again = try await relocate("--report", "report", "--relocation", "signed")
        #expect(again.status == 1 && again.reason == "conflict")
    }

    @Test func `one site, a stranger's seat and another document sign nothing`() async throws {
        try await prepare()
        let manifest = "courier/0000.manifest"
        // Who does not say yes gives out nothing, not even a commitment.
        let no = try begin(manifest, 1, yes: "no")
        #expect(await no.hear() == nil)
        #expect(try await no.end() != 0)
        // One site under its own number twice.
        let alone = try begin(manifest, 1)
        let own = try #require(await alone.hear()?["commitment"])
        try alone.say([own, own])
        #expect(await alone.hear()?["answer"] == nil)
        #expect(try await alone.end() == 1)
        // Too few.
        let few = try begin(manifest, 1)
        let one = try #require(await few.hear()?["commitment"])
        try few.say([one, ""])
        #expect(await few.hear()?["answer"] == nil)
        #expect(try await few.end() == 1)
        // An answer to something else is named.
        var parts = try await sign(manifest, [1, 2])
        let others = try await sign(manifest, [1, 2])
        parts.answers[1] = others.answers[1]
        let wrong = try await combine(manifest, parts, to: "signed")
        #expect(wrong.status != 0 && wrong.errors.contains("site 2"))
        parts.answers.removeLast()
        let missing = try await combine(manifest, parts, to: "signed")
        #expect(missing.status != 0 && missing.errors.contains("site 2"))
        #expect(!FileManager.default.fileExists(atPath: tool.folder + "/signed"))
        // Somebody else's seat, something that is no document, and a second council.
        try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "forger")
        try await done(
            "council", "deal", "--home", "forger", "--sites", "3", "--threshold", "2", "--out",
            "forged")
        let stranger = try await tool.run(
            "council", "sign", manifest, "--profile", "kaga.json", "--seat", "forged/seat-1.key",
            "--yes")
        #expect(stranger.status != 0 && stranger.errors.contains("no seat of this"))
        let card = try await tool.run(
            "council", "sign", "checkpoint", "--profile", "kaga.json", "--seat",
            "seats/seat-1.key", "--yes", "--json")
        #expect(card.status == 1 && card.reason == "malformed")
        let second = try await tool.run(
            "council", "deal", "--home", "kaga", "--sites", "3", "--threshold", "2", "--out",
            "seats-2")
        #expect(second.status == 3 && second.errors.contains("council already"))
    }
}
