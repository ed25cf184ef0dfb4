internal import CQREncode

/// A QR code as SVG: black modules on white, with the quiet zone of four that readers need.
public struct QRCode: Sendable {
    private let size: Int
    private let modules: [Bool]

    /// The code of `text`; `nil` when it does not fit one (2,953 bytes).
    public init?(_ text: String) {
        // Medium correction first; a text that is too long for it may fit with less.
        guard
            let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
                ?? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L)
        else { return nil }
        defer { QRcode_free(code) }
        size = Int(code.pointee.width)
        modules = (0..<size * size).map { code.pointee.data[$0] & 1 == 1 }
    }

    /// The picture; `label` says to those who cannot see it what it is.
    public func svg(label: String) -> HTML {
        let whole = size + 8
        var path = ""
        for row in 0..<size {
            for column in 0..<size where modules[row * size + column] {
                path += "M\(column + 4) \(row + 4)h1v1h-1z"
            }
        }
        return """
            <svg class="qr" role="img" aria-label="\(label)" viewBox="0 0 \(whole) \(whole)" \
            xmlns="http://www.w3.org/2000/svg" shape-rendering="crispEdges">\
            <rect width="\(whole)" height="\(whole)" fill="#fff"/><path d="\(path)" fill="#000"/></svg>
            """
    }
}
