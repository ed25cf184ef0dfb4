import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata

/// `tegata edition`: what the operator of an issuer does with its editions.
struct EditionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edition", abstract: language(.editionAbstract),
        subcommands: [Open.self, Status.self])

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.openAbstract), discussion: language(.openDiscussion))

        @Argument(help: ArgumentHelp(language(.editionID)))
        var id: String

        @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
        var home: String

        @Option(help: ArgumentHelp(language(.limitHelp)))
        var limit: String

        @Option(help: ArgumentHelp(language(.titleHelp), valueName: "ja=…"))
        var title: [String] = []

        @Option(help: ArgumentHelp(language(.benefitHelp)))
        var benefit: [String] = []

        @Option(help: ArgumentHelp(language(.commitHelp), valueName: "name[:bits]"))
        var commit: [String] = []

        @Option(help: ArgumentHelp(language(.predicateOnlyHelp), valueName: "name[:bits]"))
        var predicateOnly: [String] = []

        @Flag(help: ArgumentHelp(language(.visitorsHelp)))
        var visitors = false

        @OptionGroup var output: Output

        private struct Opened: Encodable {
            let edition: String
            let issuer: String
            let limit: String
            let profile: String
        }

        func run() async throws {
            let count: Limit
            if limit == "unlimited" {
                count = .unlimited
            } else {
                guard let number = UInt32(limit) else {
                    throw ValidationError("--limit \(limit.line): \(language(.limitHelp))")
                }
                count = .cards(number)
            }
            var titles = [String: String]()
            for text in title {
                let (tag, words) = try pair(text, of: "--title")
                titles[tag] = words
            }
            let edition = try Edition(
                id, limit: count, title: titles, benefits: benefit,
                nationalID: visitors ? [] : [.jpkiRSA, .jpkiP384],
                committed: try commit.map {
                    try EditionCommand.committed($0, isPredicateOnly: false)
                }
                    + predicateOnly.map { try EditionCommand.committed($0, isPredicateOnly: true) })
            let folder = IssuerFolder(home)
            let issuer = try await folder.issuer()
            let opened = try await issuer.open(edition)
            try await issuer.publishLists()
            try output.print(
                Opened(
                    edition: id, issuer: issuer.id, limit: count.description,
                    profile: folder.profilePath),
                """
                \(id): \(language(.opened)), \(count) (\(issuer.id))
                \(opened.trust.map { "\($0)" } ?? language(.nobodyAsked))
                \(language(.profile)): \(folder.profilePath)
                """)
        }
    }

    /// A claim that cards commit to: a text, or a number of so many bits.
    private static func committed(
        _ text: String, isPredicateOnly: Bool
    ) throws -> CommittedClaim {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.count {
        case 1 where text == parts[0]:
            return .text(text, isPredicateOnly: isPredicateOnly)
        case 2:
            guard let bits = Int(parts[1]), (1...32).contains(bits) else { fallthrough }
            return .number(parts[0], bits: bits, isPredicateOnly: isPredicateOnly)
        default:
            let option = isPredicateOnly ? "--predicate-only" : "--commit"
            throw ValidationError("\(option) \(text.line): \(language(.commitHelp))")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.statusAbstract), discussion: language(.statusDiscussion))

        enum Change: String, ExpressibleByArgument, CaseIterable {
            case valid, suspended, revoked
        }

        @Argument(help: ArgumentHelp(language(.editionID)))
        var id: String

        @Argument(help: ArgumentHelp(language(.serialHelp)))
        var serial: UInt32

        @Argument(help: ArgumentHelp("valid, suspended, revoked"))
        var status: Change

        @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
        var home: String

        @OptionGroup var output: Output

        func run() async throws {
            let issuer = try await IssuerFolder(home).issuer()
            let edition = try issuer.opened(id)
            let change: CardStatus =
                switch status {
                case .valid: .valid
                case .suspended: .suspended
                case .revoked: .revoked
                }
            try await issuer.setStatus(change, of: serial, in: edition)
            try await issuer.publishLists()
            try output.print(
                ["edition": id, "serial": "\(serial)", "status": status.rawValue],
                "\(id) № \(serial): \(status.rawValue)")
        }
    }
}

extension Issuer {
    /// The open edition with this id.
    func opened(_ id: String) throws -> OpenEdition {
        guard let edition = profile.editions.first(where: { $0.edition.id == id }) else {
            throw ValidationError("\(id.line): \(language(.noEdition))")
        }
        return edition
    }
}
