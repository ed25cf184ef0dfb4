internal import Synchronization

/// Reads server-sent events from pieces as they come: of each event its data, and nothing else that a stream may say.
final class EventReader: Sendable {
    private let pending = Mutex([UInt8]())
    private let yield: @Sendable (String) -> Void
    /// Beyond this a line is no event of ours.
    private static let limit = 1 << 17

    init(_ yield: @escaping @Sendable (String) -> Void) { self.yield = yield }

    func take(_ bytes: [UInt8]) {
        let lines = pending.withLock { pending in
            pending += bytes
            var lines = [[UInt8]]()
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(Array(pending[..<end]))
                pending.removeSubrange(...end)
            }
            if pending.count > Self.limit { pending = [] }
            return lines
        }
        for line in lines where line.starts(with: Array("data: ".utf8)) {
            yield(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
    }
}
