import ArgumentParser
import Foundation
import Tegata

/// A card in human words.
struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Says in words what a card says, and, with the issuer's profile, whether it is genuine.",
        discussion: """
            Without --profile nothing is believed: it prints what is written, by whomever. A card without its holder is \
            authentic at most; that somebody holds it is for a verifier to find out.
            Exit codes: 0 printed (and genuine, where a profile was given), 1 refused, with the reason; 2 wrong usage.
            Example: tegata inspect card.txt --profile kaga/log/profile.json
            """)

    @Argument(help: "The file with the card (SD-JWT), or - for the standard input.")
    var card: String

    @Option(
        help:
            "The issuer's profile, from where you would take a key: then signature, times and type are checked."
    )
    var profile: String?

    @OptionGroup var output: Output

    func run() async throws {
        let text = try read().trimmingCharacters(in: .whitespacesAndNewlines)
        guard let written = WrittenCard(text) else { throw Refusal.malformed }
        var verdict: String?
        if let profile {
            do {
                let trusted = try IssuerProfile(
                    parsing: String(contentsOfFile: profile, encoding: .utf8))
                var policy = VerifierPolicy.strict
                policy.requiresHolderBinding = false
                let verifier = Verifier(
                    at: "tegata:inspect", trusting: trusted, policy: policy, store: .inMemory())
                _ = try await verifier.verify(text)
                verdict = "ok"
            } catch Refusal.statusUnknown {
                // Nobody was asked for the status: what can be checked from the card alone was.
                verdict = Refusal.statusUnknown.rawValue
            }
        }
        if output.json {
            var members: [String: Any] = [
                "written": written.claims, "disclosed": written.disclosed,
            ]
            if let verdict { members["genuine"] = verdict }
            let data = try JSONSerialization.data(
                withJSONObject: members, options: [.sortedKeys, .prettyPrinted])
            print(String(decoding: data, as: UTF8.self))
        } else {
            print(written.words(isGenuine: verdict != nil, isStatusKnown: verdict == "ok"))
        }
    }

    private func read() throws -> String {
        let data =
            card == "-"
            ? FileHandle.standardInput.readData(ofLength: 1 << 20)
            : try Data(contentsOf: URL(filePath: card))
        guard data.count < 1 << 20 else { throw Refusal.limitExceeded }
        return String(decoding: data, as: UTF8.self)
    }

}

/// What somebody wrote into a card: shown, never believed.
private struct WrittenCard {
    let claims: [String: Any]
    let disclosed: [String: Any]

    init?(_ text: String) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard let token = parts.first?.split(separator: "."), token.count == 3,
            let claims = Self.json(token[1]) as? [String: Any]
        else { return nil }
        var disclosed = [String: Any]()
        for part in parts.dropFirst() {
            if let entry = Self.json(part) as? [Any], entry.count == 3,
                let name = entry[1] as? String
            {
                disclosed[name] = entry[2]
            }
        }
        self.claims = claims
        self.disclosed = disclosed
    }

    private static func json(_ text: Substring) -> Any? {
        let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
        return Data(base64Encoded: padded).flatMap { try? JSONSerialization.jsonObject(with: $0) }
    }

    func words(isGenuine: Bool, isStatusKnown: Bool) -> String {
        func line(_ english: String, _ japanese: String, _ value: Any?) -> String? {
            value.map { "\(isJapanese ? japanese : english): \($0)" }
        }
        let edition = claims["edition"] as? [String: Any]
        let head =
            isGenuine
            ? isJapanese ? "署名・期限・種類は正しい" : "genuine: signature, times and type hold"
            : isJapanese ? "確かめていません（書かれていることだけ）" : "not checked: this is only what is written"
        let lines = [
            head,
            line("issuer", "発行者", claims["iss"]),
            line("edition", "版", edition?["id"]),
            line("number", "番号", claims["serial"].map { "\($0) / \(edition?["limit"] ?? "–")" }),
            line("benefits", "特典", (claims["benefits"] as? [String])?.joined(separator: ", ")),
            line("proof of person", "本人確認", claims["proof_of_person"]),
            line("ends", "期限", (claims["exp"] as? Double).map(Self.date)),
        ]
        let shown = disclosed.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        let status =
            isGenuine && !isStatusKnown
            ? [isJapanese ? "失効の有無: 問い合わせていません" : "status: nobody was asked"] : []
        return (lines.compactMap { $0 } + shown + status).joined(separator: "\n")
    }

    /// In the zone of whoever reads.
    private static func date(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(date: .long, time: .shortened)
    }
}
