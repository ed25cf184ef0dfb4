internal import Hummingbird
internal import Pages
internal import Tegata

/// The routes of an anonymous action: looked at, and answered once.
struct ActionPages: Sendable {
    let service: WalletService
    let dialogs: Dialogs
    let isTest: Bool

    func add(to router: Router<WebContext>) {
        router.get("actions/:id") { _, context in
            let id = try context.parameters.require("id")
            let views = WalletViews(
                language: context.language, session: context.session, isTest: isTest)
            switch try await dialogs.dialog(id, context.session.key) {
            case .action(let review): return views.action(id, review)
            case .acted(let review, let refusal): return views.acted(review, refusal)
            default: throw Refusal.expired
            }
        }
        router.post("actions/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let taken = try await dialogs.take(id, context.session.key)
            guard case .action(let review) = taken else {
                await dialogs.put(id, taken)
                throw Refusal.conflict
            }
            var refusal: Refusal?
            do {
                try await service.act(
                    review, ofAtLeast: form["few"] == "yes" ? 1 : WalletService.usualCrowd)
            } catch {
                // What is wrong with the folder stays in here.
                refusal = error as? Refusal ?? .unavailable
            }
            await dialogs.put(id, .acted(review, refusal))
            return Response.seeOther("/actions/\(id)")
        }
    }
}

// The pages of an anonymous action.
extension WalletViews {
    func action(_ id: String, _ review: ActionReview) -> Response {
        let requirements = review.requirements.joined(separator: ", ")
        return page(
            .actAnonymously,
            """
            <p>\(language(.actExplained))</p>
            \(actionAsker(review))
            <dl>
            <dt>\(language(.edition))</dt><dd>\(review.card.title(language))</dd>
            <dt>\(language(.issuer))</dt><dd><code>\(review.card.card.issuer)</code></dd>
            <dt>\(language(.amongMembers))</dt><dd><strong>\(review.crowd)</strong></dd>
            <dt>\(language(.wouldBeShown))</dt><dd>\(requirements.isEmpty ? language(.onlyAMember) : requirements)</dd>
            <dt>\(language(.staysHidden))</dt><dd>\(language(.whichCard))</dd>
            </dl>
            <form method="post" action="/actions/\(id)">\(session.field)
            \(review.isCrowdSmall ? agreeToFew(review.crowd) : .empty)
            <p><button>\(language(.actNow))</button> <a class="button quiet" href="/">\(language(.notNow))</a></p>
            </form>
            """)
    }

    private func actionAsker(_ review: ActionReview) -> HTML {
        """
        <dl>
        <dt>\(language(.verified))</dt><dd><code>\(review.verifier)</code></dd>
        <dt>\(language(.linkPurpose))</dt><dd><strong>\(review.purpose(language).cut(to: 600))</strong></dd>
        </dl>
        """
    }

    func acted(_ review: ActionReview, _ refusal: Refusal?) -> Response {
        let done: HTML = """
            <section class="verdict good" role="status"><h2>\(language(.actedNow))</h2></section>
            """
        return page(
            .actAnonymously,
            """
            \(refusal.map { note($0, .acting) } ?? done)
            \(actionAsker(review))
            \(home)
            """)
    }
}

// What people read when they act as one of the members.
extension Message {
    static let actAnonymously = Message("名のらずに、会員のひとりとして", "Anonymously, as one of the members")
    static let actExplained = Message(
        "会員のひとりであることだけを示します。どの会員かは、相手にもわかりません。おひとり一回です。",
        "You show that you are one of the members, and they do not learn which one. Once for each member."
    )
    static let amongMembers = Message("紛れる人数", "Among how many members")
    static let onlyAMember = Message("会員のひとりであること", "that you are one of the members")
    static let actNow = Message("同意して答える", "Agree and answer")
    static let actedNow = Message("答えました。", "Answered.")
}
