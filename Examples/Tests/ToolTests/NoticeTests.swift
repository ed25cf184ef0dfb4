import Foundation
import Tegata
import Testing

/// The proof of a notice is checked by the built tool, from two files and nothing else.
@Suite struct NoticeTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    @Test func `a proof holds years later, and a changed one does not`() async throws {
        let city = Issuer(at: "https://kaga.example", keys: .generate())
        let edition = try await city.open(Edition("guests", limit: 5, nationalID: []))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let card = try holder.accept(
            try await city.issue(to: try await holder.request(edition)), from: city.profile)
        let programme = try Programme(
            "heating", office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代", en: "Heating allowance"),
            basis: BilingualText(ja: "条例", en: "Ordinance"),
            text: BilingualText(ja: "お答えください。", en: "Please answer."),
            deadline: 4_000_000_000)
        let address = try await city.address(ofCard: 1, in: edition)
        let id = try await city.notify(
            [NoticeDraft("case", to: address, benefit: .amount(12_000, currency: "JPY"))],
            about: programme, in: edition)[0]
        var inbox = NoticeInbox(of: city.id)
        let notice = try inbox.receive(
            try await city.text(of: id), for: card, of: holder, from: city.profile)
        _ = try await city.settle(answer: holder.answer(.confirm, to: notice))
        let proof = try await city.proof(of: id)
        try tool.write(proof, to: "proof.json")
        try tool.write(city.profile.encoded, to: "profile.json")
        let read = try await tool.run("notice", "check", "proof.json", "--profile", "profile.json")
        #expect(read.status == 0, "\(read.errors)")
        #expect(read.output.contains("it holds: Heating allowance – confirmed"))
        #expect(read.output.contains("12000 JPY") && read.output.contains("№ 1"))
        let japanese = try await tool.run(
            "notice", "check", "proof.json", "--profile", "profile.json", language: "ja_JP.UTF-8")
        #expect(japanese.output.contains("確かめました: 灯油代"))
        func check(_ arguments: String...) async throws -> BuiltTool.Run {
            try await tool.run(
                arguments: ["notice", "check"] + arguments + ["--json"])
        }
        let json = try await check("proof.json", "--profile", "profile.json")
        #expect(json.json["state"] as? String == "confirmed")
        #expect(json.json["serial"] as? Int == 1 && json.json["holderProven"] as? Bool == true)
        try tool.write(
            proof.replacing("\"answer\":\"", with: "\"answer\":\"e"), to: "changed.json")
        let changed = try await check("changed.json", "--profile", "profile.json")
        #expect(changed.status == 1 && changed.reason != nil)
        let other = Issuer(at: "https://kaga.example", keys: .generate())
        try tool.write(other.profile.encoded, to: "other.json")
        let untrusted = try await check("proof.json", "--profile", "other.json")
        #expect(untrusted.status == 1 && untrusted.reason == "issuer_untrusted")
        // Nobody who should have seen the log has signed it.
        let witness = "witness.example+4b9c8c5e+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        let wrong = try await check(
            "proof.json", "--profile", "profile.json", "--witness", witness)
        #expect(wrong.status != 0)
        let missing = try await check("none.json", "--profile", "profile.json")
        #expect(missing.status == 3)
    }
}
