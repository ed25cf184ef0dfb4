// What libsecp256k1 gives back is public: that a call succeeded, a public key, a signature. Everything else stays
// secret. Linked with --wrap, so these stand between TegataCrypto and the library.
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_schnorrsig.h>
#include <valgrind/memcheck.h>

#define PUBLIC(pointer, count) VALGRIND_MAKE_MEM_DEFINED(pointer, count)
#define WRAP(name, parameters, arguments, outputs)  \
    int __real_##name parameters;                   \
    int __wrap_##name parameters {                  \
        int result = __real_##name arguments;       \
        PUBLIC(&result, sizeof result);             \
        outputs;                                    \
        return result;                              \
    }

typedef const secp256k1_context *context;

WRAP(secp256k1_ec_seckey_verify, (context c, const unsigned char *k), (c, k), )
WRAP(secp256k1_ec_seckey_tweak_add, (context c, unsigned char *k, const unsigned char *t), (c, k, t), )
WRAP(secp256k1_ec_seckey_tweak_mul, (context c, unsigned char *k, const unsigned char *t), (c, k, t), )
WRAP(secp256k1_ec_pubkey_create, (context c, secp256k1_pubkey *p, const unsigned char *k), (c, p, k),
     PUBLIC(p, sizeof *p))
WRAP(secp256k1_ecdsa_sign,
     (context c, secp256k1_ecdsa_signature *s, const unsigned char *m, const unsigned char *k,
      secp256k1_nonce_function n, const void *d),
     (c, s, m, k, n, d), PUBLIC(s, sizeof *s))
// A key pair is a secret of 32 bytes and its public half.
WRAP(secp256k1_keypair_create, (context c, secp256k1_keypair *p, const unsigned char *k), (c, p, k),
     PUBLIC(p->data + 32, sizeof p->data - 32))
WRAP(secp256k1_schnorrsig_sign_custom,
     (context c, unsigned char *s, const unsigned char *m, size_t n, const secp256k1_keypair *p,
      secp256k1_schnorrsig_extraparams *e),
     (c, s, m, n, p, e), PUBLIC(s, 64))
WRAP(secp256k1_ecdh,
     (context c, unsigned char *o, const secp256k1_pubkey *p, const unsigned char *k,
      secp256k1_ecdh_hash_function f, void *d),
     (c, o, p, k, f, d), )

// A product of a point and a secret comes back through here; as a point it is sent to others.
int __real_secp256k1_ec_pubkey_parse(context, secp256k1_pubkey *, const unsigned char *, size_t);
int __wrap_secp256k1_ec_pubkey_parse(context c, secp256k1_pubkey *p, const unsigned char *i, size_t n) {
    PUBLIC(i, n);
    return __real_secp256k1_ec_pubkey_parse(c, p, i, n);
}
