internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata

/// What wallets ask and answer when an entitlement is used (Spec/entitlement.md, "Over HTTP").
struct UseRoutes: Sendable {
    let counter: Counter
    let till: Till
    let visits: UseVisits

    func add(to router: Router<WebContext>) {
        router.get("tegata/uses/{id}") { _, context in
            let visit = try await visits.visit(try context.parameters.require("id"))
            let shop = try await offer(visit).shop.profile.encoded
            let reply: JSON = [
                "question": .string(visit.question), "terms": .string(visit.terms),
                "shop": .string(shop), "offline": .bool(visit.isOffline),
            ]
            return Response.json("\(reply)")
        }
        router.get("tegata/uses/{id}/lists") { _, context in
            let visit = try await visits.visit(try context.parameters.require("id"))
            guard let crowd = try await crowd(visit, try await offer(visit)) else {
                throw Refusal.unsupported
            }
            return Response.json(
                crowd.lists, caching: "public, max-age=3600", type: "application/jwt")
        }
        router.post("tegata/uses/{id}") { request, context in
            let id = try context.parameters.require("id")
            return Response.json(try await take(id, try await request.text(limit: 60_000)))
        }
    }

    /// The entitlement of a visit, with the terms that it was asked for.
    private func offer(_ visit: UseVisit) async throws(Refusal) -> Till.Offer {
        guard let plan = counter.plan.entitlements.first(where: { $0.id == visit.entitlement })
        else { throw .expired }
        return try await till.known(plan, visit.terms)
    }

    /// The members among whom a visit's question is asked, if it is.
    private func crowd(
        _ visit: UseVisit, _ offer: Till.Offer
    ) async throws(Refusal) -> WindowCrowd? {
        guard let window = visit.members else { return nil }
        return try await till.crowd(offer, window: window)
    }

    private func take(_ id: String, _ voucher: String) async throws -> String {
        let visit = try await visits.visit(id)
        let name = KeptVoucher.id(voucher)
        if visit.voucher != name {
            do {
                try await accept(voucher, as: name, for: id, visit)
            } catch let refusal as Refusal {
                // The one at the counter sees why.
                try await visits.change(id) { $0.refusal = refusal.rawValue }
                throw refusal
            }
        }
        return try await reply(id, name)
    }

    private func accept(
        _ text: String, as name: String, for id: String, _ visit: UseVisit
    ) async throws {
        let offer = try await offer(visit)
        let book = till.vouchers
        let keep = { @Sendable (text: String) async throws in
            try await book.keep(
                KeptVoucher(
                    entitlement: visit.entitlement, terms: visit.terms,
                    issuer: offer.terms.issuer, voucher: text,
                    question: offer.isAnonymous ? visit.question : nil,
                    isOffline: visit.isOffline, time: Now.seconds))
        }
        let title = BilingualText(ja: offer.plan.title.japanese, en: offer.plan.title.english)
        let receipt: String
        do {
            if let crowd = try await crowd(visit, offer) {
                let taken = try await offer.shop.take(
                    text, to: visit.question, under: offer.terms, among: crowd.snapshot,
                    keeping: keep)
                receipt = try offer.shop.receipt(for: taken, under: offer.terms, title)
            } else {
                let taken = try await offer.shop.take(
                    text, to: visit.question, under: offer.terms, keeping: keep)
                receipt = try offer.shop.receipt(for: taken, under: offer.terms, title)
            }
        } catch let refusal as Refusal {
            // Said no, and known to have been: it is not handed in. Where nobody knows it may have been a yes, and is.
            if refusal != .unavailable { try await book.settle(name, as: .dropped, refusal) }
            throw refusal
        }
        try await visits.change(id) { visit in
            visit.voucher = name
            visit.receipt = receipt
            visit.refusal = nil
        }
        if !visit.isOffline { _ = try await till.settle(name) }
    }

    /// What the wallet hears: the receipt once it is true.
    private func reply(_ id: String, _ name: String) async throws -> String {
        let visit = try await visits.visit(id)
        let kept = try await till.vouchers.find(name)
        let outcome = kept?.outcome
        if outcome == .refused || outcome == .dropped {
            throw kept?.reason.flatMap(Refusal.init(rawValue:)) ?? .conflict
        }
        guard visit.isOffline || outcome != nil, let receipt = visit.receipt else {
            return #"{"state":"waiting"}"#
        }
        let reply: JSON = ["state": "taken", "receipt": .string(receipt)]
        return "\(reply)"
    }
}
