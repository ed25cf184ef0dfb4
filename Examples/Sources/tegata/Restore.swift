import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// `tegata restore`: an issuer goes on in another place, from an archive that custodians open together.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.restoreAbstract), discussion: language(.restoreDiscussion))

    @Argument(help: ArgumentHelp(language(.archiveHelp)))
    var archive: String

    @Option(help: ArgumentHelp(language(.restoreHome), valueName: "directory"))
    var home: String

    @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
    var profile: String

    @Option(help: ArgumentHelp(language(.newestCheckpoint), valueName: "file"))
    var checkpoint: String

    @Option(help: ArgumentHelp(language(.restoreShare), valueName: "file"))
    var share: [String] = []

    @Option(help: ArgumentHelp(language(.siteHelp), valueName: "name"))
    var site: String

    @Option(help: ArgumentHelp(language(.databaseHelp), valueName: "connection"))
    var database: String?

    @Option(help: ArgumentHelp(language(.cardTokenHelp), valueName: "file"))
    var cardToken: String?

    @Flag(help: ArgumentHelp(language(.newCardKeyHelp)))
    var newCardKey = false

    @OptionGroup var output: Output

    private struct Done: Encodable {
        let home: String
        let issuer: String
        let site: String
        let records: UInt64
        let published: UInt64
        let report: String
        let wrongShares: [String]
        let editions: [ArchivedEdition]
    }

    func validate() throws {
        guard (1...64).contains(site.utf8.count), !site.contains(where: \.isNewline) else {
            throw ValidationError("--site: \(language(.siteHelp))")
        }
        guard cardToken == nil || !newCardKey else {
            throw ValidationError("--card-token, --new-card-key: \(language(.oneCardKey))")
        }
    }

    func run() async throws {
        let profile = try IssuerProfile(parsing: try Texts.read(profile))
        let (restorer, wrong) = try restorer(profile)
        let folder = IssuerFolder(home, database: database)
        try folder.makeEmpty()
        do {
            let signer = try cardKey.map { try folder.cardKey(from: $0) }
            let bar = Bar()
            let restored = try await restorer.restore(
                into: folder.register(of: profile.issuer), signing: signer
            ) { bar.show($0, of: $1) }
            bar.finish()
            try folder.unpack(restored, at: site)
            // With a council the sites need it to read what this place signs, maybe under a new card key.
            var now = try folder.publishProfile(of: profile.issuer)
            if profile.council == nil {
                now = try await folder.move(
                    try await folder.proposal(of: profile.issuer, after: restored.report),
                    of: profile.issuer
                ).profile
            }
            try show(try RestoreReport(proposed: restored.report, from: now), wrong, now)
        } catch {
            // Half an issuer is none.
            folder.clear()
            throw error
        }
    }

    private var cardKey: IssuerFolder.CardKeySource? {
        newCardKey ? .new : cardToken.map { .token(path: $0) }
    }

    /// Reads the shares, each of which may be wrong, and says which are.
    private func restorer(_ profile: IssuerProfile) throws -> (Restorer, wrong: [String]) {
        var wrong = [String]()
        var read = [(path: String, share: ArchiveShare)]()
        for path in share {
            do throws(ArchiveFault) {
                let text: String
                do { text = try Texts.read(path) } catch { throw .storage("\(error)") }
                read.append((path, try ArchiveShare(parsingText: text)))
            } catch {
                wrong.append(path)
                say(path, error)
            }
        }
        do {
            let restorer = try Restorer(
                profile, parts: try ArchiveFolder(path: archive).parts(), shares: read.map(\.share),
                published: try Texts.read(checkpoint))
            for place in restorer.badShares {
                wrong.append(read[place].path)
                say(read[place].path)
            }
            return (restorer, wrong)
        } catch ArchiveFault.tooFewShares(let good, let needed, let bad) {
            for place in bad { say(read[place].path) }
            throw ArchiveFault.tooFewShares(good: good, needed: needed, bad: [])
        }
    }

    private func say(_ path: String, _ fault: ArchiveFault? = nil) {
        let words = language(fault?.message ?? .foreignShare)
        FileHandle.standardError.write(Data("\(path.line): \(words)\n".utf8))
    }

    private func show(
        _ report: RestoreReport, _ wrong: [String], _ profile: IssuerProfile
    ) throws {
        let editions = report.counts.map { ArchivedEdition($0, profile) }
        let isHere = profile.council == nil
        try output.print(
            Done(
                home: home, issuer: profile.issuer, site: site, records: report.size,
                published: report.published, report: home + "/report", wrongShares: wrong,
                editions: editions),
            ([
                language(isHere ? .restoredHere(report.size) : .restoredOnly(report.size)),
                "\(profile.issuer): \(site), \(home)",
            ] + editions.map(\.words) + [
                "\(language(.reportIn)): \(home)/report",
                "\(language(.profile)): \(home)/log/profile.json",
                language(isHere ? .afterRestore : .thenRelocate),
            ]).joined(separator: "\n"))
    }
}
