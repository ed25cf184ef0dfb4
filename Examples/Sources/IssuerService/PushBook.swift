internal import Foundation
internal import ServiceKit
internal import Tegata

/// Which browsers want to hear that a card has mail, by edition and serial. Sealed as mail is.
///
/// Someone who can rewrite the storage can have nobody woken, or somebody else: who is woken learns that there is mail for a card that
/// is not theirs.
struct PushBook: Sendable {
    /// One browser of whoever had the card with this key.
    struct Entry: Codable, Equatable, Sendable {
        let subscription: PushSubscription
        /// Thumbprint of the card's key: a phone that was lost is not woken for the card that came after it.
        let cardKey: Data
    }

    let store: any StateStore
    let edition: String
    /// A card wakes so many browsers; the one that came first makes room.
    static let capacity = 4
    /// They are kept for so many seconds after the last change.
    private static let memory: Int64 = 400 * 86_400

    /// Keeps a browser, in place of what was known of it.
    ///
    /// - Throws: `unavailable`.
    func keep(_ entry: Entry, of serial: UInt32) async throws(Refusal) {
        try await change(serial) { entries in
            entries.filter {
                $0.subscription.endpoint != entry.subscription.endpoint
                    && $0.cardKey == entry.cardKey
            }.suffix(Self.capacity - 1) + [entry]
        }
    }

    /// Forgets the browser at an address; all of the card's for `nil`.
    ///
    /// - Throws: `unavailable`.
    func forget(_ endpoint: String?, of serial: UInt32) async throws(Refusal) {
        try await change(serial) { entries in
            entries.filter { endpoint != nil && $0.subscription.endpoint != endpoint }
        }
    }

    /// The browsers of a card.
    ///
    /// - Throws: `unavailable`.
    func entries(of serial: UInt32) async throws(Refusal) -> [Entry] {
        try await store.value([Entry].self, of: key(serial)) ?? []
    }

    private func change(
        _ serial: UInt32, _ body: ([Entry]) -> [Entry]
    ) async throws(Refusal) {
        try await store.change(key(serial), until: Now.seconds + Self.memory) {
            (known: [Entry]?) throws(Refusal) in
            let (before, after) = (known ?? [], body(known ?? []))
            return before == after ? nil : after
        }
    }

    private func key(_ serial: UInt32) -> [UInt8] { Array("push/\(edition)/\(serial)".utf8) }
}
