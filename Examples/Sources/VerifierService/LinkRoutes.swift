internal import Hummingbird
internal import Pages
internal import Tegata

/// What wallets ask and answer when two cards are linked (Spec/linking.md, "Over HTTP").
struct LinkRoutes: Sendable {
    let counter: Counter
    let links: LinkDesk
    let visits: LinkVisits

    func add(to router: Router<WebContext>) {
        router.get("tegata/links/{id}") { _, context in
            let visit = try await visits.waiting(try context.parameters.require("id"))
            let reply: JSON = [
                "question": .string(visit.question),
                "verifier": .string(try await links.profile().encoded),
            ]
            return Response.json("\(reply)")
        }
        router.get("tegata/links/{id}/lists/{place}") { _, context in
            let visit = try await visits.waiting(try context.parameters.require("id"))
            guard let place = Int(try context.parameters.require("place")),
                visit.lists.indices.contains(place), let name = visit.lists[place]
            else { throw HTTPError(.notFound) }
            return Response.json(try await links.lists(name), type: "application/jwt")
        }
        router.post("tegata/links/{id}") { request, context in
            let id = try context.parameters.require("id")
            try await take(id, try await request.text(limit: 256 * 1024))
            return Response.json(#"{"state":"linked"}"#)
        }
    }

    private func take(_ id: String, _ answer: String) async throws(Refusal) {
        let visit = try await visits.waiting(id)
        // A link that is not in the plan any more is over.
        guard let plan = counter.plan.links.first(where: { $0.id == visit.link }) else {
            throw .expired
        }
        do {
            let verdict = try await links.verify(answer, to: visit, about: plan)
            try await visits.settle(id, verdict)
        } catch {
            // The one at the counter sees why; what was sent is not kept.
            await visits.note(error, for: id)
            throw error
        }
    }
}
