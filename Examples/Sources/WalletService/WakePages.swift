internal import Hummingbird
internal import Pages
internal import Tegata

/// The routes of being woken when there is mail: asked for and ended on a page, carried out by a script and a service worker of ours, in
/// browsers that have such things. Whoever has none looks for mail as before.
struct WakePages: Sendable {
    let service: WalletService
    let isTest: Bool

    func add(to router: Router<WebContext>) {
        router.get("wake.js") { _, _ in Response.script(wakeScript) }
        router.get("wake-worker.js") { _, context in
            Response.script(wakeWorker(context.language))
        }
        router.get("cards/:number/wake") { _, context in
            let card = try card(context)
            do {
                return views(context).waking(card, key: try await service.wakingKey(of: card))
            } catch let refusal as Refusal {
                return views(context).noWaking(card, refusal)
            }
        }
        router.post("cards/:number/wake") { request, context in
            let form = try await Form(request, context)
            let browser = WakingBrowser(
                endpoint: try form.required("endpoint"), p256dh: try form.required("p256dh"),
                auth: try form.required("auth"))
            return try await end(form, context, .wakesNow) {
                try await service.wake(browser, for: $0)
            }
        }
        router.post("cards/:number/wake/end") { request, context in
            try await end(try await Form(request, context), context, .wakesNobody) {
                try await service.wakeNobody(for: $0)
            }
        }
        // Where a notification leads. Mail is fetched by the owner, not by opening a page.
        router.get("wake/:card/mail") { _, context in
            let id = try context.parameters.require("card")
            guard let card = try service.cards().first(where: { $0.card.id == id }) else {
                throw Refusal.expired
            }
            return views(context).woken(card)
        }
    }

    private func end(
        _ form: Form, _ context: WebContext, _ done: Message,
        _ body: (KeptCard) async throws -> Void
    ) async throws -> Response {
        let card = try card(context)
        // The list may have changed since the page was read.
        guard try form.required("card", atMost: 64) == card.card.id else { throw Refusal.conflict }
        do {
            try await body(card)
            return views(context).wakingEnded(card, done)
        } catch let refusal as Refusal {
            return views(context).noWaking(card, refusal)
        }
    }

    private func card(_ context: WebContext) throws -> KeptCard {
        guard let number = Int(try context.parameters.require("number")) else {
            throw Refusal.malformed
        }
        return try service.card(number)
    }

    private func views(_ context: WebContext) -> WalletViews {
        WalletViews(language: context.language, session: context.session, isTest: isTest)
    }
}

extension Response {
    fileprivate static func script(_ text: String) -> Response {
        .json(text, type: "text/javascript; charset=utf-8")
    }
}
