internal import Crypto
internal import Foundation
internal import Tegata

/// A message that one browser opens and no push service: a single record of `aes128gcm` (RFC 8188) under a key that both ends agree
/// on (RFC 8291).
enum PushMessage {
    /// Of the one record, more than a message has.
    private static let recordSize: UInt32 = 4096

    /// Seals a text for a browser, each time under another key.
    ///
    /// - Throws: `malformed` for a subscription's key that is none.
    static func seal(
        _ text: [UInt8], for subscription: PushSubscription
    ) throws(Refusal) -> [UInt8] {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        return try seal(
            text, for: subscription, from: Crypto.P256.KeyAgreement.PrivateKey(), salt: salt)
    }

    static func seal(
        _ text: [UInt8], for subscription: PushSubscription,
        from key: Crypto.P256.KeyAgreement.PrivateKey, salt: [UInt8]
    ) throws(Refusal) -> [UInt8] {
        let own = key.publicKey.x963Representation
        do {
            let browser = try Crypto.P256.KeyAgreement.PublicKey(
                x963Representation: subscription.key)
            // RFC 8291 §3.4.
            let shared = try key.sharedSecretFromKeyAgreement(with: browser)
                .hkdfDerivedSymmetricKey(
                    using: SHA256.self, salt: subscription.secret,
                    sharedInfo: Data("WebPush: info\0".utf8) + subscription.key + own,
                    outputByteCount: 32)
            func derived(_ info: String, _ count: Int) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: shared, salt: Data(salt), info: Data((info + "\0").utf8),
                    outputByteCount: count)
            }
            let nonce = derived("Content-Encoding: nonce", 12).withUnsafeBytes { Data($0) }
            // The last record ends with a two (RFC 8188 §2).
            let box = try AES.GCM.seal(
                Data(text + [2]), using: derived("Content-Encoding: aes128gcm", 16),
                nonce: AES.GCM.Nonce(data: nonce))
            let size = withUnsafeBytes(of: recordSize.bigEndian) { Array($0) }
            return salt + size + [UInt8(own.count)] + own + box.ciphertext + box.tag
        } catch {
            throw .malformed
        }
    }
}
