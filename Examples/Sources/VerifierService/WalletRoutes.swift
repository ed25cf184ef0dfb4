internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Pages
internal import Tegata
internal import TegataOpenID

/// What wallets ask and answer; reasons come as JSON.
struct WalletRoutes: Sendable {
    let counter: Counter

    func add(to router: Router<WebContext>) {
        router.get("openid4vp/request/{id}") { _, context in
            try await requestObject(context, body: nil)
        }
        router.post("openid4vp/request/{id}") { request, context in
            try await requestObject(context, body: try await request.text(limit: 64 * 1024))
        }
        router.post("openid4vp/response/{id}") { request, _ in
            let body = try await request.text(limit: 1 << 20)
            return Response.json(try await answer(body))
        }
        router.get("openid4vp/done") { request, context in try await done(request, context) }
        router.get("tegata/{id}/question") { _, context in
            Response.json(
                try await counter.visits.challenge(of: try context.parameters.require("id")))
        }
        router.post("tegata/{id}/answer") { request, context in
            let id = try context.parameters.require("id")
            return Response.json(try await native(id, try await request.text(limit: 512 * 1024)))
        }
    }

    private func requestObject(_ context: WebContext, body: String?) async throws -> Response {
        let object = try await counter.desk.open().transactions.request(
            of: try context.parameters.require("id"), body: body)
        return Response.json(object, type: "application/oauth-authz-req+jwt")
    }

    private func answer(_ body: String) async throws(Refusal) -> String {
        do {
            return try await counter.desk.checking { open throws(Refusal) in
                try await open.transactions.answer(body)
            }
        } catch {
            // The one at the counter sees why; what was sent is not kept.
            if let id = Self.transaction(of: body) { await counter.visits.note(error, for: id) }
            throw error
        }
    }

    /// Which transaction an answer says that it is for.
    private static func transaction(of body: String) -> String? {
        guard let form = try? Form(parsing: body) else { return nil }
        if let state = form["state"] { return state }
        guard let header = (form["response"]?.prefix { $0 != "." }).map(String.init),
            header.utf8.count < 8192
        else { return nil }
        var base64 = header.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64)
            .flatMap { try? JSONDecoder().decode(Header.self, from: $0) }?.kid
    }

    private struct Header: Decodable {
        let kid: String
    }

    /// The browser comes back from a wallet on the same device: only the session that started it, and only with the code, sees
    /// the result (A59).
    private func done(_ request: Request, _ context: WebContext) async throws -> Response {
        let query = request.uri.queryParameters
        guard let transaction = query["transaction"], let code = query["response_code"] else {
            throw Refusal.malformed
        }
        let visit = try await counter.visits.visit(String(transaction), of: context.session.key)
        guard visit.learned == nil else { throw Refusal.unauthorized }
        let learned = try await counter.collect(
            visit, session: context.session.ticket(for: "presentation"), code: String(code))
        guard learned != nil else { throw Refusal.unauthorized }
        return .seeOther("/visit/\(visit.id)")
    }

    private func native(_ id: String, _ answer: String) async throws(Refusal) -> String {
        let challenge = try await counter.visits.challenge(of: id)
        do {
            let membership = try await counter.desk.checking { open throws(Refusal) in
                try await open.verifier.verify(answer, to: challenge)
            }
            try await counter.visits.settle(id, .card(Verdict(membership)))
            return "{}"
        } catch {
            await counter.visits.note(error, for: id)
            throw error
        }
    }
}
