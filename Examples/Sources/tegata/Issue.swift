import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataNationalID

/// `tegata issue`: a card for a holder's key, asked for and issued on this machine.
struct Issue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.issueAbstract), discussion: language(.issueDiscussion))

    @Argument(help: ArgumentHelp(language(.editionID)))
    var id: String

    @Option(help: ArgumentHelp(language(.issuerHome), valueName: "directory"))
    var home: String

    @Option(help: ArgumentHelp(language(.holderKey), valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp(language(.claimHelp), valueName: "name=value"))
    var claim: [String] = []

    @Option(help: ArgumentHelp(language(.selectiveHelp), valueName: "name=value"))
    var selective: [String] = []

    @Flag(help: ArgumentHelp(language(.testPersonHelp)))
    var testPerson = false

    @Option(help: ArgumentHelp(language(.cardOut), valueName: "file"))
    var out: String

    @OptionGroup var output: Output

    private struct Issued: Encodable {
        let card: String
        let edition: String
        let serial: UInt32
        let limit: String
        let test: Bool
    }

    func run() async throws {
        let issuer = try await IssuerFolder(home).issuer()
        let edition = try issuer.opened(id)
        var claims = [(name: String, claim: Claim)]()
        for text in claim {
            let (name, value) = try pair(text, of: "--claim")
            claims.append((name, .open(try json(value, as: name, in: edition))))
        }
        for text in selective {
            let (name, value) = try pair(text, of: "--selective")
            claims.append((name, .selective(try json(value, as: name, in: edition))))
        }
        let holder = try Holders.holder(key)
        let request: String
        if edition.edition.nationalID.isEmpty {
            request = try await holder.request(edition)
        } else {
            guard testPerson else { throw ValidationError(language(.personNeeded)) }
            request = try await holder.request(edition, proving: DemoIdentity(.jpkiP384))
        }
        let answer = try await issuer.issue(to: request, claims: Claims(claims))
        let card = try holder.accept(answer, from: issuer.profile)
        try await issuer.publishLists()
        // Whoever has the file and the key has the card.
        try KeyFile.write(Array(card.exposedEncoding.utf8), to: out)
        try output.print(
            Issued(
                card: out, edition: id, serial: card.serial.number,
                limit: card.edition.limit.description, test: testPerson),
            "\(card)\n\(language(.cardIn)): \(out)"
                + (testPerson ? "\n" + language(.testCard) : ""))
    }
}

extension Issue {
    /// A text, or a number where the edition's cards commit to one.
    private func json(_ value: String, as name: String, in edition: OpenEdition) throws -> JSON {
        guard edition.edition.committed.contains(where: { $0.name == name && $0.bits != nil })
        else { return .string(value) }
        guard let number = Int64(value) else {
            throw ValidationError("\(name.line)=\(value.line): \(language(.numberNeeded))")
        }
        return .number(JSONNumber(number))
    }
}

/// Holders by their key files.
enum Holders {
    /// The holder with the secp256k1 key in a file that only its owner may read.
    static func holder(_ path: String) throws -> Holder {
        guard FileManager.default.fileExists(atPath: path) else {
            throw KeyFile.Problem(description: "\(path): \(language(.noKey))")
        }
        return Holder(key: try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(path)))
    }
}
