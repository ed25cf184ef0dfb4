import Foundation
import Testing

/// The tool as the people use it who have nothing else: a city, a member, a ministry and an inn in another country, process after
/// process, without a network.
@Suite struct StoryTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    /// Two cities with an edition each, a holder, and a bundle that names both.
    private func prepare() async throws {
        for city in ["kaga", "nanto"] {
            let made = try await tool.run(
                "keygen", "--kind", "issuer", "--at", "https://\(city).example", city, "--json")
            #expect(made.status == 0, "\(made.errors)")
        }
        for key in ["holder.key", "trust.key"] {
            #expect(try await tool.run("keygen", key).status == 0)
        }
        #expect(try await tool.run("keygen", "trust-log.key", "--kind", "ed25519").status == 0)
        let founders = try await tool.run(
            "edition", "open", "founders", "--home", "kaga", "--limit", "500", "--title",
            "ja=創設会員", "--title", "en=Founders", "--benefit", "library", "--json")
        #expect(founders.status == 0, "\(founders.errors)")
        #expect(founders.json["issuer"] as? String == "https://kaga.example")
        let visitors = try await tool.run(
            "edition", "open", "visitors", "--home", "nanto", "--limit", "1", "--visitors")
        #expect(visitors.status == 0, "\(visitors.errors)")
        try tool.write(
            #"{"issuers":[{"profile":"kaga/log/profile.json"},{"profile":"nanto/log/profile.json"}]}"#,
            to: "plan.json")
        #expect(try await makeBundle().status == 0)
        try tool.copy("trust/pin.json", to: "pin.json")
    }

    private func makeBundle() async throws -> BuiltTool.Run {
        let run = try await tool.run(
            "bundle", "make", "plan.json", "--at", "https://trust.example", "--key", "trust.key",
            "--log-key", "trust-log.key", "--out", "trust", "--json")
        #expect(run.status == 0, "\(run.errors)")
        return run
    }

    private func refresh() async throws -> BuiltTool.Run {
        try await tool.run(
            "bundle", "refresh", "--pin", "pin.json", "--bundle", "trust/trust", "--statuses",
            "lists", "--home", "kaga", "--home", "nanto", "--json")
    }

    private func ask(_ claim: String = "tier") async throws {
        let asked = try await tool.run(
            "verify", "ask", "--claim", claim, "--state", "inn", "--pin", "pin.json", "--bundle",
            "trust/trust", "--statuses", "lists", "--out", "question")
        #expect(asked.status == 0, "\(asked.errors)")
    }

    private func present(_ card: String, of city: String) async throws -> BuiltTool.Run {
        try await tool.run(
            "present", "question", "--card", card, "--key", "holder.key", "--profile",
            "\(city)/log/profile.json", "--reveal", "tier", "--out", "answer", "--json")
    }

    private func check(_ bundle: String = "trust/trust") async throws -> BuiltTool.Run {
        try await tool.run(
            "verify", "check", "answer", "--state", "inn", "--pin", "pin.json", "--bundle", bundle,
            "--statuses", "lists", "--json")
    }

    @Test func `from the first key to the audit, and every refusal with its reason`() async throws {
        try await prepare()
        let issued = try await tool.run(
            "issue", "founders", "--home", "kaga", "--key", "holder.key", "--test-person",
            "--claim", "tier=gold", "--selective", "name=Yu", "--out", "card", "--json")
        #expect(issued.status == 0, "\(issued.errors)")
        #expect(issued.json["serial"] as? Int == 1 && issued.json["test"] as? Bool == true)

        // Offline, before any status list is kept, nothing is valid.
        try await ask()
        #expect(try await present("card", of: "kaga").status == 0)
        let unknown = try await check()
        #expect(unknown.status == 1 && unknown.reason == "status_unknown")
        #expect(try await refresh().status == 0)
        let shown = try await check()
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.json["edition"] as? String == "founders")
        #expect(shown.json["serial"] as? Int == 1 && shown.json["test"] as? Bool == true)
        #expect(!shown.output.contains("Yu"), "A62")
        let again = try await check()
        #expect(again.status == 1 && again.reason == "replayed", "A52")
        // A copy of the card, without its holder.
        let kept = try JSONSerialization.jsonObject(with: Data(tool.read("card").utf8))
        let copy = try #require((kept as? [String: Any])?["card"] as? String)
        try tool.write(copy, to: "answer")
        let copied = try await check()
        #expect(copied.status == 1 && copied.reason == "holder_binding_missing", "A66")

        // A card without the claim that is asked for.
        try await ask("born")
        let missing = try await present("card", of: "kaga")
        #expect(missing.status == 1 && missing.reason == "type_mismatch")

        // The other city, whose edition has one place.
        let visitor = try await tool.run(
            "issue", "visitors", "--home", "nanto", "--key", "holder.key", "--claim", "tier=guest",
            "--out", "visitor")
        #expect(visitor.status == 0, "\(visitor.errors)")
        let full = try await tool.run(
            "issue", "visitors", "--home", "nanto", "--key", "holder.key", "--out", "none", "--json"
        )
        #expect(full.status == 1 && full.reason == "sold_out", "A79")
        try await ask()
        #expect(try await present("visitor", of: "nanto").status == 0)
        #expect(try await check().status == 0)

        // Ended by its city: once the lists are fresh, at the inn too.
        #expect(
            try await tool.run("edition", "status", "founders", "1", "revoked", "--home", "kaga")
                .status == 0)
        #expect(try await refresh().status == 0)
        try await ask()
        #expect(try await present("card", of: "kaga").status == 0)
        let ended = try await check()
        #expect(ended.status == 1 && ended.reason == "revoked")

        let audit = try await tool.run("audit", "kaga/log", "--json")
        #expect(audit.status == 0, "\(audit.errors)")
        #expect(audit.json["passed"] as? Bool == true)
        let editions = try #require(audit.json["editions"] as? [[String: Any]])
        #expect(editions[0]["serials"] as? Int == 1 && editions[0]["revoked"] as? Int == 1)
    }

    @Test func `an older bundle is refused, and a city that the new one leaves out`() async throws {
        try await prepare()
        let issued = try await tool.run(
            "issue", "visitors", "--home", "nanto", "--key", "holder.key", "--claim", "tier=guest",
            "--out", "visitor")
        #expect(issued.status == 0, "\(issued.errors)")
        #expect(try await refresh().status == 0)
        try await ask()
        #expect(try await present("visitor", of: "nanto").status == 0)
        try tool.write(
            #"{"issuers":[{"profile":"kaga/log/profile.json"}]}"#, to: "plan.json")
        #expect(try await makeBundle().json["version"] as? Int == 2)
        let left = try await check()
        #expect(left.status == 1 && left.reason == "issuer_untrusted")
        // The pin has moved on: what named the city is not accepted again.
        let old = try await check("trust/trust-1")
        #expect(old.status == 1 && old.reason == "replayed", "A100")
        let shown = try await tool.run(
            "bundle", "show", "--pin", "pin.json", "--bundle", "trust/trust", "--json")
        #expect(shown.json["version"] as? Int == 2)
        #expect((shown.json["issuers"] as? [[String: Any]])?.count == 1)
        // A changed byte.
        let text = try tool.read("trust/trust")
        try tool.write(
            text.replacing("trust.example/tegata-trust", with: "trust.example/x"), to: "x")
        let changed = try await tool.run(
            "bundle", "show", "--pin", "pin.json", "--bundle", "x", "--json")
        #expect(changed.status == 1 && changed.reason == "log_proof_invalid")
    }

    @Test func `usage is 2, what is not there is 3, and help is 0 with an example`() async throws {
        for arguments in [
            [], ["keygen"], ["edition"], ["edition", "open"], ["edition", "status"], ["issue"],
            ["present"], ["verify"], ["verify", "ask"], ["verify", "check"], ["bundle"],
            ["bundle", "make"], ["bundle", "show"], ["bundle", "refresh"], ["archive"],
            ["archive", "deal"],
            ["archive", "share"], ["archive", "write"], ["archive", "check"], ["restore"],
            ["serve"], ["inspect"],
            ["doctor"], ["audit"], ["monitor"],
        ] {
            let help = try await tool.run(arguments: arguments + ["--help"])
            #expect(help.status == 0, "\(arguments)")
            let isGroup = [["edition"], ["bundle"], ["verify"], ["archive"]].contains(arguments)
            #expect(isGroup || help.output.contains("Example: tegata"), "\(arguments)")
            #expect(isGroup || arguments.isEmpty || help.output.contains("--json"), "\(arguments)")
        }
        #expect(try await tool.run("nothing").status == 2)
        #expect(try await tool.run("keygen").status == 2)
        #expect(try await tool.run("keygen", "x", "--kind", "issuer").status == 2)
        #expect(try await tool.run("keygen", "k").status == 0)
        #expect(try await tool.run("keygen", "k").status == 3, "a key is never written over")
        let absent = try await tool.run(
            "edition", "open", "a", "--home", "nowhere", "--limit", "1")
        #expect(absent.status == 3)
        #expect(
            try await tool.run("keygen", "--kind", "issuer", "--at", "http://a.example", "c").status
                == 3)
        #expect(
            try await tool.run("keygen", "--kind", "issuer", "--at", "https://a.example", "c")
                .status == 0)
        let refused = try await tool.run("edition", "open", "A!", "--home", "c", "--limit", "1")
        #expect(refused.status == 2 && refused.errors.contains("id"))
        let scripts = try await tool.run("--generate-completion-script", "bash")
        #expect(scripts.status == 0 && scripts.output.contains("_tegata"))
        let japanese = try await tool.run("keygen", "--help", language: "ja_JP.UTF-8")
        #expect(japanese.output.contains("鍵を作ります"))
    }

    @Test func `keys are their owner's alone, and a secret is in no output (A138)`() async throws {
        let made = try await tool.run("keygen", "holder.key", "--json")
        let mode =
            try FileManager.default.attributesOfItem(atPath: tool.folder + "/holder.key")[
                .posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        let secret = try Data(contentsOf: URL(filePath: tool.folder + "/holder.key"))
        let digits = secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(!made.output.contains(digits))
        #expect(!made.output.contains(secret.base64EncodedString().prefix(40)))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: tool.folder + "/holder.key")
        #expect(
            try await tool.run("keygen", "--kind", "issuer", "--at", "https://a.example", "c")
                .status == 0)
        #expect(
            try await tool.run("edition", "open", "v", "--home", "c", "--limit", "1", "--visitors")
                .status == 0)
        let open = try await tool.run(
            "issue", "v", "--home", "c", "--key", "holder.key", "--out", "card")
        #expect(open.status == 3 && open.errors.contains("chmod 600"))
    }
}
