internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

/// What an edition's cards say and look like, beyond what the announcement binds.
struct EditionExtra: Codable {
    /// What every card says, by name of the claim.
    var claims = [String: String]()
    /// The picture, as SVG.
    var art: String?
}

/// The extras of all editions, a file each.
struct Extras: Sendable {
    private let directory: String

    init(_ directory: String) { self.directory = directory }

    /// Keeps the extra of an edition, once its picture has been checked.
    ///
    /// - Throws: what is wrong with the picture or a claim; what the file system says.
    func save(_ extra: EditionExtra, of edition: String) throws {
        if let art = extra.art { _ = try CardArt(svg: art) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try KeyFile.write([UInt8](JSONEncoder().encode(extra)), to: path(of: edition))
    }

    /// The extra of an edition; an empty one when there is none.
    func extra(of edition: String) -> EditionExtra {
        guard let bytes = try? KeyFile.read(path(of: edition)),
            let extra = try? JSONDecoder().decode(EditionExtra.self, from: Data(bytes))
        else { return EditionExtra() }
        return extra
    }

    /// The edition's picture.
    func art(of edition: String) -> CardArt? {
        extra(of: edition).art.flatMap { try? CardArt(svg: $0) }
    }

    private func path(of edition: String) -> String { "\(directory)/\(edition).json" }
}

extension EditionExtra {
    /// The claims of a card.
    var cardClaims: Claims {
        Claims(claims.sorted { $0.key < $1.key }.map { ($0.key, .selective(.string($0.value))) })
    }
}
