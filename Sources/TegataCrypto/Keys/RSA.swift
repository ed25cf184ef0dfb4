internal import COpenSSL

/// RSA signatures (RFC 8017), which today's national-ID cards and their authorities make.
package enum RSA {
    /// A key that signatures are checked with: 2,048 to 8,192 bits in whole bytes, odd modulus and exponent.
    package struct PublicKey: Hashable, Sendable {
        /// The modulus n, big-endian, without leading zeros.
        package let modulus: [UInt8]
        /// The exponent e, big-endian, without leading zeros.
        package let exponent: [UInt8]
        private let operation: RSAPublicOperation

        /// Imports n and e (big-endian, without leading zeros).
        ///
        /// Exponents below 65,537 are refused unless the caller says otherwise: with a small one, a verifier's slip in
        /// the padding is a forgery (CVE-2006-4339). The upper bounds keep hostile keys from costing time.
        package init(
            modulus: [UInt8], exponent: [UInt8], smallestExponent: UInt64 = 65_537
        ) throws(CryptoError) {
            guard let first = modulus.first, first >= 0x80, let last = modulus.last, last & 1 == 1
            else { throw .invalidKey }
            let bits = modulus.count * 8
            guard (2_048...8_192).contains(bits) else { throw .invalidKey }
            guard (1...8).contains(exponent.count), exponent[0] != 0 else { throw .invalidKey }
            let e = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard e & 1 == 1, e >= max(3, smallestExponent) else { throw .invalidKey }
            let operation = RSAPublicOperation(modulus: modulus, exponent: exponent)
            guard let operation else { throw .invalidKey }
            self.operation = operation
            self.modulus = modulus
            self.exponent = exponent
        }

        /// Whether `signature` is RSASSA-PKCS1-v1_5 over `digest` (RFC 8017 §8.2.2).
        ///
        /// The encoded message is rebuilt and all of it compared; nothing an attacker sent is ever parsed.
        package func isValidPKCS1Signature(
            _ signature: Span<UInt8>, forDigest digest: [UInt8], using hash: HashFunction
        ) -> Bool {
            guard signature.count == modulus.count, digest.count == hash.byteCount else {
                return false
            }
            let opened = operation.open(signature)
            return opened == RSA.encodedMessage(digest, hash, count: modulus.count)
        }

        /// Whether `signature` is RSASSA-PSS over `digest`, with exactly `saltByteCount` bytes of salt and MGF1 with the
        /// same hash (RFC 8017 §8.1.2).
        package func isValidPSSSignature(
            _ signature: Span<UInt8>, forDigest digest: [UInt8], using hash: HashFunction,
            maskHash: HashFunction? = nil, saltByteCount: Int
        ) -> Bool {
            guard signature.count == modulus.count, digest.count == hash.byteCount,
                (0...512).contains(saltByteCount), let key = imported
            else { return false }
            return unsafe key.operate { context in
                unsafe EVP_PKEY_verify_init(context) == 1
                    && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                    && EVP_PKEY_CTX_set_signature_md(context, hash.algorithm) == 1
                    && EVP_PKEY_CTX_set_rsa_mgf1_md(context, (maskHash ?? hash).algorithm) == 1
                    && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, Int32(saltByteCount)) == 1
                    && signature.withUnsafeBufferPointer { signature in
                        unsafe EVP_PKEY_verify(
                            context, signature.baseAddress, signature.count, digest, digest.count)
                            == 1
                    }
            }
        }

        /// The key as libcrypto's newer interface takes it, which alone offers PSS.
        private var imported: LibcryptoKey? {
            var parameters = LibcryptoParameters()
            parameters.add("n", number: modulus)
            parameters.add("e", number: exponent)
            return LibcryptoKey.imported(
                "RSA", selection: LibcryptoKey.publicKey, parameters)
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.modulus == right.modulus && left.exponent == right.exponent
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(modulus)
            hasher.combine(exponent)
        }
    }

    /// A signing key, for test cards and test authorities; wiped by libcrypto with the last copy.
    package struct PrivateKey: Sendable {
        /// The public half, exponent 65,537.
        package let publicKey: PublicKey
        private let key: LibcryptoKey

        /// A new random key of `bits` bits; a 2,048-bit one takes a tenth of a second or more.
        package init(bits: Int = 2_048) {
            key = unsafe LibcryptoKey.generate("RSA") {
                unsafe EVP_PKEY_CTX_set_rsa_keygen_bits($0, Int32(bits)) == 1
            }
            let modulus = key.number(OSSL_PKEY_PARAM_RSA_N, count: bits / 8)
            guard let modulus,
                let publicKey = try? PublicKey(modulus: modulus, exponent: [1, 0, 1])
            else { preconditionFailure("libcrypto made an unusable RSA key") }
            self.publicKey = publicKey
        }

        /// What a card does: pads `digestInfo` (PKCS#1 type 1) and signs it, whatever it says.
        ///
        /// `nil` when it does not fit. The caller builds the DigestInfo, as the host of an ID card does.
        package func signature(ofDigestInfo digestInfo: [UInt8]) -> [UInt8]? {
            guard digestInfo.count <= publicKey.modulus.count - 11 else { return nil }
            return unsafe key.output(capacity: publicKey.modulus.count) { context, buffer, count in
                unsafe EVP_PKEY_sign_init(context) == 1
                    && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
                    && EVP_PKEY_sign(context, buffer, &count, digestInfo, digestInfo.count) == 1
            }
        }
    }

    /// `DigestInfo ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING }` with NULL parameters (RFC 8017 §9.2, note 1).
    package static func digestInfo(_ digest: [UInt8], _ hash: HashFunction) -> [UInt8] {
        let number: UInt8 =
            switch hash {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 3
            }
        let count = UInt8(hash.byteCount)
        // 2.16.840.1.101.3.4.2.n, then NULL.
        let algorithm: [UInt8] = [
            0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number, 0x05,
            0x00,
        ]
        return [0x30, 17 + count] + algorithm + [0x04, count] + digest
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): 00 01 FF… 00 DigestInfo, `count` bytes.
    private static func encodedMessage(
        _ digest: [UInt8], _ hash: HashFunction, count: Int
    ) -> [UInt8] {
        let info = digestInfo(digest, hash)
        var encoded = [UInt8](repeating: 0xFF, count: count)
        encoded[0] = 0
        encoded[1] = 1
        encoded[count - info.count - 1] = 0
        encoded.replaceSubrange((count - info.count)..., with: info)
        return encoded
    }
}
