internal import CSecp256k1

extension Secp256k1.PrivateKey {
    /// ECDSA over a digest, with which of the possible keys is ours: 64 bytes r‖s, low s, the nonce by RFC 6979; and 0 … 3.
    package func recoverableSignature(
        forDigest digest: FixedBytes<32>
    ) -> (signature: FixedBytes<64>, recovery: UInt8) {
        var raw = secp256k1_ecdsa_recoverable_signature()
        let done = unsafe digest.span.withUnsafeBufferPointer { message in
            unsafe secret.bytes.withPointer { key in
                unsafe secp256k1_ecdsa_sign_recoverable(
                    Context.shared, &raw, message.baseAddress.unsafelyUnwrapped, key,
                    secp256k1_nonce_function_rfc6979, nil)
            }
        }
        precondition(done == 1, "a valid key signs every digest")
        var signature = FixedBytes<64>()
        var recovery: Int32 = 0
        var span = signature.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer {
            _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
                Context.shared, $0.baseAddress.unsafelyUnwrapped, &recovery, &raw)
        }
        return (signature, UInt8(recovery))
    }
}

extension Secp256k1.PublicKey {
    /// The key that made `signature`, 64 bytes r‖s, over `digest`; `nil` when there is none.
    package init?(
        recoveredFrom signature: Span<UInt8>, _ recovery: UInt8, forDigest digest: FixedBytes<32>
    ) {
        guard signature.count == 64, recovery < 4 else { return nil }
        var raw = secp256k1_ecdsa_recoverable_signature()
        let read = unsafe signature.withUnsafeBufferPointer {
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                Context.shared, &raw, $0.baseAddress.unsafelyUnwrapped, Int32(recovery))
        }
        guard read == 1 else { return nil }
        var key = secp256k1_pubkey()
        let found = unsafe digest.span.withUnsafeBufferPointer {
            unsafe secp256k1_ecdsa_recover(
                Context.shared, &key, &raw, $0.baseAddress.unsafelyUnwrapped)
        }
        guard found == 1 else { return nil }
        self.init(Point(raw: key))
    }
}
