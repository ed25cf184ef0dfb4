import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// `tegata archive`: an issuer's register in places that outlive its site.
struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: language(.archiveAbstract),
        subcommands: [Deal.self, Share.self, Write.self, Check.self])

    struct Deal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.dealAbstract), discussion: language(.dealDiscussion))

        @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
        var home: String

        @Option(help: ArgumentHelp(language(.custodiansHelp)))
        var custodians: Int

        @Option(help: ArgumentHelp(language(.thresholdHelp)))
        var threshold: Int

        @Option(help: ArgumentHelp(language(.sharesOut), valueName: "directory"))
        var out: String

        @OptionGroup var output: Output

        private struct Dealt: Encodable {
            let archive: String
            let key: String
            let shares: [String]
        }

        func validate() throws {
            guard (2...32).contains(custodians), (2...custodians).contains(threshold) else {
                throw ValidationError(language(.dealNumbers))
            }
        }

        func run() throws {
            let folder = IssuerFolder(home)
            let (key, shares) = try ArchiveKey.deal(
                custodians: custodians, threshold: threshold, by: try folder.keys())
            let paths = shares.map { "\(out)/share-\($0.number).txt" }
            for path in paths where FileManager.default.fileExists(atPath: path) {
                throw KeyFile.Problem(description: "\(path): \(language(.thereAlready))")
            }
            try FileManager.default.createDirectory(
                atPath: out, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            for (share, path) in zip(shares, paths) {
                try KeyFile.write(Array(share.exposedText.utf8), to: path)
                // What cannot be read back now opens nothing later.
                let text = String(decoding: try KeyFile.read(path), as: UTF8.self)
                guard try ArchiveShare(parsingText: text).belongs(to: key) else {
                    throw KeyFile.Problem(description: "\(path): \(language(.notWritten))")
                }
            }
            try Texts.write(hexadecimal(key.encoded) + "\n", to: folder.archiveKeyPath)
            try output.print(
                Dealt(
                    archive: key.name, key: folder.archiveKeyPath, shares: paths),
                """
                \(language(.archiveIn)) \(key.name): \(language(.anyOpen(threshold, custodians)))
                \(paths.joined(separator: "\n"))
                \(language(.handOut))
                """)
        }
    }

    struct Share: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.shareAbstract), discussion: language(.shareDiscussion))

        @Argument(help: ArgumentHelp(language(.shareFile)))
        var share: String

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.archiveKeyHelp), valueName: "file"))
        var key: String

        @OptionGroup var output: Output

        private struct Shown: Encodable {
            let archive: String
            let number: Int
            let custodians: Int
            let threshold: Int
        }

        func run() throws {
            let key = try ArchiveKey(file: key)
            let issuer = try IssuerProfile(parsing: try Texts.read(profile))
            let share = try ArchiveShare(parsingText: try Texts.read(share))
            guard share.belongs(to: key), share.isSigned(by: issuer.registerKey) else {
                throw ArchiveFault.tooFewShares(good: 0, needed: 1, bad: [0])
            }
            try output.print(
                Shown(
                    archive: key.name, number: share.number, custodians: share.custodians,
                    threshold: share.threshold),
                """
                \(language(.goodShare(share.number, share.custodians)))
                \(language(.archiveIn)) \(key.name), \(issuer.issuer)
                """)
        }
    }

    struct Write: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.writeAbstract), discussion: language(.writeDiscussion))

        @Argument(help: ArgumentHelp(language(.archiveHelp), valueName: "archive"))
        var archive: String

        @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
        var home: String

        @Option(help: ArgumentHelp(language(.databaseHelp), valueName: "connection"))
        var database: String?

        @OptionGroup var output: Output

        private struct Written: Encodable {
            var part: UInt32?
            var file: String?
            var manifest: String?
            var first: UInt64?
            let records: UInt64
            var bytes: UInt64?
        }

        func run() async throws {
            let issuer = IssuerFolder(home, database: database)
            let profile = try issuer.profile()
            let folder = ArchiveFolder(path: archive)
            try FileManager.default.createDirectory(
                atPath: archive, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let lock = try FolderLock(folder)
            defer { withExtendedLifetime(lock) {} }
            let previous = try last(in: folder, profile)
            let key = try previous?.key ?? ArchiveKey(file: issuer.archiveKeyPath)
            let part = previous.map { Int($0.part) + 1 } ?? 0
            let file = ArchiveFile(at: folder.file(part))
            let bar = Bar()
            let manifest = try await issuer.archiver(to: key).write(
                issuer.register(of: profile.issuer), after: previous,
                progress: { bar.show($0, of: $1) }, into: { try await file.write($0) })
            bar.finish()
            guard let manifest else {
                return try output.print(
                    Written(records: previous?.size ?? 0), language(.nothingNew))
            }
            try await file.finish()
            try Texts.write(manifest.document + "\n", to: folder.manifest(part))
            try output.print(
                Written(
                    part: manifest.part, file: folder.file(part), manifest: folder.manifest(part),
                    first: manifest.first, records: manifest.size, bytes: manifest.byteCount),
                """
                \(folder.file(part)): \(language(.recordsWritten(manifest.first, manifest.size)))
                \(folder.manifest(part))
                """)
        }

        /// The manifest of the part that the next one follows. A council signs those that matter, and may do it later.
        private func last(
            in folder: ArchiveFolder, _ profile: IssuerProfile
        ) throws -> ArchiveManifest? {
            guard let text = try folder.manifests().last else { return nil }
            return try ArchiveManifest(proposed: text, from: profile)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.archiveCheckAbstract),
            discussion: language(.archiveCheckDiscussion))

        @OptionGroup var place: Place

        @Option(help: ArgumentHelp(language(.archiveHelp), valueName: "directory"))
        var archive: String

        @OptionGroup var output: Output

        private struct Checked: Encodable {
            let issuer: String
            let archive: String
            let parts: Int
            let records: UInt64
            let bytes: UInt64
            /// What the log has and the archive has not.
            let behind: UInt64
            let editions: [ArchivedEdition]
        }

        func run() async throws {
            let profile = try await place.issuer()
            let bar = Bar()
            let archive = try SealedArchive(
                of: profile, parts: try ArchiveFolder(path: archive).parts())
            try await archive.checkFiles { bar.show($0, of: $1) }
            let behind = try await archive.compare(with: LogReader(try place.source)) {
                bar.show($0, of: $1)
            }
            bar.finish()
            let last = archive.last
            let editions = last.counts.map { ArchivedEdition($0, profile) }
            try output.print(
                Checked(
                    issuer: last.issuer, archive: last.key.name, parts: archive.manifests.count,
                    records: last.size,
                    bytes: archive.manifests.reduce(0) { $0 + $1.byteCount }, behind: behind,
                    editions: editions),
                ([
                    "\(language(.archiveIn)) \(last.key.name), \(last.issuer)",
                    language(.whole(archive.manifests.count, last.size)),
                ] + editions.map(\.words) + [language(.behind(behind))]).joined(separator: "\n"))
        }
    }
}

/// An edition's cards, as archive and report count them.
struct ArchivedEdition: Encodable {
    let id: String
    let cards: Int
    let active: Int
    let suspended: Int
    let revoked: Int
    let returned: Int

    init(_ count: EditionCount, _ profile: IssuerProfile) {
        id =
            profile.editions.first { count.isOf($0) }?.edition.id
            ?? hexadecimal(Array(count.edition.array.prefix(8)))
        cards = count.rows
        active = count.active
        suspended = count.suspended
        revoked = count.revoked
        returned = count.returned
    }

    var words: String { "  \(id): \(language(.cardsCounted(cards, active)))".line }
}

extension ArchiveKey {
    /// A name for people: the first 16 digits of the id, as shares say it.
    var name: String { hexadecimal(Array(id.array.prefix(8))) }

    /// The key in a file that `archive deal` wrote.
    init(file path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw KeyFile.Problem(description: "\(path): \(language(.noArchiveKey))")
        }
        self = try ArchiveKey(parsing: bytes(hexadecimal: try Texts.line(path)))
    }
}
