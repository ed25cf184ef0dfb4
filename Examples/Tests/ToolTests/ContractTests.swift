import Foundation
import Testing

/// Vouchers that a contract checks, made and checked by the built tool.
@Suite struct ContractTests {
    private static let contract = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    private func done(_ arguments: String...) async throws -> BuiltTool.Run {
        let run = try await tool.run(arguments: arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
        return run
    }

    private func check(_ signer: String, chain: String = "1") async throws -> BuiltTool.Run {
        try await tool.run(
            "contract", "check", "voucher", "--signer", signer, "--chain", chain, "--contract",
            Self.contract, "--json")
    }

    @Test func `a card's voucher is good at one contract, from one signer, for a while`()
        async throws
    {
        _ = try await done("keygen", "--kind", "issuer", "--at", "https://kaga.example", "kaga")
        _ = try await done("keygen", "holder.key")
        _ = try await done("keygen", "voucher.key")
        _ = try await done(
            "edition", "open", "guests", "--home", "kaga", "--limit", "5", "--visitors")
        _ = try await done(
            "issue", "guests", "--home", "kaga", "--key", "holder.key", "--out", "card")
        func voucher(until day: String, contract: String = Self.contract) async throws
            -> BuiltTool.Run
        {
            try await tool.run(
                "contract", "voucher", "card", "--profile", "kaga/log/profile.json", "--key",
                "voucher.key", "--chain", "1", "--contract", contract, "--until", day, "--out",
                "voucher", "--json")
        }
        let made = try await voucher(until: "2099-12-31")
        let signer = try #require(made.json["signer"] as? String, "\(made.errors)")
        let checked = try await check(signer)
        #expect(checked.json["serial"] as? Int == 1, "\(checked.errors)")
        #expect(checked.json["until"] as? Int == 4_102_444_799)
        // Another chain, another signer, and a voucher that is over.
        let chain = try await check(signer, chain: "5")
        #expect(chain.status == 1 && chain.reason == "type_mismatch")
        let other = try await check(Self.contract)
        #expect(other.status == 1 && other.reason == "signature_invalid")
        _ = try await voucher(until: "2020-01-01")
        let over = try await check(signer)
        #expect(over.status == 1 && over.reason == "expired")
        // One letter in the wrong case is a mistyped address.
        let typed = try await voucher(
            until: "2099-12-31", contract: Self.contract.replacing("afecb", with: "Afecb"))
        #expect(typed.status != 0 && typed.errors.contains("--contract"))
        let never = try await voucher(until: "2027-02-30")
        #expect(never.status != 0 && never.errors.contains("--until"))

        func metadata(_ serial: String) async throws -> BuiltTool.Run {
            try await tool.run(
                "contract", "metadata", "guests", serial, "--profile", "kaga/log/profile.json",
                "--ja", "客人", "--en", "A guest", "--image", "https://kaga.example/guests.png")
        }
        let described = try await metadata("1")
        #expect(described.json["name"] as? String == "guests №1", "\(described.errors)")
        let beyond = try await metadata("6")
        #expect(beyond.status != 0)
    }
}
