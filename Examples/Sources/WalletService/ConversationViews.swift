internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata

// The pages on which the owner decides.
extension WalletViews {
    func offer(_ id: String, _ review: OfferReview, _ failure: Refusal?) -> Response {
        let editions = review.editions.map { open -> HTML in
            """
            <dt>\(language(.limit))</dt><dd>\(open.edition.limit)</dd>
            <dt>\(language(.benefits))</dt><dd>\(names(open.edition.benefits))</dd>
            """
        }
        return page(
            .offer,
            """
            \(failure.map { note($0, .receiving) })
            <p>\(language(.offerExplanation))</p>
            <dl>
            <dt>\(language(.issuer))</dt><dd><code>\(review.issuer)</code></dd>
            \(review.issuerName(language).map(callsItself))
            <dt>\(language(.edition))</dt><dd>\(review.titles(language).joined(separator: ", "))</dd>
            \(.join(editions))
            </dl>
            <form method="post" action="/offers/\(id)">\(session.field)
            \(review.needsCode ? code(review) : .empty)
            <p><button>\(language(.receive))</button> <a class="button quiet" href="/">\(language(.notNow))</a></p>
            </form>
            """)
    }

    private func callsItself(_ name: String) -> HTML {
        """
        <dt>\(language(.callsItself))</dt><dd>\(name)</dd>
        """
    }

    private func code(_ review: OfferReview) -> HTML {
        let mode = review.isCodeNumeric ? "numeric" : "text"
        let said = review.codeExplanation.map { language(.issuerSays) + $0 } ?? ""
        return """
            <label for="code">\(language(.code))</label>
            <p class="hint" id="code-hint">\(language(.codeHint)) \(said)</p>
            <input id="code" name="code" required inputmode="\(mode)" autocomplete="one-time-code" \
            maxlength="\(review.codeLength ?? 64)" aria-describedby="code-hint">
            """
    }

    func waiting(_ waiting: WaitingCard, failure: Refusal?) -> Response {
        let left = max(2, Int(clamping: waiting.due - WalletService.now))
        let state: HTML =
            if let failure {
                note(failure, .receiving)
            } else {
                """
                <p role="status">\(language(.waitingExplanation))</p>
                <progress aria-label="\(language(.onTheWay))"></progress>
                """
            }
        return page(
            .onTheWay, refreshing: failure == nil || failure == .unavailable ? min(left, 60) : nil,
            """
            \(state)
            <dl>
            <dt>\(language(.edition))</dt><dd>\(waiting.configuration.cut(to: 80))</dd>
            <dt>\(language(.issuer))</dt><dd><code>\(waiting.issuer)</code></dd>
            <dt>\(language(.asked))</dt><dd>\(waiting.attempts)</dd>
            </dl>
            <form class="inline" method="post" action="/waiting/\(waiting.id)/end">\(session.field)
            <button class="quiet">\(language(.giveUp))</button></form>
            \(home)
            """)
    }

    func request(_ id: String, _ review: RequestReview) -> Response {
        page(
            .question,
            """
            \(asker(review))
            \(review.isAnswerable ? .join(review.parts.map(part)) : noCard)
            <form method="post" action="/requests/\(id)">\(session.field)
            \(review.isAnswerable ? showButton : .empty)
            \(.join(review.others.map(otherCard)))
            <button name="answer" value="decline" class="quiet">\(language(.decline))</button>
            <a class="button quiet" href="/">\(language(.notNow))</a>
            </form>
            """)
    }

    private func asker(_ review: RequestReview) -> HTML {
        """
        <dl>
        <dt>\(language(review.isAuthenticated ? .verified : .verifier))</dt><dd><code>\(review.verifier)</code>\(review.isAuthenticated ? .empty : unproven)</dd>
        <dt>\(language(.answerGoesTo))</dt><dd>\(review.host)</dd>
        </dl>
        """
    }

    private func part(_ part: RequestReview.Part) -> HTML {
        let held = part.card.card
        let shown = part.shown.map { name -> HTML in
            """
            <li>\(language.label(name)): \(held.claims[name]?.description.cut(to: 300) ?? "–")</li>
            """
        }
        let hidden = part.hidden.map { name -> HTML in
            """
            <li>\(language.label(name))</li>
            """
        }
        return """
            \(part.card.face(language).svg)
            <h2>\(language(.wouldBeShown))</h2>
            <ul><li>\(language(.cardItself))</li>\(.join(shown))</ul>
            <h2>\(language(.staysHidden))</h2>
            <ul>\(.join(hidden))<li>\(language(.idNumber))</li></ul>
            """
    }

    private var noCard: HTML {
        """
        <section class="verdict bad" role="alert"><h2>\(language(.noFittingCard))</h2>
        <p>\(language(.nothingLeaves))</p></section>
        """
    }

    private func otherCard(_ card: KeptCard) -> HTML {
        """
        <button name="answer" value="card-\(card.number)" class="quiet">\(language(.useInstead)) \
        \(card.title(language)) № \(card.card.serial)</button>
        """
    }

    private var showButton: HTML {
        """
        <button name="answer" value="show">\(language(.show))</button>
        """
    }

    func ended(_ review: RequestReview, _ ending: Dialogs.Ending) -> Response {
        let verdict: HTML
        if let refusal = ending.refusal {
            verdict = note(refusal, .showing)
        } else {
            verdict = """
                <section class="verdict good" role="status"><h2>\(language(ending.isDeclined ? .declinedNow : .shownNow))</h2></section>
                """
        }
        return page(
            .question,
            """
            \(verdict)
            \(asker(review))
            \(ending.redirect.map(wayBack))
            \(home)
            """)
    }

    private func wayBack(_ address: String) -> HTML {
        let target = try? OutboundHTTP.Target(address, acceptsLoopback: true)
        return """
            <p><a class="button" href="\(address)" rel="noreferrer">\(language(.backToVerifier))</a> \
            <code>\(target?.authority ?? "–")</code></p>
            """
    }
}
