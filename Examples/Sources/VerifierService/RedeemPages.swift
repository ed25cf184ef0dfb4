internal import Hummingbird
internal import Pages
internal import Tegata

/// Benefits, counted down for the card that was just verified.
struct RedeemPages: Sendable {
    let counter: Counter

    func add(to router: Router<WebContext>) {
        router.post("redeem") { request, context in try await redeem(request, context) }
    }

    /// The benefits of a verified card, each with what is left and a form that counts once however often it is sent.
    func forms(_ verdict: Verdict, _ visit: Visit, _ context: WebContext) async throws -> HTML {
        let language = context.language
        var forms = [HTML]()
        for benefit in counter.plan.benefits {
            guard let key = Self.card(verdict, benefit) else { continue }
            let left = max(0, benefit.count - (try await counter.redemptions.used(key)))
            let button: HTML = """
                <form method="post" action="/redeem">\(context.session.field)
                <input type="hidden" name="visit" value="\(visit.id)">
                <input type="hidden" name="benefit" value="\(benefit.id)">
                <input type="hidden" name="key" value="\(freshName())">
                <button>\(language(.useOne))</button></form>
                """
            forms.append(
                """
                <section><h2>\(language(benefit.title))</h2>
                <p>\(language(.left)): <strong>\(left) / \(benefit.count)</strong></p>
                \(left > 0 ? button : .empty)
                </section>
                """)
        }
        return .join(forms)
    }

    private func redeem(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let visit = try await counter.visits.visit(
            try form.required("visit", atMost: 64), of: context.session.key)
        let id = try form.required("benefit", atMost: 64)
        let key = try form.required("key", atMost: 64)
        guard key.utf8.count == 43, let verdict = visit.learned?.card,
            let benefit = counter.plan.benefits.first(where: { $0.id == id }),
            let card = Self.card(verdict, benefit)
        else { throw Refusal.malformed }
        let outcome = try await counter.redemptions.redeem(card, of: benefit.count, under: key)
        guard request.wantsPage else { return .json(outcome.json.description) }
        let language = context.language
        return counter.page(
            context, benefit.title, test: verdict.usesTestAnchors,
            """
            <section class="verdict \(outcome == .exhausted ? "bad" : "good")" role="status">
            <h2>\(language(outcome.message))</h2>
            <p>\(language(.left)): <strong class="big">\(outcome.left) / \(benefit.count)</strong></p>
            </section>
            <p><a class="button" href="/visit/\(visit.id)">\(language(visit.check.title))</a></p>
            """)
    }

    /// What is counted, if this benefit is one of this card's.
    private static func card(_ verdict: Verdict, _ benefit: CountedBenefit) -> CardBenefit? {
        guard let serial = verdict.serial, verdict.isHolderProven,
            verdict.edition == benefit.edition,
            benefit.issuer == nil || benefit.issuer == verdict.issuer,
            verdict.benefits.contains(benefit.benefit)
        else { return nil }
        return CardBenefit(
            issuer: verdict.issuer, edition: verdict.edition, serial: serial,
            benefit: benefit.benefit)
    }
}

extension Redemption {
    fileprivate var left: Int {
        switch self {
        case .redeemed(let left), .repeated(let left): left
        case .exhausted: 0
        }
    }

    fileprivate var message: Message {
        switch self {
        case .redeemed: .usedNow
        case .repeated: .usedBefore
        case .exhausted: .usedUp
        }
    }

    fileprivate var json: JSON {
        let name: JSON =
            switch self {
            case .redeemed: "redeemed"
            case .repeated: "repeated"
            case .exhausted: "exhausted"
            }
        return ["result": name, "left": .number(JSONNumber(Int64(left)))]
    }
}
