internal import Hummingbird
internal import Pages
internal import Tegata

// The pages of being woken when there is mail.
extension WalletViews {
    /// The script takes away what says that it does not work here, and fills in the form.
    func waking(_ card: KeptCard, key: String) -> Response {
        page(
            .wakeMe,
            """
            \(card.face(language).svg)
            <p>\(language(.wakeExplained))</p>
            <p id="wake-cannot" role="note">\(language(.wakeCannot))</p>
            <p id="wake-refused" role="alert" hidden>\(language(.wakeRefused))</p>
            <form method="post" action="/cards/\(card.number)/wake" id="wake" hidden data-key="\(key)" \
            data-worker="/wake-worker.js?lang=\(language.rawValue)" data-scope="/wake/\(card.card.id)/">\(fields(card))
            <input type="hidden" name="endpoint"><input type="hidden" name="p256dh"><input type="hidden" name="auth">
            <button>\(language(.wakeMe))</button>
            </form>
            <h2>\(language(.wakeEnd))</h2>
            <p>\(language(.wakeEndExplained))</p>
            <form method="post" action="/cards/\(card.number)/wake/end">\(fields(card))
            <button class="quiet">\(language(.wakeEnd))</button>
            </form>
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            <script src="/wake.js"></script>
            """)
    }

    func noWaking(_ card: KeptCard, _ refusal: Refusal) -> Response {
        page(
            .wakeMe, status: refusal == .unavailable ? .serviceUnavailable : .badRequest,
            """
            \(note(refusal, .waking))
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    func wakingEnded(_ card: KeptCard, _ done: Message) -> Response {
        page(
            .wakeMe,
            """
            <section class="verdict good" role="status"><h2>\(language(done))</h2></section>
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    /// Where a notification leads.
    func woken(_ card: KeptCard) -> Response {
        page(
            .mail,
            """
            \(card.face(language).svg)
            <form method="post" action="/cards/\(card.number)/mail">\(session.field)
            <button>\(language(.readMail))</button></form>
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    /// Which cards there are, for the script: browsers that wait for mail of others are let go.
    func awake(_ cards: [KeptCard]) -> HTML {
        """
        <p id="wake-cards" hidden data-cards="\(cards.map(\.card.id).joined(separator: " "))"></p>
        <script src="/wake.js"></script>
        """
    }

    private func fields(_ card: KeptCard) -> HTML {
        """
        \(session.field)<input type="hidden" name="card" value="\(card.card.id)">
        """
    }
}
