import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata

/// `tegata keygen`: keys, in files that only their owner may read.
struct Keygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.keygenAbstract), discussion: language(.keygenDiscussion))

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case secp256k1, p256, ed25519, issuer
    }

    @Argument(help: ArgumentHelp(language(.keygenPath)))
    var path: String

    @Option(help: ArgumentHelp(language(.keygenKind)))
    var kind = Kind.secp256k1

    @Option(help: ArgumentHelp(language(.issuerAddress), valueName: "url"))
    var at: String?

    @OptionGroup var output: Output

    private struct Made: Encodable {
        let path: String
        let kind: String
        let publicKey: String
    }

    func validate() throws {
        guard (kind == .issuer) == (at != nil) else {
            throw ValidationError(language(.atWithIssuer))
        }
    }

    func run() async throws {
        let publicKey: String
        if let at {
            publicKey = try await IssuerFolder(path).make(at: at).publicKey.encoded
        } else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw KeyFile.Problem(description: "\(path): \(language(.thereAlready))")
            }
            publicKey = try publicPart(of: try KeyFile.secret(path))
        }
        try output.print(
            Made(path: path, kind: kind.rawValue, publicKey: publicKey),
            "\(path)\n\(language(.publicKey)): \(publicKey)")
    }

    private func publicPart(of secret: [UInt8]) throws -> String {
        switch kind {
        case .p256:
            return VerifyingKey.p256(try P256.PrivateKey(rawRepresentation: secret).publicKey)
                .encoded
        case .ed25519:
            return hexadecimal(
                try Ed25519.PrivateKey(rawRepresentation: secret).publicKey.rawRepresentation)
        case .secp256k1, .issuer:
            return VerifyingKey.secp256k1(
                try Secp256k1.PrivateKey(rawRepresentation: secret).publicKey
            ).encoded
        }
    }
}
