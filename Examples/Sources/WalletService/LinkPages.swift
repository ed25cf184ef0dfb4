internal import Hummingbird
internal import Pages
internal import Tegata

/// The routes of linking two cards: looked at, agreed to with a mark and a button, and no by default.
struct LinkPages: Sendable {
    let service: WalletService
    let dialogs: Dialogs
    let isTest: Bool

    func add(to router: Router<WebContext>) {
        router.get("links/:id") { _, context in
            let id = try context.parameters.require("id")
            let views = WalletViews(
                language: context.language, session: context.session, isTest: isTest)
            switch try await dialogs.dialog(id, context.session.key) {
            case .link(let review): return views.link(id, review)
            case .linked(let review, let ending): return views.linked(review, ending)
            default: throw Refusal.expired
            }
        }
        router.post("links/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let taken = try await dialogs.take(id, context.session.key)
            guard case .link(let review) = taken else {
                await dialogs.put(id, taken)
                throw Refusal.conflict
            }
            // Everything but the mark together with its button is a no.
            let isAgreed = form["answer"] == "link" && form["agree"] == "yes"
            let isFewEnough = form["few"] == "yes"
            var ending = Dialogs.LinkEnding.declined
            do {
                if isAgreed {
                    try await service.link(
                        review, with: form["card"], agreed: true,
                        ofAtLeast: isFewEnough ? 1 : WalletService.usualCrowd)
                    ending = .linked
                } else {
                    try service.decline(review)
                }
            } catch {
                // What is wrong with the folder stays in here.
                ending = .refused(error as? Refusal ?? .unavailable)
            }
            await dialogs.put(id, .linked(review, ending))
            return Response.seeOther("/links/\(id)")
        }
    }
}
