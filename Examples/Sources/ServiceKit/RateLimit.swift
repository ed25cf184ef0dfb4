/// So many requests a minute for each client, and not more clients remembered than a minute can bring.
public actor RateLimit {
    private let perMinute: Int
    private var counts = [String: Int]()
    private var minute = ContinuousClock.now

    /// At most `perMinute` requests of one client.
    public init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Whether this client may ask once more.
    public func allows(_ client: String) -> Bool {
        let now = ContinuousClock.now
        if now - minute > .seconds(60) || counts.count > 100_000 {
            counts = [:]
            minute = now
        }
        counts[client, default: 0] += 1
        return counts[client, default: 0] <= perMinute
    }
}
