internal import HTTPTypes
internal import Hummingbird
public import Pages
public import Tegata

extension WalletService {
    /// The wallet's pages, for the browser of this machine.
    ///
    /// - Throws: `unsupported` for an address that others can reach: these pages know one owner, and ask nobody who they are.
    public func server(_ settings: WebServer.Settings) throws(Refusal) -> WebServer {
        guard settings.isLoopback else { throw .unsupported }
        let server = WebServer("wallet", settings) {
            (try? self.kept()) == nil ? "folder" : nil
        }
        WalletSite(service: self, isTest: settings.isTest).add(to: server.router)
        return server
    }
}

/// The routes of the wallet's pages.
struct WalletSite: Sendable {
    let service: WalletService
    let isTest: Bool
    private let dialogs = Dialogs()

    init(service: WalletService, isTest: Bool) {
        self.service = service
        self.isTest = isTest
    }

    func add(to router: Router<WebContext>) {
        router.addMiddleware { OwnHostMiddleware() }
        router.get("/") { _, context in
            views(context).home(try service.kept(), try service.waiting())
        }
        router.get("history") { _, context in
            views(context).history(try service.kept().wallet)
        }
        router.post("history/delete") { request, context in
            _ = try await Form(request, context)
            try service.deleteHistory()
            return Response.seeOther("/history")
        }
        addLinks(to: router)
        addOffers(to: router)
        addRequests(to: router)
        addCards(to: router)
        UsePages(service: service, dialogs: dialogs, isTest: isTest).add(to: router)
        LinkPages(service: service, dialogs: dialogs, isTest: isTest).add(to: router)
        ActionPages(service: service, dialogs: dialogs, isTest: isTest).add(to: router)
        MailPages(service: service, dialogs: dialogs, isTest: isTest).add(to: router)
        ProofPages(service: service, isTest: isTest).add(to: router)
        WakePages(service: service, isTest: isTest).add(to: router)
        MovePages(service: service, isTest: isTest).add(to: router)
    }

    private func views(_ context: WebContext) -> WalletViews {
        WalletViews(language: context.language, session: context.session, isTest: isTest)
    }

