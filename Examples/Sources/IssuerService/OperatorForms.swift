internal import Pages
internal import Tegata

// The operator's page, part by part.
extension OperatorPages {
    func section(_ edition: OpenEdition, _ context: WebContext) async throws -> HTML {
        let language = context.language
        let id = edition.edition.id
        let standing = try await desk.issuer.standing(of: edition)
        let rows = standing.cards.sorted { $0.key < $1.key }.suffix(200).map { serial, status in
            row(id, serial, status, context)
        }
        return """
            <section><h2><a href="/editions/\(id)">\(language(edition.edition.title, or: id).cut(to: 60))</a></h2>
            <dl><dt>\(language(.given))</dt><dd>\(standing.given) / \(language.limit(standing.limit))</dd>
            <dt>\(language(.waitingChecks))</dt><dd>\(standing.waitingSessions)</dd>
            <dt>\(language(.settled))</dt><dd>\(standing.settled)</dd></dl>
            <p><a href="/operator/\(id)/watch">\(language(.watch))</a></p>
            \(drawing(edition, standing, context))
            <p><a href="/operator/\(id)/notices">\(language(.notices))</a></p>
            \(try await benefits(edition, context))
            \(appeals(edition, context))
            \(button("/operator/\(id)/freeze", [], language(.freeze), context))
            \(edition.edition.nationalID.isEmpty ? .empty : button("/operator/\(id)/counts", [], language(.publishCounts), context))
            <form method="post" action="/operator/\(id)/limit">\(context.session.field)
            <label for="limit-\(id)">\(language(.changeLimit))</label><input id="limit-\(id)" name="limit" inputmode="numeric" required>
            <p><button class="quiet">\(language(.change))</button></p></form>
            \(certifying(edition, context))
            <table><caption>\(language(.cards))</caption><thead><tr><th scope="col">\(language(.number))</th>\
            <th scope="col">\(language(.state))</th><th scope="col"></th></tr></thead><tbody>\(HTML.join(rows))</tbody></table></section>
            """
    }

    /// Asks for a requester's key, where nodes ask who asks.
    private func certifying(_ edition: OpenEdition, _ context: WebContext) -> HTML {
        let (plan, language) = (edition.edition, context.language)
        guard plan.certifiesRequesters || plan.cutOff != nil else { return .empty }
        return """
            <form method="post" action="/operator/\(plan.id)/certify">\(context.session.field)
            <label for="key-\(plan.id)">\(language(.requesterKey)) <span class="hint">\(language(.requesterHint))</span></label>
            <input id="key-\(plan.id)" name="key" autocomplete="off" required>
            <label><input type="checkbox" name="late" value="1"> \(language(.lateCertificates))</label>
            <p><button class="quiet">\(language(.certify))</button></p></form>
            """
    }

    private func row(
        _ id: String, _ serial: UInt32, _ status: CardStatus, _ context: WebContext
    ) -> HTML {
        let language = context.language
        func change(_ to: String, _ word: Message, isFinal: Bool = false) -> HTML {
            button(
                "/operator/\(id)/status", [("serial", "\(serial)"), ("status", to)], language(word),
                context, isFinal: isFinal)
        }
        let (word, actions): (Message, [HTML]) =
            switch status {
            case .valid:
                (
                    .valid,
                    [change("suspended", .suspend), change("revoked", .revoke, isFinal: true)]
                )
            case .suspended:
                (.suspended, [change("valid", .resume), change("revoked", .revoke, isFinal: true)])
            case .revoked: (.revoked, [])
            }
        return """
            <tr><td>№ \(serial)</td><td>\(language(word))</td><td>\(HTML.join(actions))</td></tr>
            """
    }

    private func button(
        _ action: String, _ fields: [(String, String)], _ word: String, _ context: WebContext,
        isFinal: Bool = false
    ) -> HTML {
        let hidden = fields.map { name, value -> HTML in
            """
            <input type="hidden" name="\(name)" value="\(value)">
            """
        }
        return """
            <form class="inline" method="post" action="\(action)">\(context.session.field)\(HTML.join(hidden))\
            <button class="\(isFinal ? "danger" : "quiet")">\(word)</button></form>
            """
    }

    func opening(_ context: WebContext) -> HTML {
        let language = context.language
        let fields = LabelledFields(language: language)
        return """
            <section><h2>\(language(.openEdition))</h2>
            <form method="post" action="/operator/open">\(context.session.field)
            \(fields.input("id", .editionID))\(fields.input("limit", .editionLimit, required: false))
            \(fields.input("title_ja", .titleJapanese, required: false))
            \(fields.input("title_en", .titleEnglish, required: false))
            \(fields.input("benefits", .benefitList, required: false))
            \(fields.area("claims", .claimList, required: false))
            \(fields.area("art", .art, required: false))
            <fieldset><legend>\(language(.idClasses))</legend>
            <label><input type="checkbox" name="current" value="1" checked> \(language(.currentCard))</label>
            <label><input type="checkbox" name="next" value="1" checked> \(language(.nextCard))</label></fieldset>
            \(cutOffField(language))
            \(drawFields(language))
            <p><button>\(language(.openEdition))</button></p></form></section>
            """
    }
}
