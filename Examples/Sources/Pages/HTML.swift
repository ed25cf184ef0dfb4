/// Markup in which whatever is put into it is text: `"<h1>\(name)</h1>" as HTML` shows a name with `<script>` in it as just
/// that (A124). Only other markup goes in as markup.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    public let markup: String

    /// Markup written here, in the source.
    public init(stringLiteral value: String) {
        markup = value
    }

    /// Markup written here, with values in it.
    public init(stringInterpolation: StringInterpolation) {
        markup = stringInterpolation.markup
    }

    private init(markup: String) {
        self.markup = markup
    }

    /// Markup that another part of this program made and checked, such as a QR code's SVG.
    public static func trusted(_ markup: String) -> HTML { HTML(markup: markup) }

    /// A text, and nothing but a text.
    public static func text(_ text: String) -> HTML { HTML(markup: escaped(text)) }

    /// Nothing.
    public static let empty: HTML = ""

    /// The parts one after the other.
    public static func join(_ parts: some Sequence<HTML>) -> HTML {
        HTML(markup: parts.map(\.markup).joined(separator: "\n"))
    }

    /// What stands between markup and interpolated values.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        /// Nothing yet.
        public init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity)
        }

        /// Markup written here.
        public mutating func appendLiteral(_ literal: String) { markup += literal }

        /// A value's text, in element or quoted attribute.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            markup += escaped(value.description)
        }

        /// Other markup, as it is.
        public mutating func appendInterpolation(_ value: HTML) { markup += value.markup }

        /// Other markup, or nothing.
        public mutating func appendInterpolation(_ value: HTML?) { markup += value?.markup ?? "" }
    }
}

/// Text as markup shows it.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.visible.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

extension String {
    /// The text for people, on a page or a terminal: what would turn the direction of the line around, drive the terminal, or is
    /// invisible, is shown as its number (A45, A123).
    public var visible: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator,
                    .paragraphSeparator:
                    result += "[U+" + String(scalar.value, radix: 16, uppercase: true) + "]"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// The text, cut after so many characters: a name of ten thousand is no name (A45).
    public func cut(to count: Int) -> String {
        self.count <= count ? self : String(prefix(count)) + "…"
    }
}
