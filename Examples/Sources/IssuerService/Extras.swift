internal import Foundation
internal import Pages
internal import Synchronization
internal import Tegata

/// What an edition's cards say and look like, beyond what the announcement binds.
struct EditionExtra: Codable, Equatable {
    /// What every card says, by name of the claim.
    var claims = [String: String]()
    /// The picture, as SVG.
    var art: String?
}

/// The extras of all editions, where every front process finds them. They stay as they are once an edition is open, so that a
/// retried claim says the same everywhere.
final class Extras: Sendable {
    private let store: any StateStore
    private let known = Mutex<[String: EditionExtra]>([:])

    init(_ store: any StateStore) { self.store = store }

    /// Keeps the extra of an edition, once its picture has been checked.
    ///
    /// - Throws: what is wrong with the picture or a claim; `conflict` for another one of an edition that is open.
    func save(_ extra: EditionExtra, of edition: String, isOpen: Bool) async throws {
        if let art = extra.art { _ = try CardArt(svg: art) }
        let new = try [UInt8](JSONEncoder().encode(extra))
        let old = try await store.value(of: key(edition), now: 0)
        if isOpen, let old {
            guard try decode(old) == extra else { throw Refusal.conflict }
            return
        }
        guard
            try await store.replace(key(edition), old, with: new, until: .max, now: 0)
        else { throw Refusal.conflict }
    }

    /// The extra of an open edition; an empty one when there is none.
    ///
    /// - Throws: `unavailable`.
    func extra(of edition: String) async throws(Refusal) -> EditionExtra {
        if let extra = known.withLock({ $0[edition] }) { return extra }
        guard let stored = try await store.value(of: key(edition), now: 0) else {
            return EditionExtra()
        }
        let extra = try decode(stored)
        known.withLock { $0[edition] = extra }
        return extra
    }

    /// The edition's picture.
    func art(of edition: String) async throws(Refusal) -> CardArt? {
        try await extra(of: edition).art.flatMap { try? CardArt(svg: $0) }
    }

    private func key(_ edition: String) -> [UInt8] { Array("edition/\(edition)".utf8) }

    private func decode(_ bytes: [UInt8]) throws(Refusal) -> EditionExtra {
        guard let extra = try? JSONDecoder().decode(EditionExtra.self, from: Data(bytes)) else {
            throw .unavailable
        }
        return extra
    }
}

extension EditionExtra {
    /// The claims of a card.
    var cardClaims: Claims {
        Claims(claims.sorted { $0.key < $1.key }.map { ($0.key, .selective(.string($0.value))) })
    }
}
