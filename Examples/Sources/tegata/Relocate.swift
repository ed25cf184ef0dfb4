import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// `tegata relocate`: the register goes on here, when enough sites say so.
struct Relocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.relocateAbstract), discussion: language(.relocateDiscussion))

    @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
    var home: String

    @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
    var profile: String

    @Option(help: ArgumentHelp(language(.reportHelp), valueName: "file"))
    var report: String?

    @Option(help: ArgumentHelp(language(.relocationHelp), valueName: "file"))
    var relocation: String?

    @Option(help: ArgumentHelp(language(.proposalOut), valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp(language(.databaseHelp), valueName: "connection"))
    var database: String?

    @OptionGroup var output: Output

    func validate() throws {
        guard (relocation == nil) != (out == nil) else {
            throw ValidationError(language(.relocateOne))
        }
    }

    func run() async throws {
        let profile = try IssuerProfile(parsing: try Texts.read(profile))
        let folder = IssuerFolder(home, database: database)
        let report = try report.map { try Texts.line($0, atMost: ArchiveManifest.maximumSize) }
        if let report { _ = try RestoreReport(parsing: report, from: profile) }
        if let out {
            let text = try await folder.proposal(of: profile.issuer, after: report)
            try Texts.write(text + "\n", to: out)
            try output.print(["relocation": out], "\(out)\n\(language(.haveItSigned))")
        } else if let relocation {
            try await move(try Texts.line(relocation), to: folder, of: profile, report)
        }
    }

    private func move(
        _ document: String, to folder: IssuerFolder, of profile: IssuerProfile, _ report: String?
    ) async throws {
        let relocation = try Relocation(parsing: document, from: profile)
        try await folder.move(document, of: profile.issuer)
        if let report { try folder.keep(report: report) }
        try output.print(
            ["issuer": relocation.issuer, "site": relocation.site],
            "\(relocation.issuer): \(language(.movedHere(relocation.site)).line)")
    }
}
