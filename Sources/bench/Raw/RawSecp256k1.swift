internal import CSecp256k1

/// libsecp256k1 with a prepared context, key and signatures.
@safe final class RawSecp256k1 {
    private let context: OpaquePointer
    private let secret = [UInt8](repeating: 7, count: 32)
    private let digest = [UInt8](repeating: 9, count: 32)
    private var key = secp256k1_pubkey()
    private var pair = secp256k1_keypair()
    private var xOnly = secp256k1_xonly_pubkey()
    private var signature = secp256k1_ecdsa_signature()
    private var product = [UInt8](repeating: 0, count: 32)
    private var schnorr = [UInt8](repeating: 0, count: 64)

    init() {
        // SECP256K1_CONTEXT_NONE, a macro that Swift does not import.
        guard let context = unsafe secp256k1_context_create(1) else {
            preconditionFailure("libsecp256k1 could not make a context")
        }
        unsafe self.context = context
        let made =
            unsafe secp256k1_context_randomize(context, digest)
            & secp256k1_ec_pubkey_create(context, &key, secret)
            & secp256k1_keypair_create(context, &pair, secret)
            & secp256k1_keypair_xonly_pub(context, &xOnly, nil, &pair)
        precondition(made == 1 && sign() && schnorrSign(), "libsecp256k1 does not work")
    }

    deinit { unsafe secp256k1_context_destroy(context) }

    func sign() -> Bool {
        unsafe secp256k1_ecdsa_sign(context, &signature, digest, secret, nil, nil) == 1
    }

    func verify() -> Bool {
        unsafe secp256k1_ecdsa_verify(context, &signature, digest, &key) == 1
    }

    func schnorrSign() -> Bool {
        unsafe secp256k1_schnorrsig_sign32(context, &schnorr, digest, &pair, digest) == 1
    }

    func schnorrVerify() -> Bool {
        unsafe secp256k1_schnorrsig_verify(context, schnorr, digest, digest.count, &xOnly) == 1
    }

    func times() -> Bool {
        var point = key
        return unsafe secp256k1_ec_pubkey_tweak_mul(context, &point, digest) == 1
    }

    func secretTimes() -> Bool {
        unsafe secp256k1_ecdh(
            context, &product, &key, secret,
            { output, x, _, _ in
                guard let output = unsafe output, let x = unsafe x else { return 0 }
                unsafe output.update(from: x, count: 32)
                return 1
            }, nil) == 1
    }

    func secretTimesGenerator() -> Bool {
        var point = secp256k1_pubkey()
        return unsafe secp256k1_ec_pubkey_create(context, &point, secret) == 1
    }
}
