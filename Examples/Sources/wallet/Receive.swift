import ArgumentParser
import Foundation
import Pages
import Tegata
import WalletService

/// `wallet receive`: an offer becomes a card.
struct Receive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.receiveAbstract), discussion: language(.receiveDiscussion))

    @Argument(help: "openid-credential-offer://…")
    var link: String?

    @Option(help: ArgumentHelp(language(.codeHelp)))
    var code: String?

    @Flag(help: ArgumentHelp(language(.noWaitHelp)))
    var noWait = false

    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.receiving) { wallet in
            var waiting = [WaitingCard]()
            if let link {
                let review = try await wallet.review(offer: link)
                describe(review)
                for delivery in try await wallet.receive(review, code: try code(for: review)) {
                    try report(delivery, &waiting)
                }
            } else {
                waiting = try wallet.waiting()
            }
            guard !noWait else { return }
            for one in waiting { try await finish(one, wallet) }
        }
    }

    private func describe(_ review: OfferReview) {
        common.note("\(language(.issuer)): \(review.issuer.line)")
        if let name = review.issuerName(language) {
            common.note("\(language(.callsItself)): \(name.line)")
        }
        for title in review.titles(language) {
            common.note("\(language(.edition)): \(title.line)")
        }
    }

    private func code(for review: OfferReview) throws -> String? {
        guard review.needsCode else { return nil }
        if let code { return code }
        if let said = review.codeExplanation { common.note(said.line) }
        guard let typed = ask(language(.askCode)), !typed.isEmpty else {
            throw ValidationError(language(.codeMissing))
        }
        return typed
    }

    private func report(_ delivery: Delivery, _ waiting: inout [WaitingCard]) throws {
        switch delivery {
        case .card(let card):
            let line = CardLine(card)
            try common.print(line, line.long)
        case .later(let one):
            waiting.append(one)
            common.note(language(.later))
        }
    }

    /// Asks again as often as the issuer says, until the card is here.
    private func finish(_ first: WaitingCard, _ wallet: WalletService) async throws {
        var one = first
        while true {
            let left = one.due - Int64(Date().timeIntervalSince1970)
            if left > 0 { try await Task.sleep(for: .seconds(left)) }
            switch try await wallet.resume(one.id) {
            case .card(let card):
                let line = CardLine(card)
                try common.print(line, line.long)
                return
            case .later(let next):
                one = next
                // How often it was asked, for whoever watches.
                FileHandle.standardError.write(
                    Data("\(language(.stillWaiting)) (\(next.attempts))\n".utf8))
            }
        }
    }
}
