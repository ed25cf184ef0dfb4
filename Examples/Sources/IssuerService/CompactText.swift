internal import Foundation
internal import ServiceKit

/// A signed text's payload, read without believing it: to know what it is about, before it is checked or long after.
struct CompactText {
    private let payload: Data

    init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 3 else { return nil }
        guard let bytes = Data(base64URL: String(parts[1])) else { return nil }
        payload = bytes
    }

    /// Some of its members; `nil` when they are not there.
    func read<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: payload)
    }
}
