import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata

/// `tegata council`: what no site of an issuer signs alone.
struct CouncilCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "council", abstract: language(.councilAbstract),
        subcommands: [Deal.self, Sign.self, Combine.self])

    struct Deal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.councilDealAbstract), discussion: language(.councilDealDiscussion))

        @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
        var home: String

        @Option(help: ArgumentHelp(language(.sitesHelp)))
        var sites: Int

        @Option(help: ArgumentHelp(language(.sitesThresholdHelp)))
        var threshold: Int

        @Option(help: ArgumentHelp(language(.seatsOut), valueName: "directory"))
        var out: String

        @OptionGroup var output: Output

        private struct Dealt: Encodable {
            let seats: [String]
            let profile: String
        }

        func validate() throws {
            guard (2...32).contains(sites), (2...sites).contains(threshold) else {
                throw ValidationError(language(.councilNumbers))
            }
        }

        func run() async throws {
            let folder = IssuerFolder(home)
            _ = try folder.keys()
            let seats = try Council.deal(sites: sites, threshold: threshold)
            let files = seats.map { SeatFile(path: "\(out)/seat-\($0.number).key") }
            for file in files where FileManager.default.fileExists(atPath: file.path) {
                throw KeyFile.Problem(description: "\(file.path): \(language(.thereAlready))")
            }
            try FileManager.default.createDirectory(
                atPath: out, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            for (seat, file) in zip(seats, files) {
                try file.write(seat)
                // What cannot be read back now signs nothing later.
                guard try file.seat().council == seat.council else {
                    throw KeyFile.Problem(description: "\(file.path): \(language(.notWritten))")
                }
            }
            try folder.add(seats[0].council)
            try await folder.issuer().publishLists()
            try output.print(
                Dealt(seats: files.map(\.path), profile: folder.profilePath),
                """
                \(language(.councilOf(sites, threshold)))
                \(files.map(\.path).joined(separator: "\n"))
                \(language(.handOutSeats)): \(folder.profilePath)
                """)
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.councilSignAbstract), discussion: language(.councilSignDiscussion))

        @Argument(help: ArgumentHelp(language(.councilDocument), valueName: "file"))
        var document: String

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.seatHelp), valueName: "file"))
        var seat: String

        @Flag(help: ArgumentHelp(language(.yesHelp)))
        var yes = false

        @OptionGroup var output: Output

        private struct Committed: Encodable {
            let commitment: String
            let says: String
        }

        private struct Answered: Encodable {
            let site: Int
            let answer: String
        }

        func run() throws {
            let profile = try IssuerProfile(parsing: try Texts.read(profile))
            let document = try CouncilDocument(file: document, of: profile)
            let seat = try SeatFile(path: seat).seat()
            guard seat.council == profile.council else {
                throw ValidationError("--seat: \(language(.anotherCouncil))")
            }
            FileHandle.standardError.write(Data("\(document.words)\n".utf8))
            if !yes {
                ask(.signThis)
                guard ["yes", "はい"].contains(line() ?? "") else {
                    throw ValidationError(language(.notSigned))
                }
            }
            let nonces = try seat.begin()
            let own = nonces.commitment
            try output.print(Committed(commitment: own, says: document.words), own)
            ask(.pasteCommitments(seat.council.threshold))
            var commitments = [String]()
            while commitments.count < seat.council.threshold, let line = line(), !line.isEmpty {
                commitments.append(line)
            }
            let answer = try nonces.sign(document.text, with: commitments)
            try output.print(Answered(site: seat.number, answer: answer), answer)
        }

        private func ask(_ words: Message) {
            FileHandle.standardError.write(Data("\(language(words))\n".utf8))
        }

        private func line() -> String? {
            readLine()?.trimmingCharacters(in: .whitespaces)
        }
    }

    struct Combine: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.councilCombineAbstract),
            discussion: language(.councilCombineDiscussion))

        @Argument(help: ArgumentHelp(language(.councilDocument), valueName: "file"))
        var document: String

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.commitmentHelp)))
        var commitment: [String]

        @Option(help: ArgumentHelp(language(.siteAnswerHelp)))
        var answer: [String]

        @Option(help: ArgumentHelp(language(.signedOut), valueName: "file"))
        var out: String

        @OptionGroup var output: Output

        func run() throws {
            let profile = try IssuerProfile(parsing: try Texts.read(profile))
            guard let council = profile.council else {
                throw ValidationError("--profile: \(language(.noCouncil))")
            }
            let document = try CouncilDocument(file: document, of: profile)
            let signed: String
            do {
                signed = try council.countersign(
                    document.text, commitments: commitment, answers: answer)
            } catch CouncilFault.refused(let refusal) {
                throw refusal
            } catch CouncilFault.badAnswer(let site) {
                throw ValidationError("--answer: \(language(.badSite(site)))")
            } catch CouncilFault.missing(let site) {
                throw ValidationError("--answer: \(language(.missingSite(site)))")
            }
            try Texts.write(signed + "\n", to: out)
            try output.print(["signed": out, "says": document.words], "\(document.words)\n\(out)")
        }
    }
}
