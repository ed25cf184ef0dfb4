internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata

/// Entitlements at the counter: one use after the other, and settling what was taken without a network.
struct UsePages: Sendable {
    let counter: Counter
    let till: Till
    let visits: UseVisits

    func add(to router: Router<WebContext>) {
        router.get("uses") { request, context in try await list(request, context) }
        router.post("uses") { request, context in try await begin(request, context) }
        router.get("uses/{id}") { request, context in try await show(request, context) }
        router.post("uses/settle") { request, context in
            _ = try await Form(request, context)
            _ = try await till.settleAll()
            return Response.seeOther("/uses")
        }
    }

    private func begin(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let id = try form.required("entitlement", atMost: 64)
        guard let plan = counter.plan.entitlements.first(where: { $0.id == id }) else {
            throw Refusal.malformed
        }
        let offer = try await till.offer(plan)
        let window = try offer.terms.entitlement.window(at: Now.seconds)
        // Nobody can say without a network whether an anonymous member's name was used.
        guard offer.isOnline || !offer.isAnonymous else { throw Refusal.unavailable }
        let crowd = try await till.crowd(offer, window: window)
        let question = try await offer.shop.ask(
            for: offer.terms, isOffline: !offer.isOnline, among: crowd?.snapshot)
        let name = try await visits.begin(
            UseVisit(
                session: context.session.key, entitlement: id, question: question,
                terms: offer.terms.encoded, isOffline: !offer.isOnline,
                members: crowd?.window, expiry: Now.seconds + 300))
        return .seeOther("/uses/\(name)")
    }

    /// What can be used, and what waits to be settled.
    private func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let language = context.language
        let index = try await till.vouchers.index()
        guard request.wantsPage else {
            var counts: JSONObject = ["waiting": .number(JSONNumber(Int64(index.pending.count)))]
            for outcome in KeptVoucher.Outcome.allCases {
                let count = Int64(index.counts[outcome.rawValue] ?? 0)
                counts.add(outcome.rawValue, .number(JSONNumber(count)))
            }
            return .json("\(JSON.object(counts))")
        }
        let offers = counter.plan.entitlements.map { plan -> HTML in
            """
            <li><h2>\(language(plan.title))</h2>
            <form method="post" action="/uses">\(context.session.field)
            <input type="hidden" name="entitlement" value="\(plan.id)">
            <button>\(language(.useOne))</button></form></li>
            """
        }
        let outcomes = KeptVoucher.Outcome.allCases.map { outcome -> HTML in
            """
            <dt>\(language(outcome.message))</dt><dd>\(index.counts[outcome.rawValue] ?? 0)</dd>
            """
        }
        return counter.page(
            context, .entitlements,
            """
            <p>\(language(.entitlementsExplained))</p>
            \(offers.isEmpty ? HTML.text(language(.noActions)) : HTML.empty)
            <ul class="editions">\(HTML.join(offers))</ul>
            <h2>\(language(.settlement))</h2>
            <dl><dt>\(language(.waitsForIssuer))</dt><dd>\(index.pending.count)</dd>\(HTML.join(outcomes))</dl>
            <p>\(language(.settlementExplained))</p>
            <form method="post" action="/uses/settle">\(context.session.field)
            <button class="quiet">\(language(.settleNow))</button></form>
            \(counter.again(language))
            """)
    }

    private func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let visit = try await visits.visit(id)
        guard visit.session == context.session.key else { throw Refusal.unauthorized }
        guard let plan = counter.plan.entitlements.first(where: { $0.id == visit.entitlement })
        else { throw Refusal.expired }
        let link = "\(counter.address)/tegata/uses/\(id)"
        var kept: KeptVoucher?
        if let name = visit.voucher { kept = try await till.vouchers.find(name) }
        guard request.wantsPage else {
            var object: JSONObject = [
                "state": .string(kept.map { $0.outcome?.rawValue ?? "taken" } ?? "asked"),
                "offline": .bool(visit.isOffline), "link": .string(link),
            ]
            if let refusal = visit.refusal { object.add("refused", .string(refusal)) }
            return .json("\(JSON.object(object))")
        }
        let language = context.language
        guard let kept else {
            guard Now.seconds < visit.expiry else { throw Refusal.expired }
            return try await waiting(visit, plan, link, context)
        }
        let isWaiting = !visit.isOffline && kept.outcome == nil
        let isBad = kept.outcome == .refused || kept.outcome == .dropped
        let message: Message = isWaiting ? .issuerIsAsked : isBad ? .notCounted : .usedNow
        return counter.page(
            context, plan.title, refreshing: isWaiting ? 2 : nil,
            """
            <section class="verdict \(isBad ? "bad" : "good")" role="status"><h2>\(language(message))</h2>
            \(kept.reason.map { "<p class=\"reason\"><code>\($0)</code></p>" as HTML })
            \(visit.isOffline ? try await risk(visit, plan, language) : .empty)</section>
            <p><a class="button" href="/uses">\(language(.entitlements))</a></p>
            """)
    }

    private func waiting(
        _ visit: UseVisit, _ plan: PlannedEntitlement, _ link: String, _ context: WebContext
    ) async throws -> Response {
        let language = context.language
        let refusal = visit.refusal.flatMap(Refusal.init(rawValue:))
        let isHere = counter.walletScheme.hasPrefix("http")
        let here: HTML = """
            <p><a class="button" href="\(counter.walletScheme)?tegata_use=\(link.encodedForQuery)">\(language(.openWallet))</a></p>
            """
        return counter.page(
            context, plan.title, refreshing: 2,
            """
            \(refusal.map { RefusalNote($0).html(language) })
            <p role="status">\(language(.waiting))</p>
            \(visit.isOffline ? try await risk(visit, plan, language) : .empty)
            \(try await crowd(visit, plan, language))
            <h2>\(language(.scan))</h2>
            \(QRCode(link)?.svg(label: language(.codeForUse)))
            <p class="code">\(link)</p>
            \(isHere ? here : .empty)
            <p><a href="/uses">\(language(.cancel))</a></p>
            """)
    }

    /// Among how many members the holder is one, where the shop sees no more than that.
    private func crowd(
        _ visit: UseVisit, _ plan: PlannedEntitlement, _ language: Language
    ) async throws -> HTML {
        guard let window = visit.members else { return .empty }
        let offer = try await till.known(plan, visit.terms)
        let count = try await till.crowd(offer, window: window)?.snapshot.anonymity ?? 0
        return """
            <p>\(language(.seesOneOf)) \(language(.anonymity)): <strong>\(count)</strong> \(language(.people))</p>
            """
    }

    /// What a shop risks without a network, before it says yes and after.
    private func risk(
        _ visit: UseVisit, _ plan: PlannedEntitlement, _ language: Language
    ) async throws -> HTML {
        let terms = try await till.known(plan, visit.terms).terms.entitlement
        return """
            <p><strong>\(language(.withoutNetwork))</strong> \(language(.risk)) \
            \(language(.timesWithoutNetwork)): \(terms.offline) / \(terms.count)</p>
            """
    }
}

extension KeptVoucher.Outcome {
    var message: Message {
        switch self {
        case .counted: .cameToCounted
        case .charged: .cameToCharged
        case .refused: .cameToRefused
        case .dropped: .cameToDropped
        }
    }
}

extension String {
    /// The text as a value of a query.
    var encodedForQuery: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
