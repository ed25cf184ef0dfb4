internal import Foundation
public import Tegata

// Values of JSON in a store, for what has no format of its own.
extension StateStore {
    /// What is kept under `key`; `nil` for nothing.
    ///
    /// - Throws: `unavailable`, also for something else than was looked for.
    public func value<Value: Decodable>(
        _ type: Value.Type, of key: [UInt8]
    ) async throws(Refusal) -> Value? {
        guard let bytes = try await value(of: key, now: Now.seconds) else { return nil }
        return try Self.decode(type, bytes)
    }

    /// Changes what is kept under `key`, again when somebody else was faster.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - expiry: until when it is kept.
    ///   - body: what becomes of what there is; `nil` to leave it.
    /// - Throws: what `body` throws; `unavailable`.
    public func change<Value: Codable>(
        _ key: [UInt8], until expiry: Int64, _ body: (Value?) throws(Refusal) -> Value?
    ) async throws(Refusal) {
        for _ in 0..<64 {
            let old = try await value(of: key, now: Now.seconds)
            var known: Value?
            if let old { known = try Self.decode(Value.self, old) }
            guard let new = try body(known) else { return }
            guard let bytes = try? JSONEncoder().encode(new) else { throw .unavailable }
            let isDone = try await replace(
                key, old, with: [UInt8](bytes), until: expiry, now: Now.seconds)
            if isDone { return }
        }
        throw .unavailable
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws(Refusal) -> Value {
        guard let value = try? JSONDecoder().decode(type, from: Data(bytes)) else {
            throw .unavailable
        }
        return value
    }
}
