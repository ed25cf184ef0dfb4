internal import HTTPTypes
internal import Hummingbird
internal import Pages
internal import Tegata

/// The pages about cards, links and the history.
struct WalletViews {
    let language: Language
    let session: BrowserSession
    let isTest: Bool

    func page(
        _ title: Message, refreshing: Int? = nil, keeping query: String? = nil,
        status: HTTPResponse.Status = .ok, _ content: HTML
    ) -> Response {
        Page(
            language, title: language(title), isTest: isTest, refreshing: refreshing,
            keeping: query,
            content: """
                <p class="reason" role="note">\(language(.demonstration))</p>
                <h1>\(language(title))</h1>
                \(content)
                """
        ).response(status)
    }

    func home(_ kept: KeptWallet, _ waiting: [WaitingCard]) -> Response {
        let cards = kept.wallet.keptCards
        return page(
            .wallet,
            """
            \(kept.faults.isEmpty ? .empty : unread(kept.faults))
            \(cards.isEmpty ? "<p>\(language(.noCards))</p>" as HTML : list(cards))
            \(waiting.isEmpty ? .empty : list(waiting))
            <h2>\(language(.openLink))</h2>
            <form method="post" action="/open">\(session.field)
            <label for="link">\(language(.link))</label>
            <p class="hint" id="link-hint">\(language(.linkHint))</p>
            <textarea id="link" name="link" rows="3" required aria-describedby="link-hint" spellcheck="false"></textarea>
            <p><button>\(language(.open))</button></p>
            </form>
            <p><a href="/history">\(language(.history))</a> · <a href="/move">\(language(.move))</a></p>
            \(awake(cards))
            """)
    }

    /// What a file had that could not be taken, each with its reason.
    func unread(_ faults: [WalletImport.Fault], _ title: Message = .unread) -> HTML {
        let items = faults.prefix(20).map { fault -> HTML in
            """
            <li>\(language(fault.list.words)) \(fault.place + 1): \(language(fault.reason.whatHappened)) \
            <code>\(fault.reason.rawValue)</code></li>
            """
        }
        return """
            <section class="verdict bad" role="status"><h2>\(language(title))</h2>
            <ul>\(.join(items))</ul></section>
            """
    }

    private func list(_ cards: [KeptCard]) -> HTML {
        let items = cards.map { card -> HTML in
            """
            <li><a href="/cards/\(card.number)">\(card.face(language).svg)</a></li>
            """
        }
        return """
            <ul class="editions">\(.join(items))</ul>
            """
    }

    private func list(_ waiting: [WaitingCard]) -> HTML {
        let items = waiting.map { one -> HTML in
            """
            <li><a href="/waiting/\(one.id)">\(one.configuration.cut(to: 80))</a> <code>\(one.issuer)</code></li>
            """
        }
        return """
            <h2>\(language(.onTheWay))</h2>
            <ul>\(.join(items))</ul>
            """
    }

    /// Before anything of a link that another page led to is fetched.
    func opening(_ link: String, query: String) -> Response {
        page(
            .openLink, keeping: query,
            """
            <p>\(language(.ledHere))</p>
            <p class="code">\(link.cut(to: 400))</p>
            <form method="post" action="/open">\(session.field)
            <input type="hidden" name="link" value="\(link)">
            <button>\(language(.open))</button> <a class="button quiet" href="/">\(language(.back))</a>
            </form>
            """)
    }

    /// Why a link came to nothing.
    func refused(_ refusal: Refusal, _ situation: Situation) -> Response {
        page(
            .openLink, status: refusal == .unavailable ? .serviceUnavailable : .badRequest,
            """
            \(note(refusal, situation))
            \(home)
            """)
    }

    /// A refusal in words that fit where it happened.
    func note(_ refusal: Refusal, _ situation: Situation) -> HTML {
        let words = situation.words(for: refusal)
        return RefusalNote(refusal, words.happened, words.next).html(language)
    }

    /// What its owner agrees to before a card stands among few.
    func agreeToFew(_ crowd: Int?) -> HTML {
        """
        <label><input type="checkbox" name="few" value="yes" required> \
        \(language(.agreeToFew)) (\(crowd ?? 0))</label>
        """
    }

