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
                \(await asked(check, language))
                <form method="post" action="/start">\(context.session.field)
                <input type="hidden" name="check" value="\(check.id)">
                <button name="flow" value="cross">\(language(.withOtherDevice))</button>
                \(check.asksPerson ? .empty : sameDeviceButton(language))
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

    private func sameDeviceButton(_ language: Language) -> HTML {
        """
        <button name="flow" value="same">\(language(.withThisDevice))</button>
        """
    }

    private func note(_ message: Message, _ language: Language) -> HTML {
        """
        <p role="status">\(language(message))</p>
        """
    }

    /// In plain words, what a check asks for.
    private func asked(_ check: Check, _ language: Language) async -> HTML {
        let claims = check.claims.map { language.label($0) }.joined(separator: ", ")
        var items: [HTML] = [
            """
            <li>\(language(.onlyMembership))</li>
            """
        ]
        if !check.claims.isEmpty {
            items.append(
                """
                <li>\(language(.alsoClaims)): \(claims)</li>
                """)
        }
        if check.asksPerson {
            items.append(
                """
                <li>\(language(.alsoPerson))</li>
                """)
        }
        var kind: HTML = """
            <p>\(language(.anyEdition))</p>
            """
        if let edition = check.edition {
            let issuer =
                (try? await counter.issuers.edition(edition, of: check.issuer))?.profile.issuer
                ?? check.issuer ?? "—"
            kind = """
                <dl>\(await counter.name(of: edition, issuer, language))</dl>
                """
        }
        return """
            \(kind)
            <p>\(language(.asked)):</p><ul>\(HTML.join(items))</ul>
            <p class="hint">\(language(.nothingElse))</p>
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
        var edition: OpenEdition?
        if let id = check.edition {
            edition = try await counter.issuers.edition(id, of: check.issuer).edition
        }
        let visit =
            check.asksPerson
            ? try await native(check, edition, context)
            : try await openID(check, edition, isSameDevice: isSameDevice, context)
        try await counter.visits.add(visit)
        return .seeOther("/visit/\(visit.id)")
    }

    private func openID(
        _ check: Check, _ edition: OpenEdition?, isSameDevice: Bool, _ context: WebContext
    ) async throws -> Visit {
        let started = try await counter.desk.open().transactions.start(
            isSameDevice ? .sameDevice : .crossDevice, asking: check.claims, edition: edition,
            session: context.session.ticket(for: "presentation"),
            scheme: isSameDevice ? counter.walletScheme : "openid4vp://")
        return Visit(
            id: started.transaction, session: context.session.key, check: check,
            way: .openID(isSameDevice: isSameDevice), link: started.link, expiry: started.expiry)
    }

    /// OpenID4VP has no words for "and the person": such a check goes by Tegata's own question.
    private func native(
        _ check: Check, _ edition: OpenEdition?, _ context: WebContext
    ) async throws -> Visit {
        let verifier = try await counter.desk.open().verifier
        let challenge = try await verifier.challenge(asking: check.claims, personOf: edition)
        let id = freshName()
        return Visit(
            id: id, session: context.session.key, check: check,
            way: .native(challenge: challenge), link: "\(counter.address)/tegata/\(id)/question",
            expiry: Now.seconds + verifier.policy.challengeLifetime)
    }

    private func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let visit = try await counter.visits.visit(
            try context.parameters.require("id"), of: context.session.key)
        if let verdict = visit.verdict {
            return try await verdictPage(verdict, visit, request, context)
        }
        guard case .openID(let isSameDevice) = visit.way else {
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
            guard let result = try await transactions.result(of: visit.id, session: ticket) else {
                throw Refusal.unavailable
            }
            let verdict = Verdict(result)
            try await counter.visits.settle(visit.id, verdict)
            return try await verdictPage(verdict, visit, request, context)
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
        let isHere = if case .openID(true) = visit.way { true } else { false }
        let code = isHere ? nil : QRCode(visit.link)?.svg(label: language(.codeFor))
        return counter.page(
            context, visit.check.title, refreshing: 2,
            """
            \(visit.refusal.map { RefusalNote($0).html(language) })
            <p role="status">\(language(state))</p>
            <h2>\(language(isHere ? .openWallet : .scan))</h2>
            \(code)
            <p><a class="button" href="\(visit.link)">\(language(.openWallet))</a></p>
            \(await asked(visit.check, language))
            <p>\(language(.asker)): <code>\(counter.desk.client.id)</code></p>
            <form method="post" action="/visit/\(visit.id)/cancel">\(context.session.field)
            <button>\(language(.cancel))</button></form>
            """)
    }

    private func verdictPage(
        _ verdict: Verdict, _ visit: Visit, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        guard request.wantsPage else { return .json(verdict.json.description) }
        let language = context.language
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
        if case .openID = visit.way {
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
