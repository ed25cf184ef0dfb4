internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// The counter's own pages: what can be checked, a check under way, and what came of it.
struct CounterPages: Sendable {
    let counter: Counter

    func add(to router: Router<WebContext>) {
        router.get("/") { _, context in await start(context) }
        router.post("start") { request, context in try await begin(request, context) }
        router.get("visit/{id}") { request, context in try await show(request, context) }
        router.post("visit/{id}/cancel") { request, context in
            _ = try await Form(request, context)
            return try await cancel(context)
        }
    }

    private func start(_ context: WebContext) async -> Response {
        let language = context.language
        var checks = [HTML]()
        for check in counter.plan.checks {
            checks.append(
                """
                <li><h2>\(language(check.title))</h2>
                \(await AskedView(check: check, counter: counter).html(language))
                <form method="post" action="/start">\(context.session.field)
                <input type="hidden" name="check" value="\(check.id)">
                <button name="flow" value="cross">\(language(.withOtherDevice))</button>
                \(check.asksPerson ? .empty : sameDeviceButton(check, language))
                </form></li>
                """)
        }
        let isReady = await !counter.issuers.profiles.isEmpty
        return counter.page(
            context, .counter,
            """
            \(isReady ? .empty : note(.noIssuer, language))
            <ul class="editions">\(HTML.join(checks))</ul>
            <p><a href="/kiosk">\(language(.withKiosk))</a></p>
            <p><a href="/anonymous">\(language(.withAnonymity))</a></p>
            <p><a href="/uses">\(language(.entitlements))</a></p>
            <p><a href="/links">\(language(.links))</a></p>
            """)
    }

    private func sameDeviceButton(_ check: Check, _ language: Language) -> HTML {
        """
        <button name="flow" value="same">\(language(check.asks.withThisDevice))</button>
        """
    }

    private func note(_ message: Message, _ language: Language) -> HTML {
        """
        <p role="status">\(language(message))</p>
        """
    }

    private func begin(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let id = try form.required("check", atMost: 64)
        guard let check = counter.plan.checks.first(where: { $0.id == id }) else {
            throw Refusal.malformed
        }
        let isSameDevice: Bool
        switch try form.required("flow", atMost: 8) {
        case "cross": isSameDevice = false
        case "same" where !check.asksPerson: isSameDevice = true
        default: throw Refusal.malformed
        }
        let visit: Visit
        switch check.asks {
        case .card(let card):
            var edition: OpenEdition?
            if let id = card.edition {
                edition = try await counter.issuers.edition(id, of: card.issuer).edition
            }
            visit =
                card.asksPerson
                ? try await native(check, card, edition, context)
                : try await openID(check, card, edition, isSameDevice: isSameDevice, context)
        case .credential(let credential):
            visit = try await openID(check, credential, isSameDevice: isSameDevice, context)
        }
        try await counter.visits.add(visit)
        return .seeOther("/visit/\(visit.id)")
    }

    private func openID(
        _ check: Check, _ card: PlannedCard, _ edition: OpenEdition?, isSameDevice: Bool,
        _ context: WebContext
    ) async throws -> Visit {
        let started = try await counter.desk.open().transactions.start(
            isSameDevice ? .sameDevice : .crossDevice, asking: card.claims, edition: edition,
            of: card.issuer.map { [$0] }, session: context.session.ticket(for: "presentation"),
            scheme: scheme(isSameDevice))
        return Visit(
            id: started.transaction, session: context.session.key, check: check,
            way: .openID(isSameDevice: isSameDevice), link: started.link, expiry: started.expiry)
    }

    private func openID(
        _ check: Check, _ credential: PlannedCredential, isSameDevice: Bool, _ context: WebContext
    ) async throws -> Visit {
        let transactions = try await counter.desk.open().transactions
        // Whoever is named in the plan should be in the bundle: what nobody vouches for is asked of nobody.
        guard await counter.issuers.believes(credential) else { throw Refusal.unavailable }
        let started = try await transactions.start(
            isSameDevice ? .sameDevice : .crossDevice, asking: try credential.query(),
            of: [credential.issuer], session: context.session.ticket(for: "presentation"),
            scheme: scheme(isSameDevice))
        return Visit(
            id: started.transaction, session: context.session.key, check: check,
            way: .credential(isSameDevice: isSameDevice), link: started.link,
            expiry: started.expiry)
    }

    private func scheme(_ isSameDevice: Bool) -> String {
        isSameDevice ? counter.walletScheme : "openid4vp://"
    }

