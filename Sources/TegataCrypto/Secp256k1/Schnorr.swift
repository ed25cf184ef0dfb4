internal import CSecp256k1

// BIP-340: signatures of 64 bytes over messages of any length, keys of 32 bytes.
extension Secp256k1.PrivateKey {
    /// A BIP-340 signature, 64 bytes. `auxiliary` is fresh randomness; the nonce is safe without it.
    package func schnorrSignature(
        for message: [UInt8], auxiliary: FixedBytes<32>
    ) -> FixedBytes<64> {
        var pair = secp256k1_keypair()
        var signature = FixedBytes<64>()
        let made = unsafe secret.bytes.withPointer {
            unsafe secp256k1_keypair_create(Context.shared, &pair, $0)
        }
        var auxiliary = auxiliary
        var target = signature.mutableSpan
        var source = auxiliary.mutableSpan
        let signed = unsafe target.withUnsafeMutableBufferPointer { signature in
            unsafe source.withUnsafeMutableBufferPointer { auxiliary in
                var extra = unsafe secp256k1_schnorrsig_extraparams(
                    magic: (0xda, 0x6f, 0xb3, 0x8c), noncefp: nil,
                    ndata: UnsafeMutableRawPointer(auxiliary.baseAddress))
                return unsafe secp256k1_schnorrsig_sign_custom(
                    Context.shared, signature.baseAddress.unsafelyUnwrapped, message,
                    message.count, &pair, &extra)
            }
        }
        wipe(&pair)
        precondition(made == 1 && signed == 1, "a valid key signs every message")
        return signature
    }

    /// A BIP-340 signature with fresh auxiliary randomness, 64 bytes.
    package func schnorrSignature(for message: [UInt8]) -> FixedBytes<64> {
        var system = SystemRandomness()
        return schnorrSignature(for: message, auxiliary: system.fixed())
    }
}

extension Secp256k1.PublicKey {
    /// The x coordinate, 32 bytes: what BIP-340 calls the public key.
    package var xOnly: FixedBytes<32> {
        var result = FixedBytes<32>()
        let encoded = point.encoded
        for index in 0..<32 { result[index] = encoded[1 + index] }
        return result
    }

    /// Whether `signature`, 64 bytes, is BIP-340 over `message` by the key with this x coordinate. An x that is
    /// on no point is no key: `false`.
    package static func isValidSchnorrSignature(
        _ signature: Span<UInt8>, for message: Span<UInt8>, xOnly: Span<UInt8>
    ) -> Bool {
        guard signature.count == 64, xOnly.count == 32 else { return false }
        var key = secp256k1_xonly_pubkey()
        let parsed = unsafe xOnly.withUnsafeBufferPointer {
            unsafe secp256k1_xonly_pubkey_parse(
                Context.shared, &key, $0.baseAddress.unsafelyUnwrapped)
        }
        guard parsed == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe secp256k1_schnorrsig_verify(
                    Context.shared, signature.baseAddress.unsafelyUnwrapped, message.baseAddress,
                    message.count, &key) == 1
            }
        }
    }

    /// Whether `signature`, 64 bytes, is BIP-340 over `message` by this key's x coordinate.
    package func isValidSchnorrSignature(
        _ signature: FixedBytes<64>, for message: [UInt8]
    ) -> Bool {
        Self.isValidSchnorrSignature(signature.span, for: message.span, xOnly: xOnly.span)
    }
}