    func card(_ card: KeptCard) -> Response {
        let held = card.card
        return page(
            .card,
            """
            \(card.face(language).svg)
            <dl>
            <dt>\(language(.edition))</dt><dd>\(card.title(language))</dd>
            <dt>\(language(.number))</dt><dd>\(held.serial) / \(held.edition.limit)</dd>
            <dt>\(language(.issuer))</dt><dd><code>\(held.issuer)</code></dd>
            <dt>\(language(.benefits))</dt><dd>\(names(held.benefits))</dd>
            </dl>
            <h2>\(language(.claims))</h2>
            <table><thead><tr><th scope="col">\(language(.claim))</th><th scope="col">\(language(.value))</th>\
            <th scope="col">\(language(.whenShown))</th></tr></thead><tbody>
            \(.join(held.claims.sorted { $0.key < $1.key }.map { row($0.key, $0.value, held) }))
            </tbody></table>
            <p><a href="/cards/\(card.number)/card.svg">\(language(.picture))</a></p>
            \(asking(card))
            <form class="inline" method="post" action="/cards/\(card.number)/benefits">\(session.field)
            <button class="quiet">\(language(.countedBenefits))</button></form>
            <form class="inline" method="post" action="/cards/\(card.number)/mail">\(session.field)
            <button class="quiet">\(language(.mail))</button></form>
            <form class="inline" method="post" action="/cards/\(card.number)/proofs">\(session.field)
            <button class="quiet">\(language(.proofs))</button></form>
            <a class="button quiet" href="/cards/\(card.number)/wake">\(language(.wakeMe))</a>
            \(card.edition?.edition.nationalID.isEmpty == false ? settling(card) : .empty)
            <a class="button quiet" href="/cards/\(card.number)/delete">\(language(.delete))</a>
            \(home)
            """)
    }

    private func asking(_ card: KeptCard) -> HTML {
        """
        <form class="inline" method="post" action="/cards/\(card.number)/status">\(session.field)
        <button class="quiet">\(language(.status)): \(language(.askStatus))</button></form>
        """
    }

    func standing(_ card: KeptCard, _ standing: CardStanding) -> Response {
        var isGood = false
        switch standing {
        case .known(.valid, _), .none: isGood = true
        default: break
        }
        return page(
            .status,
            """
            \(card.face(language).svg)
            <section class="verdict \(isGood ? "good" : "bad")" role="status"><h2>\(language(standing.words))</h2>
            <p class="reason"><code>\(standing.code)</code></p></section>
            <p class="hint">\(language(.statusPrivate))</p>
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    private func settling(_ card: KeptCard) -> HTML {
        """
        <form class="inline" method="post" action="/cards/\(card.number)/settle">\(session.field)
        <button class="quiet">\(language(.settle))</button></form>
        """
    }

    private func row(_ name: String, _ value: JSON, _ card: Card) -> HTML {
        """
        <tr><th scope="row">\(language.label(name))</th><td>\(value.description.cut(to: 300))</td>\
        <td>\(language(card.selectiveClaims.contains(name) ? .onlyAgreed : .always))</td></tr>
        """
    }

    func deletion(_ card: KeptCard) -> Response {
        page(
            .delete,
            """
            \(card.face(language).svg)
            <p>\(language(.deletionWarning))</p>
            <form method="post" action="/cards/\(card.number)/delete">\(session.field)
            <input type="hidden" name="card" value="\(card.card.id)">
            <button class="danger">\(language(.deleteIt))</button>
            <a class="button quiet" href="/cards/\(card.number)">\(language(.back))</a>
            </form>
            """)
    }

    func settled(_ card: KeptCard, _ refusal: Refusal?) -> Response {
        let done: HTML = """
            <section class="verdict good" role="status"><h2>\(language(.settledNow))</h2></section>
            """
        return page(
            .settle,
            """
            \(refusal.map { note($0, .settling) } ?? done)
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    func history(_ wallet: Wallet) -> Response {
        guard !wallet.history.isEmpty else {
            return page(
                .history,
                """
                <p>\(language(.noHistory))</p>
                \(home)
                """)
        }
        return page(
            .history,
            """
            <table><thead><tr><th scope="col">\(language(.time))</th><th scope="col">\(language(.verifier))</th>\
            <th scope="col">\(language(.outcome))</th><th scope="col">\(language(.whatWasShown))</th></tr></thead><tbody>
            \(.join(wallet.history.reversed().map { row($0, wallet) }))
            </tbody></table>
            <form class="inline" method="post" action="/history/delete">\(session.field)
            <button class="danger">\(language(.deleteHistory))</button></form>
            \(home)
            """)
    }

    private func row(_ entry: ConsentRecord, _ wallet: Wallet) -> HTML {
        let shown = entry.shown.map { shown -> HTML in
            """
            <p>\(wallet.edition(of: shown)?.edition.id ?? shown.issuer) № \(shown.serial): \(shown.claims.map(language.label).joined(separator: ", "))</p>
            """
        }
        return """
            <tr><td>\(entry.timeText)</td>\
            <td><code>\(entry.verifier.cut(to: 200))</code>\(entry.isAuthenticated ? .empty : unproven) → \(entry.host)</td>\
            <td>\(language(entry.outcome.words))</td><td>\(.join(shown))</td></tr>
            """
    }

    var unproven: HTML {
        """
         <strong>\(language(.unproven))</strong>
        """
    }

    /// Names one after the other; a dash for none.
    func names(_ names: [String]) -> String {
        names.isEmpty ? "–" : names.map(language.label).joined(separator: ", ")
    }

    var home: HTML {
        """
        <p><a href="/">\(language(.toWallet))</a></p>
        """
    }
}
