internal import Foundation
internal import Tegata

/// Values as the register keeps them with an edition: JSON, the same bytes for the same value, so that twice is once.
enum Attached {
    static func text(of value: some Encodable) throws(Refusal) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(value) else { throw .unavailable }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Throws: `unavailable` for something else than was written.
    static func value<Value: Decodable>(
        _ type: Value.Type, _ text: String
    ) throws(Refusal) -> Value {
        guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
            throw .unavailable
        }
        return value
    }
}

extension Issuer {
    /// The texts of an edition whose names begin with `prefix`, oldest first.
    ///
    /// - Throws: `unavailable`.
    func attachments(
        under prefix: String, of edition: OpenEdition
    ) async throws(Refusal) -> [String] {
        var texts = [String]()
        for name in try await attachments(of: edition) where name.hasPrefix(prefix) {
            if let text = try await attachment(name, of: edition) { texts.append(text) }
        }
        return texts
    }
}
