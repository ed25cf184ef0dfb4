/// A transaction that has begun.
public struct StartedPresentation: Sendable {
    /// Its name, for the page that waits. It opens nothing by itself.
    public let transaction: String
    /// The browser's session ticket: for a cookie that is `HttpOnly`, `Secure` and `SameSite=Lax`.
    public let session: String
    /// What the wallet opens, or a code that it scans.
    public let link: String
    /// The last second for an answer, since 1970.
    public let expiry: Int64
}
