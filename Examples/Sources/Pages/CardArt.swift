internal import Foundation
public import Tegata

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A picture that an edition brings for its cards: SVG, of which only shapes and colours are taken (A44). What could run, fetch, or
/// look like something it is not (text), is refused rather than repaired.
public struct CardArt: Sendable {
    /// The picture's own width and height.
    let size: (width: Double, height: Double)
    /// The markup inside of `svg`.
    let markup: HTML

    /// At most this many bytes are read.
    public static let maximumSize = 256 * 1024

    /// Reads a picture.
    ///
    /// - Throws: `limitExceeded` for one that is too large, too deep or of too many parts; `malformed` for anything else than
    ///   shapes and colours.
    public init(svg text: String) throws(Refusal) {
        guard text.utf8.count <= Self.maximumSize else { throw .limitExceeded }
        // No declaration of document types, hence no entities: nothing can grow while it is read.
        guard !text.contains("<!DOCTYPE"), !text.contains("<!ENTITY"), !text.contains("<?xml-st")
        else { throw .malformed }
        let parser = XMLParser(data: Data(text.utf8))
        let reader = ArtReader()
        parser.delegate = reader
        parser.shouldResolveExternalEntities = false
        guard parser.parse(), reader.refusal == nil, let size = reader.size else {
            throw reader.refusal ?? .malformed
        }
        self.size = size
        markup = .trusted(reader.markup)
    }
}

private final class ArtReader: NSObject, XMLParserDelegate {
    var markup = ""
    var size: (width: Double, height: Double)?
    var refusal: Refusal?
    private var depth = 0
    private var count = 0

    private static let elements: Set<String> = [
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs",
        "linearGradient", "radialGradient", "stop", "title", "desc",
    ]
    private static let attributes: Set<String> = [
        "id", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy",
        "width",
        "height", "points", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width",
        "stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity",
        "offset",
        "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "transform",
    ]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        depth += 1
        count += 1
        guard depth <= 32, count <= 5_000 else { return refuse(.limitExceeded, parser) }
        guard Self.elements.contains(name), (name == "svg") == (depth == 1) else {
            return refuse(.malformed, parser)
        }
        if depth == 1 { return start(attributes, parser) }
        // Names for those who read with their ears are written by us.
        guard name != "title", name != "desc" else { return }
        markup += "<\(name)"
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            guard Self.attributes.contains(key), let value = Self.value(value, of: key) else {
                return refuse(.malformed, parser)
            }
            markup += " \(key)=\"\(value)\""
        }
        markup += ">"
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        depth -= 1
        if depth > 0, name != "title", name != "desc" { markup += "</\(name)>" }
    }

    private func start(_ attributes: [String: String], _ parser: XMLParser) {
        let box = (attributes["viewBox"] ?? "").split { $0 == " " || $0 == "," }
            .compactMap { Double($0) }
        guard box.count == 4, box[0] == 0, box[1] == 0, (1...10_000).contains(box[2]),
            (1...10_000).contains(box[3])
        else { return refuse(.malformed, parser) }
        size = (box[2], box[3])
    }

    private func refuse(_ reason: Refusal, _ parser: XMLParser) {
        refusal = refusal ?? reason
        parser.abortParsing()
    }

    /// Numbers, colours, path letters, and references into the picture itself, under names that are the art's alone.
    private static func value(_ value: String, of key: String) -> String? {
        guard value.utf8.count <= 32 * 1024 else { return nil }
        if key == "id" {
            let isName = value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
            }
            return isName && !value.isEmpty ? "art-\(value)" : nil
        }
        if value.hasPrefix("url(#"), value.hasSuffix(")") {
            return Self.value(String(value.dropFirst(5).dropLast()), of: "id").map { "url(#\($0))" }
        }
        guard !value.lowercased().contains("url") else { return nil }
        let isPlain = value.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || " .,-+#%()\n\t".unicodeScalars.contains(scalar))
        }
        return isPlain ? value : nil
    }
}
