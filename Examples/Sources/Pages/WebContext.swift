public import Hummingbird

/// What is known about a request besides its bytes: who asks, in which browser session and language.
public struct WebContext: RequestContext {
    /// What the framework keeps.
    public var coreContext: CoreRequestContextStorage
    /// The address it came from: for rate limits, and never logged.
    public let client: String
    /// The browser's session.
    public var session = BrowserSession()
    /// The language of the answer.
    public var language = Language.japanese

    /// The context of a request that came over this connection.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        client = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
