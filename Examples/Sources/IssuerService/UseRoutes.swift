internal import Foundation
internal import Hummingbird
internal import Pages
internal import Tegata

/// Entitlements, for shops and wallets: their terms, and the counting (Spec/entitlement.md, "Over HTTP").
struct UseRoutes: Sendable {
    let desk: Desk

    /// What a shop hands in.
    private struct HandedIn: Decodable {
        let edition: String
        let terms: String
        let shop: String
        let voucher: String
    }

    func add(to router: Router<WebContext>) {
        router.get("tegata/terms/{id}") { _, context in
            let edition = try await desk.edition(try context.parameters.require("id"))
            let texts = try await desk.terms.texts(of: edition)
            let answer: JSON = ["terms": .array(texts.map(JSON.string))]
            return Response.json("\(answer)", caching: "public, max-age=60")
        }
        router.post("tegata/uses") { request, _ in
            let text = try await request.text(limit: 256 * 1024)
            guard
                let handed = try? JSONDecoder().decode(HandedIn.self, from: Data(text.utf8))
            else { throw Refusal.malformed }
            let edition = try await desk.edition(handed.edition)
            guard let terms = try await desk.terms.terms(handed.terms, of: edition) else {
                throw Refusal.unsupported
            }
            return Response.json(
                try await desk.issuer.count(handed.voucher, from: handed.shop, under: terms),
                type: "application/jwt")
        }
    }
}
