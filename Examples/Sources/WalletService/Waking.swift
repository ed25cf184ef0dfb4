internal import Foundation
internal import ServiceKit
internal import Tegata

/// Where a browser can be woken, as its `PushSubscription.toJSON()` says (RFC 8030, RFC 8291).
public struct WakingBrowser: Sendable, Equatable {
    let endpoint: String
    let p256dh: String
    let auth: String

    /// A browser at an address of a push service, with its keys in base64url.
    public init(endpoint: String, p256dh: String, auth: String) {
        self.endpoint = endpoint
        self.p256dh = p256dh
        self.auth = auth
    }
}

// Being woken when there is mail (Spec/notice.md, "Over HTTP"). Nothing of it is kept here: the browser has its subscription, the issuer
// whom to wake.
extension WalletService {
    /// What a browser subscribes with, so that this issuer alone can wake it.
    ///
    /// - Throws: `unsupported` for an issuer that wakes nobody, `malformed`, `unavailable`.
    public func wakingKey(of card: KeptCard) async throws -> String {
        struct Reply: Decodable {
            let key: String
        }
        let text = try await get(card, Self.wakingDoor)
        guard let key = try? JSONDecoder().decode(Reply.self, from: Data(text.utf8)).key,
            let point = Data(base64URL: key), point.count == 65, point.first == 4
        else { throw Refusal.malformed }
        return key
    }

    /// Has the issuer wake a browser when there is mail for a card, by showing the card. The history says that it was shown.
    ///
    /// - Throws: `issuerUntrusted` for an address that the issuer does not ask; what the issuer says; `unavailable`.
    public func wake(_ browser: WakingBrowser, for card: KeptCard) async throws {
        try await ask(
            card, Self.wakingDoor,
            [
                "subscription": [
                    "endpoint": .string(browser.endpoint),
                    "keys": ["p256dh": .string(browser.p256dh), "auth": .string(browser.auth)],
                ]
            ])
    }

    /// Has the issuer wake nobody any more for a card, on whatever device.
    ///
    /// - Throws: what the issuer says; `unavailable`.
    public func wakeNobody(for card: KeptCard) async throws {
        try await ask(card, Self.wakingDoor + "/remove", [:])
    }

    private static let wakingDoor = noticeDoor + "/push"

    /// Shows the card with a wish about browsers, written down before it leaves.
    private func ask(_ card: KeptCard, _ path: String, _ wish: JSONObject) async throws {
        let door = Self.wakingDoor
        var wish = wish
        wish.add("shown", .string(try await show(card, at: door)))
        var record = ConsentRecord(
            at: Self.now, verifier: card.card.issuer + door, isAuthenticated: true,
            host: card.card.issuer, outcome: .sent, shown: [card.shownBare])
        try home.change { [record] in try $0.record(record) }
        do {
            _ = try await tell(card, path, "\(JSON.object(wish))")
        } catch let refusal as Refusal where refusal != .unavailable {
            record.outcome = .refused
            try home.change { [record] in try $0.record(record) }
            throw refusal
        }
        record.outcome = .shown
        try home.change { [record] in try $0.record(record) }
    }

    private func get(_ card: KeptCard, _ path: String) async throws -> String {
        let issuer = card.card.issuer
        let isLoopback = try OutboundHTTP.Target(issuer, acceptsLoopback: acceptsLoopback)
            .isLoopback
        let answer = try await http.send("GET", issuer + path, acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard let text = String(validating: answer.body, as: UTF8.self) else {
            throw Refusal.malformed
        }
        return text
    }
}
