internal import TegataCrypto

/// A key whose secret half lies outside this process: a PKCS#11 module, a signing service.
///
/// Whatever it answers is checked under `verifyingKey` before anyone sees it, and a signature with a high `s` is turned into
/// its low twin; so a signer that is wrong, late or gone costs an answer and gives nothing false away (A139).
public protocol ExternalSigner: Sendable {
    /// The public half: of secp256k1 or P-256. The same for as long as the signer lives.
    var verifyingKey: VerifyingKey { get }

    /// r‖s, 64 bytes, over a SHA-256 digest of 32 bytes. It may wait for the device, for a bounded time.
    ///
    /// - Throws: `unavailable` when there is no signature; the caller may ask again later.
    func signature(forDigest digest: [UInt8]) throws(Refusal) -> [UInt8]
}

extension ExternalSigner {
    /// A signature over the SHA-256 of `message` that holds, with a low `s`.
    ///
    /// - Throws: `unavailable` for none, and for one that does not hold.
    func checkedSignature(for message: Span<UInt8>) throws(Refusal) -> FixedBytes<64> {
        let digest = SHA256.hash(message)
        let given = try signature(forDigest: digest.array)
        guard verifyingKey.isValidSignature(given.span, for: message),
            let signature = FixedBytes<64>(given)
        else { throw .unavailable }
        guard case .secp256k1 = verifyingKey.material else { return signature }
        return Secp256k1.lowS(signature)
    }
}
