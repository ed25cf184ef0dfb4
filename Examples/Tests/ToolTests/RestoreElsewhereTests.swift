import Foundation
import IssuerService
import Tegata
import Testing

/// Restores to where the register or the card key is no file: a PostgreSQL database, a hardware module.
@Suite struct RestoreElsewhereTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    private func done(_ arguments: String...) async throws {
        let run = try await tool.run(arguments: arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
    }

    /// An issuer with a card, its archive, and what a restore needs of its public files.
    private func prepare(cardToken: String? = nil) async throws {
        try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "kaga")
        try await done("keygen", "holder.key")
        if let cardToken {
            try FileManager.default.removeItem(atPath: tool.folder + "/kaga/keys/card.key")
            try tool.copy(cardToken, to: "kaga/keys/card.token")
        }
        try await done(
            "edition", "open", "guests", "--home", "kaga", "--limit", "5", "--visitors", "--commit",
            "since:12")
        try await done(
            "issue", "guests", "--home", "kaga", "--key", "holder.key", "--selective", "since=2026",
            "--out", "card")
        try await done(
            "archive", "deal", "--home", "kaga", "--custodians", "3", "--threshold", "2", "--out",
            "shares")
        try await done("archive", "write", "courier", "--home", "kaga")
        try tool.copy("kaga/log/profile.json", to: "kaga.json")
        try tool.copy("kaga/log/checkpoint", to: "checkpoint")
        try FileManager.default.removeItem(atPath: tool.folder + "/kaga")
    }

    private func restore(_ more: String...) async throws -> BuiltTool.Run {
        try await tool.run(
            arguments: [
                "restore", "courier", "--home", "osaka", "--profile", "kaga.json", "--checkpoint",
                "checkpoint", "--site", "osaka", "--share", "shares/share-1.txt", "--share",
                "shares/share-3.txt", "--json",
            ] + more)
    }

    /// The next card, from wherever the register is now.
    private func next(_ database: String? = nil) async throws -> UInt32 {
        let issuer = try await IssuerFolder(tool.folder + "/osaka", database: database).issuer()
        let edition = try #require(issuer.profile.editions.first)
        let holder = Holder(key: Secp256k1.PrivateKey())
        let issued = try await issuer.issue(
            to: try await holder.request(edition), claims: ["since": .selective(2026)])
        return try holder.accept(issued, from: issuer.profile).serial.number
    }

    @Test(.enabled(if: PostgresServer.programs != nil, Comment(rawValue: PostgresServer.advice)))
    func `the register goes on in PostgreSQL`() async throws {
        try await prepare()
        let server = try await PostgresServer.started()
        let restored = try await restore("--database", server.connection)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.json["records"] as? Int == 2)
        #expect(try await next(server.connection) == 2)
        #expect(!FileManager.default.fileExists(atPath: tool.folder + "/osaka/register.sqlite"))
        // It is full now, and takes no other register.
        try FileManager.default.removeItem(atPath: tool.folder + "/osaka")
        let again = try await restore("--database", server.connection)
        #expect(again.status != 0)
    }

    @Test func `a card key in a module stays there, and is brought`() async throws {
        try tool.makeToken()
        try await prepare(cardToken: "card.token")
        let missing = try await restore()
        #expect(missing.status == 1 && missing.reason == "key_elsewhere")
        let brought = try await restore("--card-token", "card.token")
        #expect(brought.status == 0, "\(brought.errors)")
        #expect(
            !FileManager.default.fileExists(atPath: tool.folder + "/osaka/keys/card.key"))
        let run = try await tool.run(
            "issue", "guests", "--home", "osaka", "--key", "holder.key", "--selective",
            "since=2026", "--out", "card", "--json")
        #expect(run.json["serial"] as? Int == 2, "\(run.errors)")
    }

    @Test func `a claim that cards commit to is a number, and has to be there`() async throws {
        try await prepare()
        _ = try await restore()
        for (value, word) in [("since=later", "whole number"), ("since=5000", "since")] {
            let run = try await tool.run(
                "issue", "guests", "--home", "osaka", "--key", "holder.key", "--selective", value,
                "--out", "none")
            #expect(run.status != 0 && run.errors.contains(word), "\(run.errors)")
        }
        let without = try await tool.run(
            "issue", "guests", "--home", "osaka", "--key", "holder.key", "--out", "none")
        #expect(without.status != 0 && without.errors.contains("since"), "\(without.errors)")
        let wrong = try await tool.run(
            "edition", "open", "others", "--home", "osaka", "--limit", "5", "--visitors",
            "--commit", "score:40")
        #expect(wrong.status != 0 && wrong.errors.contains("--commit score:40"))
        try await done(
            "edition", "open", "scores", "--home", "osaka", "--limit", "5", "--visitors",
            "--predicate-only", "score:7")
        let issuer = try await IssuerFolder(tool.folder + "/osaka").issuer()
        let scores = try #require(issuer.profile.editions.first { $0.edition.id == "scores" })
        #expect(scores.edition.committed == [.number("score", bits: 7, isPredicateOnly: true)])
    }
}

extension BuiltTool {
    /// A token of SoftHSM in the folder, and the `card.token` that names a key in it.
    fileprivate func makeToken() throws {
        let module = try #require(
            [
                "/usr/lib/softhsm/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
            ].first { FileManager.default.fileExists(atPath: $0) },
            "SoftHSM is missing: scripts/setup softhsm2")
        try FileManager.default.createDirectory(
            atPath: folder + "/tokens", withIntermediateDirectories: true)
        try write(
            "directories.tokendir = \(folder)/tokens\nlog.level = ERROR\n", to: "softhsm2.conf")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/softhsm2-util")
        process.arguments = [
            "--init-token", "--free", "--label", "city", "--pin", "4321", "--so-pin", "87654321",
        ]
        process.environment = ["SOFTHSM2_CONF": folder + "/softhsm2.conf"]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        for (name, text) in [
            ("pin", "4321\n"),
            (
                "card.token",
                #"{"module":"\#(module)","token":"city","key":"card","pin":"\#(folder)/pin"}"#
            ),
        ] {
            try write(text, to: name)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: folder + "/" + name)
        }
    }
}
