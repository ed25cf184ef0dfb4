import Foundation

/// Runs published test vectors against this package.
@main
struct Conformance {
    static func main() async {
        var directories: [String] = []
        var only: String?
        var isVerbose = false
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--help", "-h":
                print(usage)
                return
            case "--verbose", "-v": isVerbose = true
            case "--only": only = arguments.popFirst()
            case "--write-log":
                guard let path = arguments.popFirst(),
                    let size = arguments.popFirst().flatMap({ Int($0) })
                else { stop(usage) }
                do {
                    return try await WrittenLog.write(size, to: path)
                } catch {
                    stop("\(path) cannot be written")
                }
            case _ where argument.hasPrefix("-"): stop("unknown option \(argument)\n\(usage)")
            default: directories.append(argument)
            }
        }
        guard !directories.isEmpty else { stop(usage) }
        var total = Report()
        for directory in directories {
            guard let folders = try? Folder(directory).folders else {
                stop("\(directory) cannot be read")
            }
            for folder in folders where only == nil || folder.name == only {
                total.add(await run(folder, isVerbose: isVerbose))
            }
        }
        print(total.counts)
        if !total.failures.isEmpty { exit(1) }
    }

    /// Runs one folder and prints its line; what failed goes to standard error, so that a line stays a folder.
    private static func run(_ folder: Folder, isVerbose: Bool) async -> Report {
        var report = Report()
        guard let suite = suites[folder.name] else {
            print("\(folder.name): not run (\(later[folder.name] ?? "unknown folder"))")
            return report
        }
        do {
            try await suite(folder, &report)
        } catch {
            report.fail("reading the folder", (error as? VectorError)?.what ?? "\(error)")
        }
        guard !report.isEmpty else {
            print("\(folder.name): not run (no case found)")
            return report
        }
        print("\(folder.name): \(report.counts)\(report.reasons)")
        for failure in report.failures { note("  failed: \(failure.name): \(failure.why)") }
        if isVerbose {
            for skip in report.skips { note("  skipped: \(skip.name): \(skip.why)") }
        }
        return report
    }

    private static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private static func stop(_ message: String) -> Never {
        note(message)
        exit(2)
    }

    private static let usage = """
        usage: conformance DIRECTORY... [--only FOLDER] [--verbose]
               conformance --write-log DIRECTORY SIZE

        Runs every folder of test vectors that it knows in each DIRECTORY and prints a line a folder, then the
        sum. Failures are named on standard error; with --verbose, so is every skipped case.
        --write-log makes a log of SIZE entries for other implementations to read, and prints the key that signed it.
        Exit code: 0 when nothing failed, 1 when a case failed, 2 when the vectors cannot be read.
        """
}
