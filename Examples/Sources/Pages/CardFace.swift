internal import Crypto
internal import Foundation

/// A card as its holder sees it: art above, and below it, on ground that art never reaches, number, edition and the issuer that was
/// verified. What art shows can imitate none of the three.
public struct CardFace: Sendable {
    private let title: String
    private let issuer: String
    private let number: String
    private let art: CardArt?
    private let isTest: Bool

    /// The face of a card.
    ///
    /// - Parameters:
    ///   - title: the edition's title in the reader's language.
    ///   - issuer: the issuer's verified identifier.
    ///   - serial: the card's number; `nil` for a specimen.
    ///   - limit: how many there can be, as `OpenEdition.edition.limit` writes it.
    ///   - art: the edition's picture; without one, a pattern that follows from its title.
    ///   - isTest: whether test ID cards stand behind it.
    public init(
        title: String, issuer: String, serial: UInt32?, limit: String, art: CardArt? = nil,
        isTest: Bool
    ) {
        self.title = title.cut(to: 24)
        self.issuer = issuer
        number = (serial.map { "№ \($0)" } ?? "№ —") + " / \(limit)"
        self.art = art
        self.isTest = isTest
    }

    /// The picture, 856 × 540: an ID-1 card.
    public var svg: HTML {
        """
        <svg class="card" role="img" aria-label="\(title) \(number), \(issuer)" viewBox="0 0 856 540" \
        xmlns="http://www.w3.org/2000/svg" font-family="'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',sans-serif">
        <clipPath id="edge"><rect width="856" height="540" rx="32"/></clipPath>
        <g clip-path="url(#edge)">
        <rect width="856" height="540" fill="#14213d"/>
        \(picture)
        <rect y="360" width="856" height="180" fill="#14213d"/>
        <rect y="356" width="856" height="4" fill="#c9a227"/>
        <text x="40" y="426" font-size="44" font-weight="700" fill="#fff">\(title)</text>
        <text x="816" y="426" font-size="40" fill="#f4d35e" text-anchor="end">\(number)</text>
        <text x="40" y="492" font-size="24" fill="#dfe6f3">\(issuer.cut(to: 56))</text>
        \(isTest ? testMark : .empty)
        </g>
        </svg>
        """
    }

    private var testMark: HTML {
        """
        <text x="816" y="492" font-size="26" font-weight="700" fill="#ff9f8f" text-anchor="end">TEST 試験</text>
        """
    }

    private var picture: HTML {
        guard let art else { return pattern }
        // The whole width, cut where the ground begins.
        let scale = max(856 / art.size.width, 356 / art.size.height)
        return """
            <svg x="0" y="0" width="856" height="356" viewBox="0 0 856 356"><g transform="scale(\(scale))">\(art.markup)</g></svg>
            """
    }

    /// Waves, as on old passes: their colours follow from the title, so that editions differ.
    private var pattern: HTML {
        let hash = Array(SHA256.hash(data: Data(title.utf8)))
        let hue = Int(hash[0]) * 360 / 256
        let waves = (0..<6).map { row -> HTML in
            let y = 60 + row * 60
            return .join(
                (0..<11).map { column -> HTML in
                    let x = column * 90 + (row % 2) * 45 - 30
                    return .join(
                        [40, 28, 16].map { radius -> HTML in
                            """
                            <circle cx="\(x)" cy="\(y)" r="\(radius)" fill="none" stroke="hsl(\(hue) 60% \(35 + radius)%)" stroke-width="5"/>
                            """
                        })
                })
        }
        return .join(waves)
    }
}
