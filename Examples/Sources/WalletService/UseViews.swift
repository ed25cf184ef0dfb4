internal import Hummingbird
internal import Pages
internal import Tegata

// The pages on which a benefit is used.
extension WalletViews {
    func use(_ id: String, _ review: UseReview) -> Response {
        page(
            .useOne,
            """
            <dl>
            <dt>\(language(.shop))</dt><dd><code>\(review.shopName)</code></dd>
            <dt>\(language(.benefit))</dt><dd>\(language(review.terms.entitlement.title))</dd>
            <dt>\(language(.edition))</dt><dd>\(review.card.title(language)) № \(review.card.card.serial)</dd>
            <dt>\(language(.leftAtMost))</dt><dd>\(review.standing.left) / \(review.terms.entitlement.count)</dd>
            </dl>
            \(review.isOffline ? offline(review.standing) : .empty)
            \(review.crowd.map(oneOf) ?? seesCard)
            <form method="post" action="/uses/\(id)">\(session.field)
            \(review.isCrowdSmall ? agreeToFew(review.crowd) : .empty)
            <button>\(language(.useIt))</button> <a class="button quiet" href="/">\(language(.notNow))</a>
            </form>
            """)
    }

    private var seesCard: HTML {
        """
        <p>\(language(.shopSeesCard))</p>
        """
    }

    private func oneOf(_ crowd: Int) -> HTML {
        """
        <p>\(language(.shopSeesMember)) \(language(.amongMembers)): <strong>\(crowd)</strong></p>
        """
    }

    private func offline(_ standing: UseStanding) -> HTML {
        """
        <p role="note">\(language(.givesNumber)) \(language(.leftOffline)): \(standing.leftOffline) / \(standing.entitlement.offline)</p>
        """
    }

    func used(_ id: String, _ review: UseReview, _ ending: Result<UseEnding, Refusal>) -> Response {
        let again: HTML = """
            <form method="post" action="/uses/\(id)">\(session.field)<button>\(language(.sendAgain))</button></form>
            """
        let verdict: HTML
        switch ending {
        case .success(.taken(let receipt)):
            verdict = """
                <section class="verdict good" role="status"><h2>\(language(.usedNow))</h2>
                <p>\(language(.shopSays)): \(language(receipt.text))</p></section>
                """
        case .success(.waiting):
            verdict = """
                <p role="status">\(language(.shopAsks))</p>
                \(again)
                """
        case .failure(let refusal):
            verdict = """
                \(note(refusal, .using))
                \(refusal == .unavailable ? again : .empty)
                """
        }
        return page(
            .useOne,
            """
            \(verdict)
            <dl><dt>\(language(.shop))</dt><dd><code>\(review.shopName)</code></dd>
            <dt>\(language(.benefit))</dt><dd>\(language(review.terms.entitlement.title))</dd></dl>
            \(home)
            """)
    }

    func entitlements(
        _ card: KeptCard, _ found: Result<[UseStanding], Refusal>, _ uses: [TakenUse]
    ) -> Response {
        let content: HTML
        switch found {
        case .failure(let refusal): content = note(refusal, .using)
        case .success(let standings) where standings.isEmpty:
            content = """
                <p>\(language(.noBenefits))</p>
                """
        case .success(let standings):
            content = """
                <table><thead><tr><th scope="col">\(language(.benefit))</th><th scope="col">\(language(.leftAtMost))</th>\
                <th scope="col">\(language(.leftOffline))</th><th scope="col">\(language(.windowEnds))</th></tr></thead>\
                <tbody>\(.join(standings.map(row)))</tbody></table>
                <p class="hint">\(language(.leftExplained))</p>
                """
        }
        return page(
            .countedBenefits,
            """
            \(card.face(language).svg)
            \(content)
            \(uses.isEmpty ? .empty : receipts(uses))
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    private func receipts(_ uses: [TakenUse]) -> HTML {
        let items = uses.suffix(100).reversed().map { use -> HTML in
            """
            <li>\(Day(of: use.receipt.time)) \(language(use.terms.entitlement.title)) <code>\(use.receipt.shop)</code></li>
            """
        }
        return """
            <h2>\(language(.receiptsKept))</h2>
            <ul>\(.join(items))</ul>
            """
    }

    private func row(_ standing: UseStanding) -> HTML {
        let plan = standing.entitlement
        return """
            <tr><th scope="row">\(language(plan.title))</th><td>\(standing.left) / \(plan.count)</td>\
            <td>\(standing.leftOffline) / \(plan.offline)</td><td>\(standing.end.map { "\(Day(of: $0))" } ?? "–")</td></tr>
            """
    }
}
