internal import Hummingbird
internal import Pages
internal import Tegata

// The pages on which notices are read.
extension WalletViews {
    func mail(_ id: String, _ mail: Mail, _ ending: Result<NoticeWord, Refusal>?) -> Response {
        let notices = mail.notices.enumerated().map { place, notice in
            self.notice(notice, mail.sent[notice.id], place, id)
        }
        return page(
            .mail, refreshing: Int(MailPages.interval),
            """
            \(ending.map(outcome))
            \(notices.isEmpty ? "<p>\(language(.noMail))</p>" as HTML : .join(notices))
            \(mail.refused == 0 ? .empty : "<p role=\"note\">\(language(.notShown)): \(mail.refused)</p>" as HTML)
            <p>\(language(.receiptsKept)): \(mail.receipts)</p>
            <p><a href="/cards/\(mail.card.number)">\(language(.back))</a></p>
            """)
    }

    private func outcome(_ ending: Result<NoticeWord, Refusal>) -> HTML {
        switch ending {
        case .failure(let refusal): return note(refusal, .reading)
        case .success(let word):
            return """
                <section class="verdict good" role="status"><h2>\(language(word == .confirm ? .confirmedNow : .refusedNow))</h2>
                <p>\(language(.receiptKept))</p></section>
                """
        }
    }

    private func notice(
        _ notice: Notice, _ sent: NoticeWord?, _ place: Int, _ id: String
    ) -> HTML {
        let answers: HTML =
            if let sent {
                """
                <p role="status">\(language(.answerOnItsWay))</p>
                <button name="answer" value="\(sent == .confirm ? "confirm" : "refuse")">\(language(.sendAgain))</button>
                """
            } else {
                """
                <button name="answer" value="confirm">\(language(.confirm))</button>
                <button name="answer" value="refuse" class="quiet">\(language(.refuse))</button>
                """
            }
        return """
            <section><h2>\(language(notice.title))</h2>
            <dl>
            <dt>\(language(.office))</dt><dd>\(language(notice.office))</dd>
            <dt>\(language(.issuer))</dt><dd><code>\(notice.issuer)</code></dd>
            \(notice.benefit.map(benefit))
            <dt>\(language(.basis))</dt><dd>\(lines(language(notice.basis)))</dd>
            <dt>\(language(.answerBefore))</dt><dd>\(Day(of: notice.deadline - 1))</dd>
            </dl>
            <p>\(lines(language(notice.text)))</p>
            <form method="post" action="/mail/\(id)">\(session.field)
            <input type="hidden" name="notice" value="\(place)">
            \(answers)
            </form></section>
            """
    }

    private func benefit(_ benefit: Benefit) -> HTML {
        switch benefit {
        case .amount(let amount, let currency):
            """
            <dt>\(language(.amount))</dt><dd><strong>\(amount) \(currency)</strong></dd>
            """
        case .terms:
            """
            <dt>\(language(.benefit))</dt><dd>\(language(.countedBenefits))</dd>
            """
        }
    }

    /// A text of several lines.
    private func lines(_ text: String) -> HTML {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            HTML.text(String($0))
        }
        return .trusted(parts.map(\.markup).joined(separator: "<br>"))
    }

    /// Why nothing could be fetched.
    func noMail(_ refusal: Refusal, _ number: Int) -> Response {
        page(
            .mail, status: refusal == .unavailable ? .serviceUnavailable : .badRequest,
            """
            \(note(refusal, .reading))
            <p><a href="/cards/\(number)">\(language(.back))</a></p>
            """)
    }
}
