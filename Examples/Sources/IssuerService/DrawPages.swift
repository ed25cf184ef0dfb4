internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

// Editions whose cards are drawn: entering, seeing the result, and, for the operator, holding the draw (Spec/edition.md, "Draws").
extension ClaimDesk {
    /// Enters the draw with a request that the ID card has signed; `nil` once entries have closed: places that the draw left over are
    /// first come.
    func entered(
        _ request: String, _ opened: OpenEdition
    ) async throws -> ClaimRecord.Phase? {
        do {
            let receipt = try await desk.issuer.enter(request)
            return .entered(request: request, receipt: receipt)
        } catch Refusal.expired {
            return nil
        }
    }

    /// What became of an entry: the card, or the refusal of those who were not drawn; later, before the draw.
    func drawn(
        _ record: ClaimRecord, _ request: String
    ) async throws(Refusal) -> ClaimRecord.Phase {
        let claims = try await desk.extras.extra(of: record.edition).cardClaims
        do {
            let answer = try await desk.issuer.issue(to: request, claims: claims)
            guard let serial = Self.serial(of: answer) else { throw Refusal.unavailable }
            return .issued(answer: answer, serial: serial)
        } catch IssuingError.refused(.notYetValid) {
            return record.phase
        } catch IssuingError.refused(.soldOut) {
            return .refused(Refusal.soldOut.rawValue)
        } catch IssuingError.refused(let refusal) {
            throw refusal
        } catch {
            throw .unavailable
        }
    }

    /// The session's claim, with the draw's result as soon as there is one.
    func settled(_ edition: String, in session: BrowserSession) async throws(Refusal)
        -> ClaimRecord?
    {
        guard var record = try await claim(edition, in: session) else { return nil }
        guard case .entered(let request, _) = record.phase else { return record }
        let phase = try await drawn(record, request)
        if case .entered = phase { return record }
        record.phase = phase
        try await keep(record, in: session)
        return record
    }
}

extension ClaimPages {
    /// Who has entered waits for the draw, and keeps what proves it.
    func entry(_ receipt: String, _ edition: OpenEdition, _ context: WebContext) -> HTML {
        let language = context.language
        return """
            <section class="verdict good" role="status"><h2>\(language(.haveEntered))</h2>
            <p>\(language(.resultHere))</p></section>
            \(DrawWords(edition: edition, language: language).html)
            <details><summary>\(language(.receipt))</summary><p>\(language(.receiptMeans))</p>
            <pre class="code">\(receipt)</pre></details>
            """
    }
}

/// What everyone may know of a draw before it is held.
struct DrawWords {
    let edition: OpenEdition
    let language: Language

    var html: HTML {
        guard let draw = edition.edition.draw else { return .empty }
        let end = Date(timeIntervalSince1970: Double(draw.closes)).formatted(.iso8601)
        return """
            <dl><dt>\(language(.entriesClose))</dt><dd>\(end)</dd>
            <dt>\(language(.decides))</dt><dd>\(draw.randomness.cut(to: 300))</dd></dl>
            """
    }
}

extension OperatorPages {
    private func seedFile(_ id: String) -> String { "\(desk.settings.home)/keys/draw-\(id).key" }

    /// The draw that the opening form asks for. Its seed is on the disk before the commitment to it is public.
    func draw(in form: Form, _ id: String) throws -> Draw? {
        guard let minutes = form["draw_minutes"] else { return nil }
        guard let count = Int64(minutes), (0...525_600).contains(count),
            let randomness = form["draw_randomness"]
        else { throw Refusal.malformed }
        // The form's own field names the file: only what an edition may be called.
        _ = try Edition(id, limit: 0)
        // One that is there stays: an edition that is open has committed to it.
        guard let seed = DrawSeed(rawRepresentation: try KeyFile.secret(seedFile(id))) else {
            throw Refusal.unavailable
        }
        return Draw(
            by: seed, and: randomness,
            closing: Int64(Date().timeIntervalSince1970) + count * 60)
    }

    func hold(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await checked(request, context)
        let edition = try await desk.edition(id)
        guard edition.edition.draw != nil else { throw Refusal.unsupported }
        guard let seed = DrawSeed(rawRepresentation: try KeyFile.read(seedFile(id))) else {
            throw Refusal.unavailable
        }
        _ = try await desk.issuer.draw(
            edition, seed: seed, outcome: try form.required("outcome", atMost: 1024),
            claims: try await desk.extras.extra(of: id).cardClaims)
        await desk.cardsChanged()
        return .seeOther("/operator")
    }

    /// The form that holds an edition's draw.
    func drawing(
        _ edition: OpenEdition, _ standing: EditionStanding, _ context: WebContext
    ) -> HTML {
        guard edition.edition.draw != nil else { return .empty }
        let (language, id) = (context.language, edition.edition.id)
        return """
            \(DrawWords(edition: edition, language: language).html)
            <p>\(language(.entrants)): <strong>\(standing.entrants)</strong></p>
            <form method="post" action="/operator/\(id)/draw">\(context.session.field)
            <label for="outcome-\(id)">\(language(.outcome))</label><input id="outcome-\(id)" name="outcome" required>
            <p><button class="danger">\(language(.holdDraw))</button></p></form>
            """
    }

    /// The fields of the opening form.
    func drawFields(_ language: Language) -> HTML {
        """
        <fieldset><legend>\(language(.drawn))</legend>
        <label for="draw_minutes">\(language(.drawMinutes))</label><input id="draw_minutes" name="draw_minutes" inputmode="numeric">
        <label for="draw_randomness">\(language(.decides))</label><input id="draw_randomness" name="draw_randomness"></fieldset>
        """
    }
}

extension Message {
    static let enterDraw = Message("抽選に申し込む", "Enter the draw")
    fileprivate static let haveEntered = Message("申し込みを受け付けました", "You have entered")
    fileprivate static let resultHere = Message(
        "抽選のあと、結果がこのページに出ます。当選すると会員証がウォレットに届きます。",
        "After the draw this page shows the result. If you are drawn, your wallet receives the card."
    )
    fileprivate static let receipt = Message("申し込みの控え", "Proof of your entry")
    fileprivate static let receiptMeans = Message(
        "申し込みが公開の記録に入っていることの証明です。抽選は誰でも計算し直せます。",
        "It proves that your entry is in the public log; anyone can compute the draw again.")
    fileprivate static let entriesClose = Message("申し込みの締め切り", "Entries close")
    fileprivate static let decides = Message("何で決めるか", "What decides")
    fileprivate static let entrants = Message("申し込み", "Entrants")
    fileprivate static let outcome = Message(
        "その結果（締め切りの後に決まったもの）", "What it said, after entries closed")
    fileprivate static let holdDraw = Message("抽選して発行する", "Hold the draw and issue")
    fileprivate static let drawn = Message("抽選で発行する（空欄なら先着順）", "By a draw (empty: first come)")
    fileprivate static let drawMinutes = Message("締め切りまでの分数", "Minutes until entries close")
}
