import ArgumentParser
import Foundation
import ServiceKit
import Tegata

/// What is wrong with a folder of `tegata serve` or `issuer`, and what to do.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at a folder of `tegata serve` or `issuer`: keys, public log, clock.",
        discussion: """
            Exit codes: 0 all is well, 1 something is not.
            Example: tegata doctor --home tegata-home
            """)

    @Option(help: "The folder.")
    var home = "tegata-home"

    @OptionGroup var output: Output

    private struct Finding: Encodable {
        let what: String
        let isWell: Bool
        let advice: String
    }

    func run() async throws {
        var findings = [Finding]()
        let folder =
            FileManager.default.fileExists(atPath: home + "/issuer") ? home + "/issuer" : home
        findings.append(clock())
        findings += keys(folder + "/keys")
        findings.append(await log(folder + "/log"))
        try output.print(
            findings,
            findings.map { finding in
                finding.isWell
                    ? "ok      \(finding.what)"
                    : "WRONG   \(finding.what)\n        \(finding.advice)"
            }.joined(separator: "\n"))
        guard findings.allSatisfy(\.isWell) else { throw ExitCode(1) }
    }

    /// Cards and questions have times: a clock that stands in another year makes all of them wrong.
    private func clock() -> Finding {
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        return Finding(
            what: isJapanese ? "時計: \(year) 年" : "clock: the year is \(year)",
            isWell: (2025...2100).contains(year),
            advice: isJapanese ? "時刻を合わせてください" : "set the clock")
    }

    private func keys(_ folder: String) -> [Finding] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return [
                Finding(
                    what: isJapanese ? "鍵フォルダー \(folder)" : "keys in \(folder)", isWell: false,
                    advice: isJapanese
                        ? "フォルダーがありません。tegata serve を一度動かすと作られます"
                        : "there is no such folder; `tegata serve` makes it when it first runs")
            ]
        }
        return names.sorted().filter { $0.contains(".") }.map { name in
            let path = folder + "/" + name
            do {
                _ = try KeyFile.read(path)
                return Finding(what: path, isWell: true, advice: "")
            } catch {
                return Finding(what: path, isWell: false, advice: "\(error)")
            }
        }
    }

    /// The public log, checked as a stranger would.
    private func log(_ folder: String) async -> Finding {
        let what = isJapanese ? "公開の記録 \(folder)" : "public log in \(folder)"
        do {
            let directory = LogDirectory(at: folder)
            guard let bytes = try directory.read("profile.json") else {
                return Finding(
                    what: what, isWell: false,
                    advice: isJapanese ? "profile.json がありません" : "there is no profile.json")
            }
            let profile = try IssuerProfile(parsing: String(decoding: bytes, as: UTF8.self))
            let report = try await Auditor(of: profile, in: directory).audit()
            return Finding(
                what: what + ": "
                    + (isJapanese
                        ? "\(report.checkpoint.size) 件" : "\(report.checkpoint.size) entries"),
                isWell: true, advice: "")
        } catch {
            return Finding(what: what, isWell: false, advice: "\(error)")
        }
    }
}
