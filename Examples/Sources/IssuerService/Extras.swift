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

/// The extras of all editions, as the register has them. They stay as they are once an edition is open, so that a retried claim says
/// the same everywhere.
final class Extras: Sendable {
    /// What the register calls an edition's extra.
    private static let name = "card"
    private let issuer: Issuer
    private let known = Mutex<[String: EditionExtra]>([:])

    init(_ issuer: Issuer) { self.issuer = issuer }

    /// An extra as an edition is opened with it, once its picture has been checked.
    ///
    /// - Throws: what is wrong with the picture.
    static func attachments(_ extra: EditionExtra) throws -> [String: String] {
        if let art = extra.art { _ = try CardArt(svg: art) }
        return [name: try Attached.text(of: extra)]
    }

    /// The extra of an open edition; an empty one when there is none.
    ///
    /// - Throws: `unsupported` for an edition that there is not, `unavailable`.
    func extra(of edition: String) async throws(Refusal) -> EditionExtra {
        if let extra = known.withLock({ $0[edition] }) { return extra }
        var found = issuer.profile.editions.first { $0.edition.id == edition }
        if found == nil { found = try await issuer.reopen().first { $0.edition.id == edition } }
        guard let open = found else { throw .unsupported }
        guard let text = try await issuer.attachment(Self.name, of: open) else {
            return EditionExtra()
        }
        let extra = try Attached.value(EditionExtra.self, text)
        known.withLock { $0[edition] = extra }
        return extra
    }

    /// The edition's picture.
    func art(of edition: String) async throws(Refusal) -> CardArt? {
        try await extra(of: edition).art.flatMap { try? CardArt(svg: $0) }
    }
}

extension EditionExtra {
    /// The claims of a card.
    var cardClaims: Claims {
        Claims(claims.sorted { $0.key < $1.key }.map { ($0.key, .selective(.string($0.value))) })
    }
}
