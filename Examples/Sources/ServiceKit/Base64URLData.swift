public import Foundation

extension Data {
    /// As base64url without padding.
    public var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// Reads base64url without padding; `nil` for everything that is not written as ``base64URL`` writes it.
    public init?(base64URL text: String) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard + padding), data.base64URL == text else {
            return nil
        }
        self = data
    }
}
