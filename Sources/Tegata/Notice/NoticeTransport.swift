/// Brings notices to their holders: server-sent events, a push, a messenger, a letter. The library opens no socket.
///
/// It is trusted with nothing: a notice that it changes, makes up, holds back or brings twice is recognised by the wallet,
/// or missed by the issuer, who sees who has not answered. It learns who is told something, and reads what.
public protocol NoticeTransport: Sendable {
    /// Brings a notice, at least once. An error means that it may not have arrived, and that it is brought again later.
    func deliver(_ notice: String, to address: NoticeAddress) async throws
}

/// Keeps what it is given, for one process and for tests.
public actor InMemoryNoticeTransport: NoticeTransport {
    private var boxes = [NoticeAddress: [String]]()

    /// A transport that has brought nothing yet.
    public init() {}

    /// Keeps a notice.
    public func deliver(_ notice: String, to address: NoticeAddress) {
        boxes[address, default: []].append(notice)
    }

    /// What was brought to an address, in order.
    public func notices(for address: NoticeAddress) -> [String] { boxes[address] ?? [] }
}

/// How far a batch has come.
public struct NoticeProgress: Hashable, Sendable {
    /// How many are done, whether they were before or not.
    public let done: Int
    /// How many there are.
    public let total: Int
}

/// What a delivery came to.
public struct NoticeDelivery: Hashable, Sendable {
    /// How many were brought.
    public let delivered: Int
    /// Those that the transport could not bring.
    public let failed: [NoticeID]
    /// Where the next delivery goes on: the number of the programme's notices that were looked at.
    public let next: Int
}
