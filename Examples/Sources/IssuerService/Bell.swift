internal import Foundation
internal import ServiceKit
internal import Synchronization
internal import Tegata

/// Wakes the browsers of whoever has mail: in the background, a few at a time. A wake-up that comes to nothing is no lost mail,
/// so nobody waits for one, nothing is written down, and a process that ends forgets those that it had before it.
final class Bell: Sendable {
    /// One wake-up: of all browsers of a card, or of one of them, once more.
    private struct Ring: Hashable {
        let edition: String
        let serial: UInt32
        var endpoint: String?
        var attempt = 0
    }

    private struct State {
        var rings = [Ring]()
        var waiting = Set<Ring>()
        var workers = 0
        /// How many wait to be tried again.
        var late = 0
    }

    private static let workers = 8
    /// Beyond this many, those that come are not rung.
    private static let capacity = 100_000
    /// Seconds for which a push service keeps a wake-up for a browser that is away.
    private static let lifetime = 604_800

    let key: PushKey
    let acceptsLoopback: Bool
    private let issuer: Issuer
    private let store: any StateStore
    private let contact: String?
    private let message: [UInt8]
    /// When a push service that is busy is asked again, and how often.
    private let delays: [Duration]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - issuer: whose cards these are.
    ///   - key: how push services know it.
    ///   - store: where subscriptions are kept.
    ///   - delays: after which times a push service that was busy is asked again.
    init(
        _ issuer: Issuer, _ key: PushKey, _ store: any StateStore,
        delays: [Duration] = [.seconds(30), .seconds(300), .seconds(3600)]
    ) {
        self.issuer = issuer
        self.key = key
        self.store = store
        self.delays = delays
        // A conversation that began on this machine may go on here, and no other.
        acceptsLoopback =
            (try? OutboundHTTP.Target(issuer.id, acceptsLoopback: true))?.isLoopback == true
        contact = acceptsLoopback ? nil : issuer.id
        message = Array("\(["iss": .string(issuer.id)] as JSON)".utf8)
    }

    func book(_ edition: String) -> PushBook { PushBook(store: store, edition: edition) }

    /// Wakes a card's browsers soon.
    func ring(_ edition: String, _ serial: UInt32) { add(Ring(edition: edition, serial: serial)) }

    private func add(_ ring: Ring) {
        let needsWorker = state.withLock { state in
            guard state.waiting.count < Self.capacity, state.waiting.insert(ring).inserted else {
                return false
            }
            state.rings.append(ring)
            guard state.workers < Self.workers else { return false }
            state.workers += 1
            return true
        }
        guard needsWorker else { return }
        Task { await self.work() }
    }

    private func work() async {
        while let ring = next() {
            guard let entries = try? await entries(ring) else { continue }
            for entry in entries { await send(ring, entry) }
        }
    }

    private func next() -> Ring? {
        state.withLock { state in
            guard let ring = state.rings.popLast() else {
                state.workers -= 1
                return nil
            }
            state.waiting.remove(ring)
            return ring
        }
    }

    /// The browsers of whoever has the card now.
    private func entries(_ ring: Ring) async throws -> [PushBook.Entry] {
        let entries = try await book(ring.edition).entries(of: ring.serial)
        guard !entries.isEmpty,
            let edition = issuer.profile.editions.first(where: { $0.edition.id == ring.edition })
        else { return [] }
        let address = try await issuer.address(ofCard: ring.serial, in: edition)
        return entries.filter {
            $0.cardKey == address.cardKey
                && (ring.endpoint == nil || ring.endpoint == $0.subscription.endpoint)
        }
    }

    private func send(_ ring: Ring, _ entry: PushBook.Entry) async {
        let endpoint = entry.subscription.endpoint
        do throws(Refusal) {
            let target = try OutboundHTTP.Target(endpoint, acceptsLoopback: acceptsLoopback)
            let answer = try await OutboundHTTP(limit: 1 << 16).send(
                "POST", endpoint,
                fields: [
                    "Authorization": try key.authorization(
                        to: target, from: contact, at: Now.seconds),
                    "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
                    "TTL": "\(Self.lifetime)", "Urgency": "normal",
                    // One that waits already is enough.
                    "Topic": "mail",
                ], body: try PushMessage.seal(message, for: entry.subscription),
                acceptsLoopback: acceptsLoopback)
            switch answer.status {
            case 404, 410: await forget(ring, endpoint)
            case 429, 500...: again(ring, endpoint)
            default: break
            }
        } catch {
            switch error {
            // A name that leads into somebody's own network by now.
            case .issuerUntrusted, .malformed: await forget(ring, endpoint)
            case .unavailable: again(ring, endpoint)
            default: break
            }
        }
    }

    private func forget(_ ring: Ring, _ endpoint: String) async {
        // What cannot be forgotten now is forgotten the next time.
        try? await book(ring.edition).forget(endpoint, of: ring.serial)
    }

    private func again(_ ring: Ring, _ endpoint: String) {
        guard delays.indices.contains(ring.attempt) else { return }
        let isFree = state.withLock { state in
            guard state.late < Self.capacity else { return false }
            state.late += 1
            return true
        }
        guard isFree else { return }
        let delay = delays[ring.attempt]
        var ring = ring
        ring.endpoint = endpoint
        ring.attempt += 1
        let next = ring
        Task {
            try? await Task.sleep(for: delay)
            self.state.withLock { $0.late -= 1 }
            self.add(next)
        }
    }
}

extension NoticeAddress {
    /// The thumbprint of the key that the card is bound to; `nil` for a pseudonym.
    var cardKey: Data? {
        guard case .card(_, let key) = self else { return nil }
        return Data(key.span.indices.map { key.span[$0] })
    }
}
