import ArgumentParser
import Foundation
import Pages
import Tegata
import WalletService

/// `wallet use`: a benefit at a shop.
struct Use: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.useAbstract), discussion: language(.useDiscussion))

    @Argument(help: "https://…/tegata/uses/…")
    var link: String

    @Option(help: ArgumentHelp(language(.linkCrowdHelp)))
    var crowd = WalletService.usualCrowd

    @Flag(help: ArgumentHelp(language(.yesHelp)))
    var yes = false

    @OptionGroup var common: Common

    func validate() throws {
        guard crowd > 0 else { throw ValidationError("--crowd 1…") }
    }

    func run() async throws {
        try await common.run(.using) { wallet in
            let review = try await wallet.review(use: link)
            let plan = review.terms.entitlement
            common.note("\(language(.shop)): \(review.shopName.line)")
            common.note(
                "\(language(plan.title).line): \(language(.left)) \(review.standing.left) / \(plan.count)"
            )
            if review.isOffline { common.note(language(.shopWithoutNetwork)) }
            if let members = review.crowd {
                common.note("   \(language(.onlyOneOf)): \(members)")
            }
            if !yes {
                guard ["y", "yes", "はい"].contains(ask(language(.askUse))?.lowercased()) else {
                    complain(language(.nothingSent))
                    throw ExitCode(1)
                }
            }
            switch try await wallet.use(review, ofAtLeast: crowd) {
            case .taken(let receipt):
                try common.print(
                    ["state": "taken", "text": language(receipt.text).line],
                    "\(language(.shopSays)): \(language(receipt.text).line)")
            case .waiting:
                try common.print(["state": "waiting"], language(.shopAsks))
            }
        }
    }
}

/// `wallet mail`: what an issuer told a card, and the answers.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: language(.mailAbstract),
        discussion: language(.mailDiscussion))

    @Argument(help: ArgumentHelp(language(.numberHelp)))
    var number: Int

    @Option(help: ArgumentHelp(language(.confirmHelp)))
    var confirm: Int?

    @Option(help: ArgumentHelp(language(.refuseHelp)))
    var refuse: Int?

    @Flag(help: ArgumentHelp(language(.followHelp)))
    var follow = false

    @OptionGroup var common: Common

    /// A notice as it is printed.
    private struct Line: Encodable {
        let place: Int
        let title: String
        let office: String
        let basis: String
        let text: String
        let amount: String?
        let until: String

        init(_ place: Int, _ notice: Notice) {
            self.place = place
            title = language(notice.title).line
            office = language(notice.office).line
            basis = language(notice.basis).line
            text = language(notice.text).line
            amount =
                if case .amount(let amount, let currency)? = notice.benefit {
                    "\(amount) \(currency)"
                } else {
                    nil
                }
            until = "\(Day(of: notice.deadline - 1))"
        }

        var words: String {
            "\(place)  \(title), \(office), \(basis)\(amount.map { ": " + $0 } ?? "") (– \(until))\n   \(text)"
        }
    }

    func validate() throws {
        guard [confirm != nil, refuse != nil, follow].count(where: \.self) <= 1 else {
            throw ValidationError("--confirm | --refuse | --follow")
        }
    }

    func run() async throws {
        try await common.run(.reading) { wallet in
            if follow {
                var seen = Set<NoticeID>()
                return try await wallet.follow(try wallet.card(number)) { mail in
                    for (place, notice) in mail.notices.enumerated()
                    where seen.insert(notice.id).inserted {
                        let line = Line(place + 1, notice)
                        try? common.print(line, line.words)
                        // Whoever reads this through a pipe waits for it.
                        fflush(nil)
                    }
                    return false
                }
            }
            let mail = try await wallet.mail(for: try wallet.card(number))
            if mail.refused > 0 { complain("\(language(.notShown)): \(mail.refused)") }
            guard let place = confirm ?? refuse else {
                let lines = mail.notices.enumerated().map { Line($0.offset + 1, $0.element) }
                return try common.print(
                    lines,
                    lines.isEmpty
                        ? language(.noMail) : lines.map(\.words).joined(separator: "\n"))
            }
            guard mail.notices.indices.contains(place - 1) else { throw Refusal.malformed }
            let recorded = try await wallet.answer(
                confirm == nil ? .refuse : .confirm, to: mail.notices[place - 1], of: mail.card)
            let word = recorded == .confirm ? "confirmed" : "refused"
            try common.print(
                ["recorded": word],
                language(recorded == .confirm ? .noticeConfirmed : .noticeRefused))
        }
    }
}
