import Foundation
import Synchronization
public import Tegata

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How others are asked: https, bounded in size and time, no redirect followed, no cookie kept, and never an address of one's own
/// network (A113 to A115).
public struct OutboundHTTP: Sendable {
    /// What came back.
    public struct Answer: Sendable {
        /// The status.
        public let status: Int
        /// The media type, in lower case and without its parameters; empty for none.
        public let type: String
        /// The body.
        public let body: [UInt8]
    }

    private let limit: Int
    private let seconds: Double

    /// Takes at most `limit` bytes in at most `seconds`.
    public init(limit: Int = 1 << 20, seconds: Double = 15) {
        self.limit = limit
        self.seconds = seconds
    }

    /// Sends one request.
    ///
    /// - Parameters:
    ///   - method: `GET` or `POST`.
    ///   - address: where it goes.
    ///   - fields: header fields by name.
    ///   - body: the body of a POST.
    ///   - acceptsLoopback: whether this machine may be asked, without TLS too: only in a conversation that began there.
    ///   - hear: called with each piece of a stream of events (`text/event-stream`) as it comes.
    /// - Returns: what came back, whatever its status.
    /// - Throws: `issuerUntrusted` for an address that is never asked, `unsupported` for a
    ///   redirect, `limitExceeded` for too long an answer, `unavailable`.
    public func send(
        _ method: String, _ address: String, fields: [String: String] = [:], body: [UInt8] = [],
        acceptsLoopback: Bool, hearing hear: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws(Refusal) -> Answer {
        let target = try Target(address, acceptsLoopback: acceptsLoopback)
        try await target.checkAddresses()
        var request = URLRequest(url: target.url)
        request.httpMethod = method
        request.timeoutInterval = seconds
        for (name, value) in fields { request.setValue(value, forHTTPHeaderField: name) }
        if method != "GET" { request.httpBody = Data(body) }
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.httpShouldSetCookies = false
        settings.urlCache = nil
        let exchange = Exchange(limit: limit, hear: hear)
        let session = URLSession(
            configuration: settings, delegate: exchange, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: request)
        // A byte a second is no silence, so there is an end to the whole as well (A115).
        let time = seconds
        let deadline = Task {
            try await Task.sleep(for: .seconds(time))
            task.cancel()
        }
        defer { deadline.cancel() }
        return try await exchange.run(task).get()
    }
}

/// One request and what becomes of it.
private final class Exchange: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var status = 0
        var type = ""
        var body = [UInt8]()
        var refusal: Refusal?
        var continuation: CheckedContinuation<Result<OutboundHTTP.Answer, Refusal>, Never>?
    }

    private let limit: Int
    private let hear: (@Sendable ([UInt8]) -> Void)?
    private let state = Mutex(State())

    init(limit: Int, hear: (@Sendable ([UInt8]) -> Void)?) {
        self.limit = limit
        self.hear = hear
    }

    func run(_ task: URLSessionDataTask) async -> Result<OutboundHTTP.Answer, Refusal> {
        await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            task.resume()
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // Whoever redirects has not answered. Some systems deliver nothing more after this, so the task ends here.
        state.withLock { $0.refusal = .unsupported }
        completionHandler(nil)
        task.cancel()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let isTooLong = response.expectedContentLength > Int64(limit)
        state.withLock { state in
            state.status = (response as? HTTPURLResponse)?.statusCode ?? 0
            state.type = response.mimeType?.lowercased() ?? ""
            if isTooLong { state.refusal = .limitExceeded }
        }
        completionHandler(isTooLong ? .cancel : .allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let (isTooLong, isEvents) = state.withLock { state in
            guard state.body.count + data.count <= limit else {
                state.refusal = .limitExceeded
                state.body = []
                return (true, false)
            }
            state.body += data
            return (false, state.status == 200 && state.type == "text/event-stream")
        }
        if isTooLong { dataTask.cancel() }
        if isEvents { hear?([UInt8](data)) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let end = state.withLock { state in
            let continuation = state.continuation
            state.continuation = nil
            let refusal = state.refusal ?? (error == nil && state.status != 0 ? nil : .unavailable)
            return (
                continuation,
                refusal.map { Result<OutboundHTTP.Answer, Refusal>.failure($0) }
                    ?? .success(
                        OutboundHTTP.Answer(
                            status: state.status, type: state.type, body: state.body))
            )
        }
        end.0?.resume(returning: end.1)
    }
}
