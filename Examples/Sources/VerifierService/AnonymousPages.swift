internal import Foundation
internal import Hummingbird
internal import Pages
internal import Tegata

/// "One of the 500": what a member may do once without saying which member. Wallets ask and answer in JSON.
struct AnonymousPages: Sendable {
    let counter: Counter
    let hall: Hall

    func add(to router: Router<WebContext>) {
        router.get("anonymous") { _, context in await list(context) }
        router.get("anonymous/{action}") { _, context in
            try await show(try plan(context), context)
        }
        router.get("anonymous/{action}/question") { _, context in
            let action = try await hall.action(try plan(context))
            let question = try await hall.verifier.challenge(for: action)
            let reply: JSON = [
                "question": .string(question), "verifier": .string(hall.verifier.profile.encoded),
            ]
            return Response.json(reply.description)
        }
        router.get("anonymous/{action}/lists") { _, context in
            Response.json(
                try await hall.lists(try plan(context)), caching: "public, max-age=3600",
                type: "application/jwt")
        }
        router.post("anonymous/{action}/answer") { request, context in
            let plan = try plan(context)
            let answer = try await request.text(limit: 64 * 1024)
            return Response.json(Self.json(try await hall.verify(answer, for: plan)).description)
        }
    }

    private func plan(_ context: WebContext) throws -> MemberAction {
        let id = try context.parameters.require("action")
        guard let plan = counter.plan.actions.first(where: { $0.id == id }) else {
            throw HTTPError(.notFound)
        }
        return plan
    }

    private static func json(_ membership: AnonymousMembership) -> JSON {
        [
            "state": "accepted", "issuer": .string(membership.issuer),
            "edition": .string(membership.edition),
            "anonymity": .number(JSONNumber(Int64(membership.anonymity))),
            "predicates": .array(membership.predicates.map { .string($0.description) }),
        ]
    }

    private func list(_ context: WebContext) async -> Response {
        let language = context.language
        let actions = counter.plan.actions.map { plan -> HTML in
            """
            <li><a href="/anonymous/\(plan.id)">\(language(plan.title))</a></li>
            """
        }
        return counter.page(
            context, .anonymous,
            """
            <p>\(language(.anonymousExplained))</p>
            \(actions.isEmpty ? HTML.text(language(.noActions)) : HTML.empty)
            <ul class="editions">\(HTML.join(actions))</ul>
            \(counter.again(language))
            """)
    }

    private func show(_ plan: MemberAction, _ context: WebContext) async throws -> Response {
        let language = context.language
        let action = try await hall.action(plan)
        let predicates = action.predicates.map(\.description).joined(separator: ", ")
        let address = "\(counter.address)/anonymous/\(plan.id)/question"
        let here: HTML = """
            <p><a class="button" href="\(counter.walletScheme)?tegata_link=\(address.encodedForQuery)">\(language(.openWallet))</a></p>
            """
        let end = Date(timeIntervalSince1970: Double(action.closes)).formatted(.iso8601)
        return counter.page(
            context, plan.title, refreshing: 10,
            """
            <p>\(language(.anonymousExplained))</p>
            <dl>
            \(await counter.name(of: action.snapshot.edition, action.snapshot.issuer, language))
            <dt>\(language(.anonymity))</dt><dd><strong>\(action.snapshot.anonymity)</strong> \(language(.people))</dd>
            <dt>\(language(.predicates))</dt><dd>\(predicates.isEmpty ? language(.none) : predicates)</dd>
            <dt>\(language(.openUntil))</dt><dd>\(end)</dd>
            <dt>\(language(.took))</dt><dd>\(await hall.count(plan)) \(language(.people))</dd>
            </dl>
            <h2>\(language(.questionAt))</h2>
            \(QRCode(address)?.svg(label: language(.questionAt)))
            <p><a href="\(address)">\(address)</a></p>
            \(counter.walletScheme.hasPrefix("http") ? here : .empty)
            \(counter.again(language, at: "/anonymous"))
            """)
    }
}
