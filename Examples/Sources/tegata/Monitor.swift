import ArgumentParser
import Foundation
import Tegata

struct Monitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Follows a log, keeps both sides of a fork as evidence, and compares nodes' counts with the cards.",
        discussion: """
            Runs until it is ended, or until the log contradicts itself: then it names the two signed checkpoints that \
            exclude each other and exits with 1, as it does for an entry that cannot stand where it stands. Whenever nodes \
            have counted, it says how many sessions that is more, and how many entries took one; the rest are checks at \
            doors, or somebody who looks people up. A log that cannot be reached is tried again.
            Example: tegata monitor https://kaga.example/log --keep watched
            """)

    @OptionGroup var place: Place

    @Option(help: "The monitor's own directory: the newest checkpoint, and evidence.")
    var keep: String

    @Option(help: "Seconds between two looks.")
    var interval: Int = 60

    @Flag(help: "Look once, and exit with 3 when the log cannot be read.")
    var once = false

    @OptionGroup var output: Output

    /// A line for programs.
    private struct Seen: Encodable {
        var size: UInt64?
        var root: String?
        var alarm: String?
        var files: [String]?
        var counts: [Count]?

        struct Count: Encodable {
            let edition: String
            let evaluated: Int
            let entered: Int
            let missing: Int

            init(_ news: EvaluationWatch.News) {
                edition = news.edition
                evaluated = news.evaluated
                entered = news.entered
                missing = news.missing
            }
        }
    }

    func validate() throws {
        guard interval > 0 else { throw ValidationError("--interval must be at least 1 second") }
    }

    func run() async throws {
        let profile = try await place.issuer()
        let monitor = LogMonitor(
            LogReader(try place.source),
            by: try LogPolicy(
                log: profile.logKey, witnesses: try place.watchers.keys,
                quorum: place.watchers.needed),
            keeping: LogDirectory(at: keep))
        let watch = EvaluationWatch(of: profile)
        while true {
            do {
                let (checkpoint, isNew) = try await monitor.poll { watch.take($0, $1, $2) }
                let news = try watch.news()
                if isNew {
                    try output.print(
                        Seen(
                            size: checkpoint.size, root: "\(checkpoint.root)",
                            counts: news.isEmpty ? nil : news.map(Seen.Count.init)),
                        (["\(checkpoint.size) \(checkpoint.root)"]
                            + news.map { isJapanese ? $0.japanese : "\($0)" }).joined(
                                separator: "\n"))
                }
            } catch let finding as AuditFinding {
                try output.print(
                    Seen(alarm: "\(finding)"),
                    isJapanese ? "警報：\(finding)" : "ALARM: \(finding)")
                throw ExitCode(1)
            } catch let alarm as LogMonitor.Alarm {
                try output.print(
                    Seen(alarm: "\(alarm.kind)", files: alarm.files),
                    isJapanese ? "警報：\(alarm.japanese)" : "ALARM: \(alarm)")
                throw ExitCode(1)
            } catch {
                say("cannot be read: \(error)", ja: "読み取れません: \(error)")
                if once { throw ExitCode(3) }
            }
            if once { return }
            try await Task.sleep(for: .seconds(interval))
        }
    }
}

extension LogMonitor.Alarm {
    fileprivate var japanese: String {
        let what =
            switch kind {
            case .forked: "ログに二つの履歴があります"
            case .shrank: "ログが縮みました"
            case .rewritten: "ログの過去が書き換えられました"
            }
        return "\(what)。署名された二つのチェックポイント: \(files.joined(separator: "、"))"
    }
}
