internal import Crypto
internal import Foundation
internal import ServiceKit
internal import Tegata

/// What an issuer tells push services that it is itself: browsers give their subscriptions to this key alone (VAPID, RFC 8292).
struct PushKey: Sendable {
    /// A token is good for so many seconds; push services take at most a day.
    static let lifetime: Int64 = 43_200
    private let key: Crypto.P256.Signing.PrivateKey

    /// The key that follows from 32 secret bytes.
    ///
    /// - Throws: `malformed`, for bytes that nobody will find.
    init(secret: [UInt8]) throws(Refusal) {
        // One in 2^32 strings of 32 bytes is no key of P-256.
        for number in UInt8(0)..<8 {
            let bytes = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: secret),
                info: Data("TEGATA-V01/push".utf8) + [number], outputByteCount: 32)
            let found = bytes.withUnsafeBytes {
                try? Crypto.P256.Signing.PrivateKey(rawRepresentation: Data($0))
            }
            if let found {
                key = found
                return
            }
        }
        throw .malformed
    }

    /// An uncompressed point in base64url, as browsers and push services take it.
    var publicKey: String { key.publicKey.x963Representation.base64URL }

    /// The `Authorization` of a request to a push service.
    ///
    /// - Parameters:
    ///   - target: where the request goes.
    ///   - contact: where its operator finds ours, an https address; left out where there is none.
    ///   - now: seconds since 1970.
    /// - Returns: a token for this push service alone, and the key that it is signed with.
    /// - Throws: `unavailable`.
    func authorization(
        to target: OutboundHTTP.Target, from contact: String?, at now: Int64
    ) throws(Refusal) -> String {
        let scheme = target.text.prefix { $0 != ":" }
        let audience = JSON.string("\(scheme)://\(target.authority)")
        let end = JSON.number(JSONNumber(now + Self.lifetime))
        let claims: JSON =
            if let contact {
                ["aud": audience, "exp": end, "sub": .string(contact)]
            } else {
                ["aud": audience, "exp": end]
            }
        let signed =
            Data(#"{"typ":"JWT","alg":"ES256"}"#.utf8).base64URL + "."
            + Data("\(claims)".utf8).base64URL
        guard let signature = try? key.signature(for: Data(signed.utf8)) else {
            throw .unavailable
        }
        return "vapid t=\(signed).\(signature.rawRepresentation.base64URL), k=\(publicKey)"
    }
}
