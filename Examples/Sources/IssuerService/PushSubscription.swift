internal import Crypto
internal import Foundation
internal import ServiceKit
internal import Tegata

/// Where a browser wants to be woken, and the keys under which it alone opens what it is sent (RFC 8030, RFC 8291).
struct PushSubscription: Codable, Equatable, Sendable {
    /// An address at a push service; whoever knows it can try to wake the browser.
    let endpoint: String
    /// The browser's public key, an uncompressed point of P-256.
    let key: Data
    /// What the browser and its correspondents share besides.
    let secret: Data

    /// Takes what a browser's `PushSubscription.toJSON()` says. The address is judged here and again each time that it is asked.
    ///
    /// - Throws: `issuerUntrusted` for an address that is never asked (A113), `malformed` for what are no keys.
    init(
        _ endpoint: String, p256dh: String, auth: String, acceptsLoopback: Bool
    ) throws(Refusal) {
        _ = try OutboundHTTP.Target(endpoint, acceptsLoopback: acceptsLoopback)
        guard endpoint.utf8.count <= 1024, let key = Data(base64URL: p256dh), key.count == 65,
            let secret = Data(base64URL: auth), secret.count == 16,
            (try? Crypto.P256.KeyAgreement.PublicKey(x963Representation: key)) != nil
        else { throw .malformed }
        self.endpoint = endpoint
        self.key = key
        self.secret = secret
    }
}
