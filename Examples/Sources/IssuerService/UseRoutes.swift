internal import Foundation
internal import Hummingbird
internal import Pages
internal import Tegata

/// Entitlements, for shops and wallets: their terms, and the counting (Spec/entitlement.md, "Over HTTP").
struct UseRoutes: Sendable {
    let desk: Desk

    /// What a shop hands in: a voucher, or the answer of an anonymous member to its question.
    private struct HandedIn: Decodable {
        let edition: String
        let terms: String
        let shop: String?
        let voucher: String?
        let question: String?
        let answer: String?
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
            return Response.json(try await count(handed), type: "application/jwt")
        }
        router.get("tegata/uses/{edition}/{terms}/{window}") { _, context in
            guard let window = Int(try context.parameters.require("window")), window >= 0 else {
                throw Refusal.malformed
            }
            let terms = try await terms(
                try context.parameters.require("terms"),
                of: try context.parameters.require("edition"))
            return Response.json(
                try await desk.issuer.lists(of: terms, window: window),
                caching: "public, max-age=3600", type: "application/jwt")
        }
    }

    private func count(_ handed: HandedIn) async throws(Refusal) -> String {
        let terms = try await terms(handed.terms, of: handed.edition)
        switch (handed.voucher, handed.shop, handed.answer, handed.question) {
        case (let voucher?, let shop?, nil, nil):
            return try await desk.issuer.count(voucher, from: shop, under: terms)
        case (nil, nil, let answer?, let question?):
            return try await desk.issuer.count(answer, to: question, under: terms)
        default: throw .malformed
        }
    }

    private func terms(
        _ id: String, of edition: String
    ) async throws(Refusal) -> EntitlementTerms {
        let edition = try await desk.edition(edition)
        guard let terms = try await desk.terms.terms(id, of: edition) else { throw .unsupported }
        return terms
    }
}
