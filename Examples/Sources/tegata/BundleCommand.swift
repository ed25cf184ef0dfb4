import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import VerifierService

/// `tegata bundle`: whom verifiers believe, signed, shown, and kept fresh.
struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: language(.bundleAbstract),
        subcommands: [Make.self, Show.self, Refresh.self])

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.makeAbstract), discussion: language(.makeDiscussion))

        @Argument(help: ArgumentHelp(language(.trustPlan)))
        var plan: String

        @Option(help: ArgumentHelp(language(.signerID), valueName: "url"))
        var at: String

        @Option(help: ArgumentHelp(language(.signerKey), valueName: "file"))
        var key: String

        @Option(help: ArgumentHelp(language(.signerLogKey), valueName: "file"))
        var logKey: String

        @Option(help: ArgumentHelp(language(.nextKey), valueName: "jwk file"))
        var nextKey: [String] = []

        @Option(help: ArgumentHelp(language(.witnessHelp), valueName: "key=url"))
        var witness: [String] = []

        @Option(help: ArgumentHelp(language(.quorumHelp)))
        var quorum: Int?

        @Option(help: ArgumentHelp(language(.days)))
        var days = 30

        @Option(help: ArgumentHelp(language(.bundleOut), valueName: "directory"))
        var out: String

        @OptionGroup var output: Output

        private struct Made: Encodable {
            let bundle: String
            let pin: String
            let version: UInt32
            let expires: Int64
        }

        func validate() throws {
            guard (1...366).contains(days) else { throw ValidationError("--days 1…366") }
            guard (0...witness.count).contains(quorum ?? 0) else {
                throw ValidationError("--quorum 0…\(witness.count)")
            }
        }

        func run() async throws {
            let contents = try TrustPlan(file: plan).contents()
            let signer = try TrustSigner(
                at: at, key: .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: secret(key))),
                log: try Ed25519.PrivateKey(rawRepresentation: secret(logKey)))
            let next = try nextKey.map { try VerifyingKey(parsing: try Texts.line($0)) }
            let end = Int64(Date().timeIntervalSince1970) + Int64(days) * 86_400
            let connections = try witness.map { text in
                guard let connection = try? WitnessConnection(named: text) else {
                    throw ValidationError("--witness \(text.line): \(language(.witnessHelp))")
                }
                return connection
            }
            let needed = quorum ?? connections.count
            let text = try await signer.publish(
                contents, until: end, nextKeys: next, in: LogDirectory(at: out),
                witnesses: Witnesses(connections, quorum: needed))
            let first = try signer.pin(witnesses: connections.map(\.key), quorum: needed)
            let bundle = try first.open(text)
            // What is given to verifiers by hand, once.
            let pin = out + "/pin.json"
            if bundle.version == 1 { try Texts.write(first.encoded, to: pin) }
            try output.print(
                Made(
                    bundle: out + "/trust", pin: pin, version: bundle.version,
                    expires: bundle.expires),
                """
                \(bundle)
                \(language(.bundleIn)): \(out)/trust
                \(language(.pinIn)): \(pin)
                """)
        }

        private func secret(_ path: String) throws -> [UInt8] {
            guard FileManager.default.fileExists(atPath: path) else {
                throw KeyFile.Problem(description: "\(path): \(language(.noKey))")
            }
            return try KeyFile.secret(path)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.showAbstract), discussion: language(.showDiscussion))

        @OptionGroup var trust: Trust

        @OptionGroup var output: Output

        private struct Shown: Encodable {
            struct Issuer: Encodable {
                let issuer: String
                let editions: [String]
                let keys: Int
                let withdrawn: [String]
                let witnesses: Int
                let quorum: Int
                let statuses: [String]
            }

            struct Credential: Encodable {
                let issuer: String
                let types: [String]
            }

            let signer: String
            let version: UInt32
            let issuedAt: Int64
            let expires: Int64
            let issuers: [Issuer]
            let credentials: [Credential]
            let attestors: [String]
        }

        func run() throws {
            let bundle = try trust.opened()
            let contents = bundle.contents
            let shown = Shown(
                signer: bundle.signer, version: bundle.version, issuedAt: bundle.issuedAt,
                expires: bundle.expires,
                issuers: contents.issuers.map { issuer in
                    Shown.Issuer(
                        issuer: issuer.profile.issuer,
                        editions: issuer.profile.editions.map(\.edition.id),
                        keys: issuer.profile.keys.count,
                        withdrawn: issuer.terms.filter(\.isWithdrawn).map(\.key),
                        witnesses: issuer.witnesses.count, quorum: issuer.quorum,
                        statuses: issuer.statuses)
                },
                credentials: contents.credentials.map {
                    Shown.Credential(issuer: $0.issuer, types: $0.types)
                }, attestors: contents.attestors.map(\.name))
            try output.print(shown, words(shown))
        }

        private func words(_ shown: Shown) -> String {
            let date = Date(timeIntervalSince1970: Double(shown.expires))
                .formatted(date: .long, time: .shortened)
            var lines = [
                "\(shown.signer), \(language(.version)) \(shown.version)",
                "\(language(.until)) \(date)",
            ]
            for issuer in shown.issuers {
                lines.append("\(language(.issuer)): \(issuer.issuer)")
                lines.append("  \(language(.editions)): \(issuer.editions.joined(separator: ", "))")
                for key in issuer.withdrawn { lines.append("  \(language(.withdrawn)): \(key)") }
            }
            for issuer in shown.credentials {
                lines.append(
                    "\(language(.credentialIssuer)): \(issuer.issuer) (\(issuer.types.joined(separator: ", ")))"
                )
            }
            for name in shown.attestors { lines.append("\(language(.attestor)): \(name)") }
            return lines.map(\.line).joined(separator: "\n")
        }
    }

    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.refreshAbstract), discussion: language(.refreshDiscussion))

        @OptionGroup var trust: Trust

        @Option(help: ArgumentHelp(language(.statusesHelp), valueName: "directory"))
        var statuses: String

        @Option(help: ArgumentHelp(language(.localIssuers), valueName: "directory"))
        var home: [String] = []

        @OptionGroup var output: Output

        func run() async throws {
            let bundle = try trust.opened()
            var local = [Issuer]()
            for home in home { local.append(try await IssuerFolder(home).issuer()) }
            let bar = Bar()
            let failed = await StatusFolder(at: statuses).refresh(
                from: StatusLists(local: local, served: ServedStatuses(fromLoopback: false)),
                for: bundle
            ) { bar.show(UInt64($0), of: UInt64($1)) }
            bar.finish()
            try output.print(
                failed.mapValues(\.rawValue),
                failed.isEmpty
                    ? language(.allFresh)
                    : failed.sorted { $0.key < $1.key }.map {
                        "\($0.key): \($0.value.rawValue)".line
                    }
                    .joined(separator: "\n"))
            guard failed.isEmpty else { throw ExitCode(3) }
        }
    }
}

/// Status lists of issuers in folders on this machine, and of all others where they say.
private struct StatusLists: StatusSource {
    let local: [Issuer]
    let served: ServedStatuses

    func statusList(at uri: String) async throws -> String {
        for issuer in local where uri.hasPrefix(issuer.id + "/") {
            guard let source = issuer.profile.statuses else { throw Refusal.unavailable }
            return try await source.statusList(at: uri)
        }
        return try await served.statusList(at: uri)
    }
}
