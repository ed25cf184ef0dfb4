internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata

/// Two cards, one person: what can be asked, a question under way, and what came of it.
struct LinkPages: Sendable {
    let counter: Counter
    let links: LinkDesk
    let visits: LinkVisits

    func add(to router: Router<WebContext>) {
        router.get("links") { _, context in await list(context) }
        router.post("links") { request, context in try await begin(request, context) }
        router.get("links/{id}") { request, context in try await show(request, context) }
        router.post("links/{id}/cancel") { request, context in
            _ = try await Form(request, context)
            let id = try context.parameters.require("id")
            _ = try await visits.visit(id, of: context.session.key)
            try await visits.forget(id)
            return Response.seeOther("/links")
        }
    }

    private func list(_ context: WebContext) async -> Response {
        let language = context.language
        var items = [HTML]()
        for plan in counter.plan.links {
            items.append(
                """
                <li><h2>\(language(plan.title))</h2>
                \(await asked(plan, language))
                <form method="post" action="/links">\(context.session.field)
                <input type="hidden" name="link" value="\(plan.id)">
                <button>\(language(.withOtherDevice))</button></form></li>
                """)
        }
        return counter.page(
            context, .links,
            """
            <p>\(language(.linksExplained))</p>
            \(items.isEmpty ? HTML.text(language(.noActions)) : HTML.empty)
            <ul class="editions">\(HTML.join(items))</ul>
            \(counter.again(language))
            """)
    }

    /// In plain words: why, and what of each card is learned.
    private func asked(_ plan: PlannedLink, _ language: Language) async -> HTML {
        var cards = [HTML]()
        for card in plan.cards {
            let claims = (card.claims ?? []).map { language.label($0) }.joined(separator: ", ")
            let shown =
                claims.isEmpty
                ? language(.onlyMembership)
                : "\(language(.onlyMembership)) · \(language(.alsoClaims)): \(claims)"
            cards.append(
                """
                <dl>\(await counter.name(of: card.edition, card.issuer, language))
                <dt>\(language(.asked))</dt><dd>\(card.claims == nil ? language(.onlyThatThereIsOne) : shown)</dd></dl>
                """)
        }
        return """
            <p><strong>\(language(.linkPurpose)):</strong> \(language(plan.purpose))</p>
            \(HTML.join(cards))
            <p class="hint">\(language(.linkNeeds))</p>
            """
    }

    private func begin(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let id = try form.required("link", atMost: 64)
        guard let plan = counter.plan.links.first(where: { $0.id == id }) else {
            throw Refusal.malformed
        }
        let asked = try await links.ask(plan)
        let name = try await visits.begin(
            LinkVisit(
                session: context.session.key, link: id, question: asked.question,
                lists: asked.lists, expiry: asked.expiry))
        return .seeOther("/links/\(name)")
    }

    private func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let visit = try await visits.visit(id, of: context.session.key)
        guard let plan = counter.plan.links.first(where: { $0.id == visit.link }) else {
            throw Refusal.expired
        }
        let link = "\(counter.address)/tegata/links/\(id)"
        if let verdict = visit.verdict {
            guard request.wantsPage else { return .json("\(verdict.json)") }
            return await page(verdict, plan, context)
        }
        guard Now.seconds < visit.expiry else { throw Refusal.expired }
        guard request.wantsPage else {
            var object: JSONObject = ["state": "waiting", "link": .string(link)]
            if let refusal = visit.refusal { object.add("refused", .string(refusal)) }
            return .json("\(JSON.object(object))")
        }
        return await waiting(visit, plan, link, "/links/\(id)", context)
    }

    private func waiting(
        _ visit: LinkVisit, _ plan: PlannedLink, _ link: String, _ path: String,
        _ context: WebContext
    ) async -> Response {
        let language = context.language
        let refusal = visit.refusal.flatMap(Refusal.init(rawValue:))
        // Whose cards they are is the question here, so that reason has words of its own.
        let note = refusal.map { refusal in
            refusal == .nationalIDInvalid
                ? RefusalNote(refusal, .notOnePerson, .notOnePersonNext) : RefusalNote(refusal)
        }
        let here: HTML = """
            <p><a class="button" href="\(counter.walletScheme)?tegata_link=\(link.encodedForQuery)">\(language(.openWallet))</a></p>
            """
        return counter.page(
            context, plan.title, refreshing: 2,
            """
            \(note?.html(language))
            <p role="status">\(language(.waiting))</p>
            <h2>\(language(.scan))</h2>
            \(QRCode(link)?.svg(label: language(.codeForLink)))
            <p class="code">\(link)</p>
            \(counter.walletScheme.hasPrefix("http") ? here : .empty)
            \(await asked(plan, language))
            <p>\(language(.asker)): <code>\(counter.address)</code></p>
            <form method="post" action="\(path)/cancel">\(context.session.field)
            <button class="quiet">\(language(.cancel))</button></form>
            """)
    }

    private func page(
        _ verdict: LinkVerdict, _ plan: PlannedLink, _ context: WebContext
    ) async -> Response {
        let language = context.language
        var cards = [HTML]()
        for card in verdict.cards {
            switch card {
            case .shown(let verdict):
                cards.append(
                    await VerdictView(verdict: verdict, counter: counter).facts(language))
            case .hidden(let hidden): cards.append(await facts(hidden, language))
            }
        }
        return counter.page(
            context, plan.title, test: verdict.usesTestAnchors,
            """
            <section class="verdict good" role="status">
            <h2>✓ \(language(.onePerson))</h2>
            \(verdict.usesTestAnchors ? testNote(language) : .empty)
            <p><strong>\(language(.linkPurpose)):</strong> \(language(plan.purpose))</p>
            \(HTML.join(cards))
            </section>
            <p><a class="button" href="/links">\(language(.startAgain))</a></p>
            """)
    }

    private func testNote(_ language: Language) -> HTML {
        """
        <p class="test" role="note">TEST · \(language(.testCards))</p>
        """
    }

    private func facts(_ card: LinkVerdict.Hidden, _ language: Language) async -> HTML {
        """
        <h3>\(language(.oneOf(card.anonymity)))</h3>
        <dl>
        \(await counter.name(of: card.edition, card.issuer, language))
        <dt>\(language(.anonymity))</dt><dd>\(card.anonymity) \(language(.people)) · \(language(.whichIsHidden))</dd>
        <dt>\(language(.person))</dt><dd>\(card.person.words(language))</dd>
        </dl>
        """
    }
}
