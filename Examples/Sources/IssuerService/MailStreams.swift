internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import Synchronization
internal import Tegata

/// Mail as it comes, to wallets that wait for it (server-sent events). A stream ends within a minute, so that neither an ended card nor a
/// server that is to stop waits for it: whoever goes on shows the card again.
final class MailStreams: Sendable {
    private static let seconds = 60
    private static let capacity = 1024
    private let count = Mutex(0)

    /// The mail of a card, and what is added to it.
    ///
    /// - Throws: `unavailable` while too many wait.
    func stream(
        _ box: Mailbox, _ serial: UInt32, boundTo key: Data
    ) throws(Refusal) -> Response {
        let isFree = count.withLock { count in
            guard count < Self.capacity else { return false }
            count += 1
            return true
        }
        guard isFree else { throw .unavailable }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { [self] writer in
                defer { count.withLock { $0 -= 1 } }
                var sent = 0
                for _ in 0..<Self.seconds {
                    let mail = try await box.mail(for: serial, boundTo: key)
                    // A line that says nothing keeps the way open, and finds out whether anybody is there.
                    let events = mail.dropFirst(sent).map { "data: \($0)\n\n" }.joined()
                    try await writer.write(ByteBuffer(string: events.isEmpty ? ":\n" : events))
                    sent = max(sent, mail.count)
                    try await Task.sleep(for: .seconds(1))
                }
                try await writer.finish(nil)
            })
    }
}
