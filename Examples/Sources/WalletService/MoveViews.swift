internal import Hummingbird
internal import Pages
internal import Tegata

// What the pages of a move look like.
extension WalletViews {
    /// Everything that can be done with the whole wallet; above it what was wrong with the form before.
    func move(_ problem: Message?) -> Response {
        page(
            .move, status: problem == nil ? .ok : .badRequest,
            """
            \(problem.map(alert))
            <h2>\(language(.export))</h2>
            <p class="hint" id="export-hint">\(language(.exportHint))</p>
            <form method="post" action="/move/export">\(session.field)
            \(passphrase("passphrase", .passphrase, isNew: true, hint: "export-hint"))
            \(passphrase("again", .again, isNew: true, hint: "export-hint"))
            <p><button>\(language(.export))</button></p>
            </form>
            <h2>\(language(.import))</h2>
            <form method="post" action="/move/import" enctype="multipart/form-data">\(session.field)
            \(file)
            \(passphrase("file-passphrase", .filePassphrase, isNew: false, hint: nil))
            <p><button>\(language(.import))</button></p>
            </form>
            <h2>\(language(.devices))</h2>
            <p>\(language(.devicesHint))</p>
            <form class="inline" method="post" action="/move/send">\(session.field)
            <button>\(language(.sendToDevice))</button></form>
            \(textForm("/move/receive", .offerText, .receiveFromDevice))
            <p><a class="button quiet" href="/move/delete">\(language(.deleteAll))</a></p>
            \(home)
            """)
    }

    private func alert(_ problem: Message) -> HTML {
        """
        <section class="verdict bad" role="alert"><h2>\(language(problem))</h2></section>
        """
    }

    private func passphrase(
        _ id: String, _ label: Message, isNew: Bool, hint: String?
    ) -> HTML {
        let described: HTML? = hint.map { hint -> HTML in
            """
             aria-describedby="\(hint)"
            """
        }
        return """
            <label for="\(id)">\(language(label))</label>
            <input id="\(id)" name="\(id == "again" ? "again" : "passphrase")" type="password" required maxlength="512" \
            autocomplete="\(isNew ? "new-password" : "current-password")"\(described)>
            """
    }

    private var file: HTML {
        """
        <label for="file">\(language(.file))</label>
        <input id="file" name="file" type="file" required>
        """
    }

    private func textForm(_ action: String, _ label: Message, _ button: Message) -> HTML {
        """
        <form method="post" action="\(action)">\(session.field)
        <label for="text">\(language(label))</label>
        <input id="text" name="text" required maxlength="128" autocomplete="off" spellcheck="false">
        <p><button>\(language(button))</button></p>
        </form>
        """
    }

    private func shown(_ text: String, _ label: Message) -> HTML {
        """
        <p>\(language(label))</p>
        \(QRCode(text)?.svg(label: text))
        <p class="code">\(text)</p>
        """
    }

    /// The old wallet: its first text, and where the answer goes.
    func offer(_ text: String) -> Response {
        page(
            .devices,
            """
            \(shown(text, .enterOnNew))
            \(textForm("/move/send/reply", .replyText, .next))
            \(toMove)
            """)
    }

    /// The old wallet: its second text, its digits, and where those of the new one go.
    func reveal(_ text: String, _ code: String) -> Response {
        page(
            .devices,
            """
            \(shown(text, .enterOnNew))
            <p>\(language(.ownDigits))</p>
            <p class="big">\(code)</p>
            <form method="post" action="/move/send/file">\(session.field)
            \(digitsField)
            <p><button>\(language(.sealIt))</button></p>
            </form>
            \(toMove)
            """)
    }

    /// The new wallet: its text.
    func reply(_ text: String) -> Response {
        page(
            .devices,
            """
            \(shown(text, .enterOnOld))
            \(textForm("/move/receive/reveal", .revealText, .next))
            \(toMove)
            """)
    }

    /// The new wallet: its digits, and where the file goes.
    func digits(_ code: String) -> Response {
        page(
            .devices,
            """
            <p>\(language(.ownDigits))</p>
            <p class="big">\(code)</p>
            <form method="post" action="/move/receive/file" enctype="multipart/form-data">\(session.field)
            \(digitsField)
            \(file)
            <p><button>\(language(.import))</button></p>
            </form>
            \(toMove)
            """)
    }

    private var digitsField: HTML {
        """
        <label for="code">\(language(.otherDigits))</label>
        <p class="hint" id="code-hint">\(language(.digitsHint))</p>
        <input id="code" name="code" required inputmode="numeric" maxlength="16" autocomplete="off" aria-describedby="code-hint">
        """
    }

    /// What a file brought.
    func imported(_ report: WalletImport) -> Response {
        let cards = report.cards.map { card -> HTML in
            """
            <li>\(card.edition.id) № \(card.serial) <code>\(card.issuer)</code></li>
            """
        }
        let issuers = report.newIssuers.map { issuer -> HTML in
            """
            <li><code>\(issuer)</code>
            <form class="inline" method="post" action="/issuers/delete">\(session.field)
            <input type="hidden" name="issuer" value="\(issuer)">
            <button class="danger">\(language(.deleteIssuer))</button></form></li>
            """
        }
        let unknown: HTML = """
            <h2>\(language(.newIssuers))</h2>
            <ul>\(.join(issuers))</ul>
            """
        return page(
            .move,
            """
            <section class="verdict good" role="status"><h2>\(language(.imported))</h2>
            <p>\(language(.newCards)): \(report.cards.count)</p></section>
            <ul>\(.join(cards))</ul>
            \(issuers.isEmpty ? .empty : unknown)
            \(report.faults.isEmpty ? .empty : unread(report.faults, .notTaken))
            \(home)
            """)
    }

    /// Why a move came to nothing.
    func moveRefused(_ refusal: Refusal) -> Response {
        page(
            .move, status: refusal == .unavailable ? .serviceUnavailable : .badRequest,
            """
            \(note(refusal, .moving))
            \(toMove)
            """)
    }

    func deletionOfAll() -> Response {
        page(
            .deleteAll,
            """
            <p>\(language(.deleteAllWarning))</p>
            <form method="post" action="/move/delete">\(session.field)
            <button class="danger">\(language(.deleteIt))</button>
            <a class="button quiet" href="/move">\(language(.back))</a>
            </form>
            """)
    }

    private var toMove: HTML {
        """
        <p><a href="/move">\(language(.back))</a></p>
        """
    }
}
