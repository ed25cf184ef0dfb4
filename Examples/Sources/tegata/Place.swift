import ArgumentParser
import Foundation
import Tegata

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Where an issuer's files are, and whom to hold to them.
struct Place: ParsableArguments {
    @Argument(
        help: "The directory or https address with checkpoint, tile/, lists/ and profile.json.")
    var log: String

    @Option(
        help: ArgumentHelp(
            "The issuer's profile, from where you would take a key.",
            discussion: "Without it the profile beside the log is used, and its log key is printed."
        ))
    var profile: String?

    @OptionGroup var watchers: Watchers

    var source: LogReader.Source {
        get throws {
            guard log.contains("://") else {
                let directory = LogDirectory(at: log)
                return { name in try directory.read(name) }
            }
            guard let address = URL(string: log.hasSuffix("/") ? log : log + "/"),
                address.scheme == "https"
                    || ["localhost", "127.0.0.1", "::1"].contains(address.host ?? "")
            else { throw ValidationError("\(log): use an https address") }
            return { name in
                guard let file = URL(string: name, relativeTo: address) else { return nil }
                let (data, answer) = try await URLSession.shared.data(from: file)
                let status = (answer as? HTTPURLResponse)?.statusCode ?? 0
                if status == 404 { return nil }
                guard status == 200 else {
                    throw ValidationError("\(file.absoluteString): status \(status)")
                }
                return [UInt8](data)
            }
        }
    }

    func issuer() async throws -> IssuerProfile {
        let text: String
        if let profile {
            text = try String(contentsOfFile: profile, encoding: .utf8)
        } else {
            guard let bytes = try await source("profile.json") else {
                throw ValidationError("\(log) has no profile.json; name one with --profile")
            }
            text = String(decoding: bytes, as: UTF8.self)
        }
        let issuer: IssuerProfile
        do {
            issuer = try IssuerProfile(parsing: text)
        } catch {
            throw ValidationError("the profile cannot be read: \(error)")
        }
        if profile == nil {
            say(
                "log key, as the log's own profile has it: \(issuer.logKey.encoded)",
                ja: "ログの鍵（ログ自身のプロファイルによる）: \(issuer.logKey.encoded)")
        }
        return issuer
    }
}

/// Who must have seen a log besides the one who writes it.
struct Watchers: ParsableArguments {
    @Option(help: "A witness's key, name+id+base64; once for each.")
    var witness: [String] = []

    @Option(help: "How many of the witnesses must have signed. Default: all that are named.")
    var quorum: Int?

    var keys: [NoteKey] {
        get throws {
            try witness.map { text in
                do {
                    return try NoteKey(parsing: text)
                } catch {
                    throw ValidationError("--witness \(text): not a key of the form name+id+base64")
                }
            }
        }
    }

    var needed: Int { quorum ?? witness.count }
}

/// Prints a line in the reader's language, beside the results.
func say(_ text: String, ja japanese: String) {
    FileHandle.standardError.write(Data(((isJapanese ? japanese : text) + "\n").utf8))
}
