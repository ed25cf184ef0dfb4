import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import TegataEthereum

/// `tegata contract`: cards that a contract checks, for whoever needs it.
struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract", abstract: language(.contractAbstract),
        subcommands: [Voucher.self, Check.self, Metadata.self])

    /// The contract that vouchers are for.
    struct Place: ParsableArguments {
        @Option(help: ArgumentHelp(language(.chainHelp)))
        var chain: UInt32

        @Option(help: ArgumentHelp(language(.contractHelp), valueName: "0x…"))
        var contract: String

        func domain() throws -> VoucherDomain {
            VoucherDomain(chain: chain, contract: try address(contract, of: "--contract"))
        }
    }

    struct Voucher: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.voucherAbstract), discussion: language(.voucherDiscussion))

        @Argument(help: ArgumentHelp(language(.cardFileHelp), valueName: "file"))
        var card: String

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.voucherKeyHelp), valueName: "file"))
        var key: String

        @OptionGroup var place: Place

        @Option(help: ArgumentHelp(language(.untilHelp), valueName: "YYYY-MM-DD"))
        var until: String

        @Option(help: ArgumentHelp(language(.voucherOut), valueName: "file"))
        var out: String

        @OptionGroup var output: Output

        func run() throws {
            guard let day = Day(until) else {
                throw ValidationError("--until \(until.line): \(language(.untilHelp))")
            }
            guard FileManager.default.fileExists(atPath: key) else {
                throw KeyFile.Problem(description: "\(key): \(language(.noKey))")
            }
            let profile = try IssuerProfile(parsing: try Texts.read(profile))
            let signer = VoucherSigner(
                key: try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(key)),
                domain: try place.domain())
            let card = String(decoding: try KeyFile.read(card), as: UTF8.self)
            let voucher = try signer.voucher(
                for: card, from: profile, until: day.start + 86_399)
            try Texts.write(voucher + "\n", to: out)
            try output.print(
                ["voucher": out, "signer": "\(signer.address)"],
                "\(out)\n\(language(.signedBy)): \(signer.address)")
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.voucherCheckAbstract),
            discussion: language(.voucherCheckDiscussion))

        @Argument(help: ArgumentHelp(language(.voucherFile), valueName: "file"))
        var voucher: String

        @Option(help: ArgumentHelp(language(.signerHelp), valueName: "0x…"))
        var signer: String

        @OptionGroup var place: Place

        @OptionGroup var output: Output

        private struct Checked: Encodable {
            let edition: String
            let serial: UInt32
            let holder: String
            let until: Int64
        }

        func run() throws {
            let read = try ContractVoucher(
                parsing: try Texts.line(voucher), from: try address(signer, of: "--signer"),
                for: try place.domain(), at: Int64(Date().timeIntervalSince1970))
            try output.print(
                Checked(
                    edition: hexadecimal(read.edition), serial: read.serial,
                    holder: "\(read.holder)", until: read.until),
                """
                № \(read.serial), \(read.holder)
                \(language(.goodUntil)): \(Day(of: read.until))
                """)
        }
    }

    struct Metadata: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.metadataAbstract), discussion: language(.metadataDiscussion))

        @Argument(help: ArgumentHelp(language(.editionID)))
        var id: String

        @Argument(help: ArgumentHelp(language(.serialHelp)))
        var serial: UInt32

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.describedJapanese)))
        var ja: String

        @Option(help: ArgumentHelp(language(.describedEnglish)))
        var en: String

        @Option(help: ArgumentHelp(language(.imageHelp), valueName: "url"))
        var image: String

        func run() throws {
            let profile = try IssuerProfile(parsing: try Texts.read(profile))
            guard let edition = profile.editions.first(where: { $0.edition.id == id })?.edition
            else { throw ValidationError("\(id.line): \(language(.noEdition))") }
            guard let number = Serial(serial, within: edition.limit) else {
                throw ValidationError("\(serial): \(language(.serialHelp))")
            }
            print(
                TokenMetadata(edition, serial: number, japanese: ja, english: en, image: image)
                    .encoded)
        }
    }
}

private func address(_ text: String, of option: String) throws -> EthereumAddress {
    do {
        return try EthereumAddress(parsing: text)
    } catch {
        throw ValidationError("\(option) \(text.line): \(language(.noAddress))")
    }
}
