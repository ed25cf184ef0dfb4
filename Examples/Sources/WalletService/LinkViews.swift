internal import Hummingbird
internal import Pages
internal import Tegata

// The pages on which two cards are linked.
extension WalletViews {
    func link(_ id: String, _ review: LinkReview) -> Response {
        page(
            .linkCards,
            """
            <p>\(language(.linkExplained))</p>
            \(linkAsker(review))
            \(.join(review.parts.map(part)))
            \(review.hasReader ? .empty : note(.unsupported, .linking))
            <form method="post" action="/links/\(id)">\(session.field)
            \(review.isAnswerable ? agreement(review) : .empty)
            <button name="answer" value="decline" class="quiet" formnovalidate>\(language(.decline))</button>
            <a class="button quiet" href="/">\(language(.notNow))</a>
            </form>
            """)
    }

    private func linkAsker(_ review: LinkReview) -> HTML {
        """
        <dl>
        <dt>\(language(.verified))</dt><dd><code>\(review.verifier)</code></dd>
        <dt>\(language(.linkPurpose))</dt><dd><strong>\(review.purpose(language).cut(to: 600))</strong></dd>
        </dl>
        """
    }

    private func part(_ part: LinkReview.Part) -> HTML {
        switch part {
        case .shown(let card, let claims, let hidden):
            let held = card.card
            let shown = claims.map { name -> HTML in
                """
                <li>\(language.label(name)): \(held.claims[name]?.description.cut(to: 300) ?? "–")</li>
                """
            }
            return """
                \(card.face(language).svg)
                <h2>\(language(.wouldBeShown))</h2>
                <ul><li>\(language(.cardItself))</li>\(.join(shown))</ul>
                <p>\(language(.staysHidden)): \(names(hidden))</p>
                """
        case .hidden(let card, let members):
            return """
                <h2>\(card.title(language)) <code>\(card.card.edition.id)</code></h2>
                <p><code>\(card.card.issuer)</code></p>
                <ul><li>\(language(.onlyOneOf)): <strong>\(members.anonymity)</strong></li></ul>
                <p>\(language(.staysHidden)): \(language(.whichCard))</p>
                """
        case .missing(let issuer, let edition):
            return """
                <section class="verdict bad" role="alert"><h2>\(language(.noFittingCard))</h2>
                <p><code>\(edition)</code> <code>\(issuer)</code></p><p>\(language(.nothingLeaves))</p></section>
                """
        }
    }

    /// What it takes to say yes.
    private func agreement(_ review: LinkReview) -> HTML {
        let options = review.identities.map { choice -> HTML in
            """
            <option value="\(choice.id)">\(language(choice.name))</option>
            """
        }
        let choices: HTML = """
            <label for="card">\(language(.whoseIDCard))</label>
            <select id="card" name="card">\(.join(options))</select>
            """
        return """
            <h2>\(language(.agreement))</h2>
            <p>\(language(.linkConsequence))</p>
            <label><input type="checkbox" name="agree" value="yes" required> \(language(.agreeToLink))</label>
            \(review.isCrowdSmall ? agreeToFew(review.crowd) : .empty)
            \(review.identities.isEmpty ? "<p>\(language(.putIDCardIn))</p>" as HTML : choices)
            <p class="hint">\(language(.signsTwice))</p>
            <button name="answer" value="link">\(language(.linkNow))</button>
            """
    }

    func linked(_ review: LinkReview, _ ending: Dialogs.LinkEnding) -> Response {
        let verdict: HTML =
            switch ending {
            case .linked:
                """
                <section class="verdict good" role="status"><h2>\(language(.linkedNow))</h2></section>
                """
            case .declined:
                """
                <section class="verdict good" role="status"><h2>\(language(.notLinked))</h2>
                <p>\(language(.nothingLeft))</p></section>
                """
            case .refused(let refusal): note(refusal, .linking)
            }
        return page(
            .linkCards,
            """
            \(verdict)
            \(linkAsker(review))
            \(home)
            """)
    }
}
