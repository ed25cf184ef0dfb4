internal import Foundation
internal import Hummingbird
internal import Pages
internal import Tegata

/// Who wants to be woken, for wallets: only who shows a card has its browsers woken, or left alone again (Spec/notice.md, "Over
/// HTTP").
struct PushRoutes: Sendable {
    let desk: Desk

    /// What a wallet asks for. `subscription` is what a browser's `PushSubscription.toJSON()` says.
    private struct Asked: Decodable {
        struct Subscription: Decodable {
            struct Keys: Decodable {
                let p256dh: String
                let auth: String
            }
            let endpoint: String
            let keys: Keys
        }
        let shown: String
        let subscription: Subscription?
        let endpoint: String?
    }

    /// Another door than the mail's: what is shown to one counts at no other.
    private var door: Verifier {
        Verifier(
            at: desk.settings.address + "/tegata/notices/push", trusting: desk.issuer.profile,
            store: desk.store)
    }

    func add(to router: Router<WebContext>) {
        router.get("tegata/notices/push") { _, _ in
            let reply: JSON = ["key": .string(desk.bell.key.publicKey)]
            return Response.json("\(reply)", caching: "public, max-age=60")
        }
        router.post("tegata/notices/push/challenge") { _, _ in
            Response.json(try await door.challenge(asking: []))
        }
        router.post("tegata/notices/push") { request, _ in
            let asked = try await Self.asked(request)
            guard let wish = asked.subscription else { throw Refusal.malformed }
            let subscription = try PushSubscription(
                wish.endpoint, p256dh: wish.keys.p256dh, auth: wish.keys.auth,
                acceptsLoopback: desk.bell.acceptsLoopback)
            let (edition, serial) = try await shown(asked)
            let address = try await desk.issuer.address(ofCard: serial, in: edition)
            guard let key = address.cardKey else { throw Refusal.unsupported }
            try await desk.bell.book(edition.edition.id).keep(
                PushBook.Entry(subscription: subscription, cardKey: key), of: serial)
            return Response.json("{}")
        }
        router.post("tegata/notices/push/remove") { request, _ in
            let asked = try await Self.asked(request)
            let (edition, serial) = try await shown(asked)
            try await desk.bell.book(edition.edition.id).forget(asked.endpoint, of: serial)
            return Response.json("{}")
        }
    }

    private static func asked(_ request: Request) async throws(Refusal) -> Asked {
        let text = try await request.text(limit: 512 * 1024)
        guard let asked = try? JSONDecoder().decode(Asked.self, from: Data(text.utf8)) else {
            throw .malformed
        }
        return asked
    }

    private func shown(_ asked: Asked) async throws -> (OpenEdition, UInt32) {
        let shown = try await door.verify(asked.shown)
        guard shown.isHolderProven else { throw Refusal.holderBindingMissing }
        return (try await desk.edition(shown.edition.id), shown.serial.number)
    }
}