    /// OpenID4VP has no words for "and the person": such a check goes by Tegata's own question.
    private func native(
        _ check: Check, _ card: PlannedCard, _ edition: OpenEdition?, _ context: WebContext
    ) async throws -> Visit {
        let verifier = try await counter.desk.open().verifier
        let challenge = try await verifier.challenge(asking: card.claims, personOf: edition)
        let id = freshName()
        return Visit(
            id: id, session: context.session.key, check: check,
            way: .native(challenge: challenge), link: "\(counter.address)/tegata/\(id)/question",
            expiry: Now.seconds + verifier.policy.challengeLifetime)
    }

    private func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let visit = try await counter.visits.visit(
            try context.parameters.require("id"), of: context.session.key)
        if let learned = visit.learned {
            return try await verdictPage(learned, visit, request, context)
        }
        guard let isSameDevice = visit.way.isSameDevice else {
            guard Now.seconds <= visit.expiry else { throw Refusal.expired }
            return try await waitingPage(visit, .waiting, request, context)
        }
        let transactions = try await counter.desk.open().transactions
        let ticket = context.session.ticket(for: "presentation")
        switch try await transactions.state(of: visit.id, session: ticket) {
        case .waiting: return try await waitingPage(visit, .waiting, request, context)
        case .requested: return try await waitingPage(visit, .fetched, request, context)
        // On the same device the page that the wallet sends the browser to collects the result.
        case .answered where isSameDevice:
            return try await waitingPage(visit, .comeBack, request, context)
        case .answered:
            guard let learned = try await counter.collect(visit, session: ticket) else {
                throw Refusal.unavailable
            }
            return try await verdictPage(learned, visit, request, context)
        case .cancelled: return cancelledPage(request, context)
        case .finished: throw Refusal.unauthorized
        case .expired: throw Refusal.expired
        }
    }

    private func waitingPage(
        _ visit: Visit, _ state: Message, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let language = context.language
        guard request.wantsPage else {
            var object: JSONObject = ["state": "waiting", "link": .string(visit.link)]
            if let refusal = visit.refusal { object.add("refused", .string(refusal.rawValue)) }
            return .json(JSON.object(object).description)
        }
        let isHere = visit.way.isSameDevice == true
        let asks = visit.check.asks
        let code = isHere ? nil : QRCode(visit.link)?.svg(label: language(asks.codeFor))
        return counter.page(
            context, visit.check.title, refreshing: 2,
            """
            \(visit.refusal.map { asks.note($0).html(language) })
            <p role="status">\(language(state))</p>
            <h2>\(language(isHere ? asks.openWallet : asks.scan))</h2>
            \(code)
            <p><a class="button" href="\(visit.link)">\(language(asks.openWallet))</a></p>
            \(await AskedView(check: visit.check, counter: counter).html(language))
            <p>\(language(.asker)): <code>\(counter.desk.client.id)</code></p>
            <form method="post" action="/visit/\(visit.id)/cancel">\(context.session.field)
            <button>\(language(.cancel))</button></form>
            """)
    }

    private func verdictPage(
        _ learned: Learned, _ visit: Visit, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        guard request.wantsPage else { return .json(learned.json.description) }
        let language = context.language
        let verdict: Verdict
        switch learned {
        case .card(let card): verdict = card
        case .credential(let credential):
            return counter.page(
                context, visit.check.title,
                """
                \(CredentialView(verdict: credential).html(language))
                \(counter.again(language))
                """)
        }
        let benefits = try await RedeemPages(counter: counter).forms(verdict, visit, context)
        return counter.page(
            context, visit.check.title, test: verdict.usesTestAnchors,
            """
            \(await VerdictView(verdict: verdict, counter: counter).html(language))
            \(benefits)
            \(counter.again(language))
            """)
    }

    private func cancel(_ context: WebContext) async throws -> Response {
        let visit = try await counter.visits.visit(
            try context.parameters.require("id"), of: context.session.key)
        if visit.way.isSameDevice != nil {
            try await counter.desk.open().transactions.cancel(
                visit.id, session: context.session.ticket(for: "presentation"))
        }
        try await counter.visits.forget(visit.id)
        return .seeOther("/")
    }

    private func cancelledPage(_ request: Request, _ context: WebContext) -> Response {
        guard request.wantsPage else { return .json(#"{"state":"cancelled"}"#) }
        return counter.page(context, .cancelled, counter.again(context.language))
    }
}
