import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataSQLite
import VerifierService

/// `tegata verify`: a question is asked and its answer checked, without a network.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.verifyAbstract), discussion: language(.verifyDiscussion),
        subcommands: [Ask.self, Check.self])

    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.askAbstract), discussion: language(.askDiscussion))

        @OptionGroup var door: Door

        @Option(help: ArgumentHelp(language(.askedClaim), valueName: "claim"))
        var claim: [String] = []

        @Option(help: ArgumentHelp(language(.challengeOut), valueName: "file"))
        var out: String?

        @OptionGroup var output: Output

        func run() async throws {
            let challenge = try await door.verifier().challenge(asking: claim)
            if let out {
                try Texts.write(challenge, to: out)
                try output.print(["challenge": out], "\(language(.challengeIn)): \(out)")
            } else {
                try output.print(["challenge": challenge], challenge)
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.checkAbstract), discussion: language(.checkDiscussion))

        @Argument(help: ArgumentHelp(language(.answerHelp)))
        var answer: String

        @OptionGroup var door: Door

        @OptionGroup var output: Output

        private struct Shown: Encodable {
            let issuer: String
            let edition: String
            let serial: UInt32
            let limit: String
            let claims: [String: String]
            let proofOfPerson: String
            let test: Bool
            let statusTime: Int64?
        }

        func run() async throws {
            let text = try Texts.line(answer)
            let membership = try await door.verifier().verify(text)
            let claims = membership.claims.mapValues(\.description)
            let shown = Shown(
                issuer: membership.issuer, edition: membership.edition.id,
                serial: membership.serial.number, limit: membership.edition.limit.description,
                claims: claims, proofOfPerson: membership.proofOfPerson.rawValue,
                test: membership.usesTestAnchors, statusTime: membership.statusTime)
            let lines = claims.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)".line }
            try output.print(
                shown,
                ([
                    "\(language(.genuine)): \(shown.edition) № \(shown.serial) / \(shown.limit)",
                    "  \(shown.issuer)".line,
                ] + lines + (shown.test ? [language(.testCard)] : [])).joined(separator: "\n"))
        }
    }
}

/// Who asks, whom it believes, and what it remembers.
struct Door: ParsableArguments {
    @Option(help: ArgumentHelp(language(.doorID), valueName: "url"))
    var at = "https://door.example"

    @Option(help: ArgumentHelp(language(.stateHelp), valueName: "directory"))
    var state: String

    @OptionGroup var trust: Trust

    @Option(help: ArgumentHelp(language(.statusesHelp), valueName: "directory"))
    var statuses: String

    @Option(help: ArgumentHelp(language(.statusAge), valueName: "seconds"))
    var statusAge: Int64 = VerifierPolicy.strict.maximumStatusAge

    @Flag(help: ArgumentHelp(language(.logProofHelp)))
    var logProof = false

    func verifier() throws -> Verifier {
        do {
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw KeyFile.Problem(description: "\(state): \(language(.notWritten))")
        }
        var policy = VerifierPolicy.strict
        policy.maximumStatusAge = statusAge
        policy.requiresLogProof = logProof
        return Verifier(
            at: at, trusting: try trust.opened(), statuses: StatusFolder(at: statuses),
            policy: policy, store: .sqlite(at: state + "/questions.sqlite"))
    }
}

/// The pin, and the bundle that it has accepted.
struct Trust: ParsableArguments {
    @Option(help: ArgumentHelp(language(.pinHelp), valueName: "file"))
    var pin: String

    @Option(help: ArgumentHelp(language(.bundleHelp), valueName: "file"))
    var bundle: String

    func opened() throws -> TrustBundle {
        try BundleTrust(pin: pin, bundle: bundle, statuses: "").open()
    }
}