    private func addLinks(to router: Router<WebContext>) {
        // Other sites may lead here, so nothing is fetched before the owner says so.
        router.get("open") { request, context in
            // The choice of a language is this page's own, and no part of the link.
            let query = (request.uri.query ?? "").split(separator: "&")
                .filter { !$0.hasPrefix("lang=") }.joined(separator: "&")
            if let use = request.uri.queryParameters["tegata_use"] {
                let link = String(use)
                guard try WalletLink(link) == .use else { throw Refusal.malformed }
                return views(context).opening(link, query: query)
            }
            if let asked = request.uri.queryParameters["tegata_link"] {
                let link = String(asked)
                guard [.link, .action].contains(try WalletLink(link)) else {
                    throw Refusal.malformed
                }
                return views(context).opening(link, query: query)
            }
            let link: String
            switch try WalletLink("?" + query) {
            case .offer: link = "openid-credential-offer://?" + query
            case .request: link = "openid4vp://?" + query
            case .use, .link, .action: throw Refusal.malformed
            }
            return views(context).opening(link, query: query)
        }
        router.post("open") { request, context in
            let form = try await Form(request, context, limit: 256 * 1024)
            let text = try form.required("link", atMost: 128 * 1024)
            let link = String(text.trimmingPrefix(while: \.isWhitespace))
                .replacing(#/\s+$/#, with: "")
            do {
                return Response.seeOther(try await begin(link, context.session.key))
            } catch let refusal as Refusal {
                let situation: Situation =
                    switch try? WalletLink(link) {
                    case .request: .showing
                    case .use: .using
                    case .link: .linking
                    case .action: .acting
                    default: .receiving
                    }
                return views(context).refused(refusal, situation)
            }
        }
    }

    /// Looks at what a link brings, and says where the owner decides.
    private func begin(_ link: String, _ session: [UInt8]) async throws -> String {
        switch try WalletLink(link) {
        case .offer:
            let review = try await service.review(offer: link)
            return "/offers/" + (await dialogs.begin(.offer(review, failure: nil), session))
        case .request:
            let review = try await service.review(request: link)
            return "/requests/" + (await dialogs.begin(.request(review), session))
        case .use:
            let review = try await service.review(use: link)
            return "/uses/" + (await dialogs.begin(.use(review), session))
        case .link:
            let review = try await service.review(link: link)
            return "/links/" + (await dialogs.begin(.link(review), session))
        case .action:
            let review = try await service.review(action: link)
            return "/actions/" + (await dialogs.begin(.action(review), session))
        }
    }

    private func addOffers(to router: Router<WebContext>) {
        router.get("offers/:id") { _, context in
            let id = try context.parameters.require("id")
            guard
                case .offer(let review, let failure) = try await dialogs.dialog(
                    id, context.session.key)
            else { throw Refusal.expired }
            return views(context).offer(id, review, failure)
        }
        router.post("offers/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let taken = try await dialogs.take(id, context.session.key)
            guard case .offer(let review, _) = taken else {
                await dialogs.put(id, taken)
                throw Refusal.expired
            }
            do {
                let code = form["code"].map { $0.filter { !$0.isWhitespace } }
                let deliveries = try await service.receive(
                    review, code: review.needsCode ? code : nil)
                await dialogs.put(id, nil)
                for case .later(let waiting) in deliveries {
                    return Response.seeOther("/waiting/\(waiting.id)")
                }
                guard deliveries.count == 1, case .card(let card) = deliveries[0] else {
                    return Response.seeOther("/")
                }
                return Response.seeOther("/cards/\(card.number)")
            } catch let refusal as Refusal {
                await dialogs.put(id, .offer(review, failure: refusal))
                return Response.seeOther("/offers/\(id)")
            }
        }
        router.get("waiting/:id") { _, context in
            let id = try context.parameters.require("id")
            let waiting: WaitingCard
            do {
                waiting = try service.home.waiting(id)
            } catch Refusal.malformed {
                // It came while another page waited for it.
                return Response.seeOther("/")
            }
            guard waiting.due <= WalletService.now else {
                return views(context).waiting(waiting, failure: nil)
            }
            do {
                switch try await service.resume(id) {
                case .card(let card): return Response.seeOther("/cards/\(card.number)")
                case .later(let next): return views(context).waiting(next, failure: nil)
                }
            } catch let refusal as Refusal {
                return views(context).waiting(waiting, failure: refusal)
            }
        }
        router.post("waiting/:id/end") { request, context in
            _ = try await Form(request, context)
            do {
                try service.giveUp(try context.parameters.require("id"))
            } catch Refusal.malformed {
                // It came, or was refused for good, while this page was open.
            }
            return Response.seeOther("/")
        }
    }

    private func addRequests(to router: Router<WebContext>) {
        router.get("requests/:id") { _, context in
            let id = try context.parameters.require("id")
            switch try await dialogs.dialog(id, context.session.key) {
            case .request(let review): return views(context).request(id, review)
            case .ended(let review, let ending): return views(context).ended(review, ending)
            default: throw Refusal.expired
            }
        }
        router.post("requests/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let wish = try form.required("answer", atMost: 64)
            let taken = try await dialogs.take(id, context.session.key)
            guard case .request(let review) = taken else {
                await dialogs.put(id, taken)
                throw Refusal.conflict
            }
            if wish.hasPrefix("card-"), let number = Int(wish.dropFirst(5)) {
                let other = try? service.review(review, preferring: number)
                await dialogs.put(id, .request(other ?? review))
                return Response.seeOther("/requests/\(id)")
            }
            let isDeclined = wish != "show"
            let ending: Dialogs.Ending
            do {
                let redirect =
                    try await isDeclined ? service.decline(review) : service.show(review)
                ending = Dialogs.Ending(
                    isDeclined: isDeclined, refusal: nil, redirect: redirect)
            } catch {
                // What is wrong with the folder stays in here.
                ending = Dialogs.Ending(
                    isDeclined: isDeclined, refusal: error as? Refusal ?? .unavailable,
                    redirect: nil)
            }
            await dialogs.put(id, .ended(review, ending))
            return Response.seeOther("/requests/\(id)")
        }
    }

    private func addCards(to router: Router<WebContext>) {
        router.get("cards/:number") { _, context in
            views(context).card(try card(context))
        }
        router.get("cards/:number/card.svg") { _, context in
            let face = try card(context).face(context.language)
            return Response.json(face.svg.markup, type: "image/svg+xml; charset=utf-8")
        }
        router.post("cards/:number/status") { request, context in
            _ = try await Form(request, context)
            let card = try card(context)
            return views(context).standing(card, await service.standing(of: card))
        }
        router.get("cards/:number/delete") { _, context in
            views(context).deletion(try card(context))
        }
        router.post("cards/:number/delete") { request, context in
            let form = try await Form(request, context)
            let card = try card(context)
            // The list may have changed since the question was asked.
            guard try form.required("card", atMost: 64) == card.card.id else {
                throw Refusal.conflict
            }
            try service.delete(card)
            return Response.seeOther("/")
        }
        router.post("cards/:number/settle") { request, context in
            _ = try await Form(request, context)
            let card = try card(context)
            do {
                _ = try await service.settle(card.number)
                return views(context).settled(card, nil)
            } catch let refusal as Refusal {
                return views(context).settled(card, refusal)
            }
        }
    }

    private func card(_ context: WebContext) throws -> KeptCard {
        guard let number = Int(try context.parameters.require("number")) else {
            throw Refusal.malformed
        }
        return try service.card(number)
    }
}

/// Answers under this machine's own names only: a stranger's name that was made to lead here reads no page (DNS rebinding).
private struct OwnHostMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let authority = (request.head.authority ?? "").lowercased()
        let isOwn = ["127.0.0.1", "localhost", "[::1]"].contains { host in
            authority == host || authority.hasPrefix(host + ":")
        }
        guard isOwn else { throw Refusal.unauthorized }
        return try await next(request, context)
    }
}
