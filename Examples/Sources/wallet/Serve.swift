import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import WalletService

/// `wallet serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.serveAbstract), discussion: language(.serveDiscussion))

    @Option(help: ArgumentHelp(language(.hostHelp)))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp(language(.portHelp)))
    var port = 7402

    @OptionGroup var identity: Identity
    @OptionGroup var common: Common

    func validate() throws {
        guard WebServer.Settings(host: host, port: port, isTest: false).isLoopback else {
            throw ValidationError(language(.loopbackOnly))
        }
        guard (1...65535).contains(port) else { throw ValidationError("--port 1…65535") }
    }

    func run() async throws {
        try await common.run(.keeping, identity) { wallet in
            let server = try wallet.server(
                WebServer.Settings(host: host, port: port, isTest: identity.services != nil))
            try common.print(
                ["address": "http://\(host):\(port)/"], "http://\(host):\(port)/")
            // Whoever reads this through a pipe waits for it.
            fflush(nil)
            try await server.run()
        }
    }
}

/// `wallet trust`.
struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.trustAbstract), discussion: language(.trustDiscussion))

    @Argument(help: ArgumentHelp(language(.verifierHelp)))
    var verifier: String

    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.keeping) { wallet in
            if verifier.hasPrefix("did:key:") || verifier.hasPrefix("did:jwk:") {
                try wallet.home.trust(did: verifier)
            } else if verifier.hasPrefix("https://") || verifier.hasPrefix("http://") {
                try wallet.home.trust(address: verifier, acceptsLoopback: common.loopback)
            } else {
                guard let bytes = try? Data(contentsOf: URL(filePath: verifier)) else {
                    throw ValidationError(language(.verifierHelp))
                }
                try wallet.home.trust(authority: try Self.certificate([UInt8](bytes)))
            }
            try common.print(["trusted": verifier], language(.trusted))
        }
    }

    /// The certificate of a file, DER or PEM.
    private static func certificate(_ bytes: [UInt8]) throws -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else { return bytes }
        let lines = text.split(whereSeparator: \.isNewline)
            .drop { $0 != "-----BEGIN CERTIFICATE-----" }.dropFirst()
            .prefix { $0 != "-----END CERTIFICATE-----" }
        guard let der = Data(base64Encoded: lines.joined()) else { throw Refusal.malformed }
        return [UInt8](der)
    }
}
