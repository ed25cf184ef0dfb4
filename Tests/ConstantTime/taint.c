// Loaded in front of libcrypto and libsecp256k1 while valgrind's memcheck runs a program: random bytes become secrets.
//
// Memcheck follows uninitialised bytes through every copy and calculation, and reports the branch or the address
// that depends on one. Here "uninitialised" stands for "secret", as in libsecp256k1's own ctime_tests. What is
// public by definition is declared so below, at the C interface; nothing inside the libraries is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <valgrind/memcheck.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define SECRET(bytes, count) VALGRIND_MAKE_MEM_UNDEFINED(bytes, count)
#define PUBLIC(bytes, count) VALGRIND_MAKE_MEM_DEFINED(bytes, count)

// For bytes that the program sends: proofs, and what an issuer gives to a holder.
__attribute__((visibility("default"))) void constant_time_publish(void *bytes, size_t count) {
    PUBLIC(bytes, count);
}

int RAND_bytes(unsigned char *out, int count) {
    int done = REAL(RAND_bytes)(out, count);
    SECRET(out, count);
    return done;
}

int RAND_priv_bytes(unsigned char *out, int count) {
    int done = REAL(RAND_priv_bytes)(out, count);
    SECRET(out, count);
    return done;
}

// Whether a call succeeded is public: with a valid key it always does, but for chances near 2^-128. The keys and
// signatures that some calls make are public as well.
#define CALL(name, parameters, arguments, published)                                               \
    int name parameters {                                                                          \
        int done = REAL(name) arguments;                                                           \
        PUBLIC(&done, sizeof done);                                                                \
        published;                                                                                 \
        return done;                                                                               \
    }
#define NOTHING (void)0
typedef const secp256k1_context *Context;
typedef const unsigned char *Bytes;
typedef const secp256k1_pubkey *Point;

CALL(secp256k1_ec_seckey_verify, (Context c, Bytes key), (c, key), NOTHING)
CALL(secp256k1_ec_seckey_tweak_add, (Context c, unsigned char *key, Bytes tweak), (c, key, tweak),
     NOTHING)
CALL(secp256k1_ec_seckey_tweak_mul, (Context c, unsigned char *key, Bytes tweak), (c, key, tweak),
     NOTHING)
CALL(secp256k1_ec_pubkey_parse, (Context c, secp256k1_pubkey *out, Bytes in, size_t count),
     (c, out, in, count), NOTHING)
CALL(secp256k1_ec_pubkey_combine,
     (Context c, secp256k1_pubkey *out, const secp256k1_pubkey *const *in, size_t count),
     (c, out, in, count), NOTHING)
CALL(secp256k1_ec_pubkey_create, (Context c, secp256k1_pubkey *out, Bytes key), (c, out, key),
     PUBLIC(out, sizeof *out))
CALL(secp256k1_ecdsa_sign,
     (Context c, secp256k1_ecdsa_signature *out, Bytes digest, Bytes key,
      secp256k1_nonce_function nonce, const void *data),
     (c, out, digest, key, nonce, data), PUBLIC(out, sizeof *out))
CALL(secp256k1_schnorrsig_sign_custom,
     (Context c, unsigned char *out, Bytes message, size_t count, const secp256k1_keypair *pair,
      secp256k1_schnorrsig_extraparams *extra),
     (c, out, message, count, pair, extra), PUBLIC(out, 64))
// The secret key comes first, then the public one.
CALL(secp256k1_keypair_create, (Context c, secp256k1_keypair *out, Bytes key), (c, out, key),
     PUBLIC(out->data + 32, 64))

// The point that a secret multiplies is a generator, or was or will be sent: R, L and the like.
int secp256k1_ecdh(Context c, unsigned char *out, Point point, Bytes key,
                   secp256k1_ecdh_hash_function hash, void *data) {
    PUBLIC(point, sizeof *point);
    int done = REAL(secp256k1_ecdh)(c, out, point, key, hash, data);
    PUBLIC(&done, sizeof done);
    return done;
}

// A point is written or compared only when it is, or goes into the hash of, something that is shown.
int secp256k1_ec_pubkey_serialize(Context c, unsigned char *out, size_t *count, Point point,
                                  unsigned int form) {
    PUBLIC(point, sizeof *point);
    return REAL(secp256k1_ec_pubkey_serialize)(c, out, count, point, form);
}

int secp256k1_ec_pubkey_cmp(Context c, Point left, Point right) {
    PUBLIC(left, sizeof *left);
    PUBLIC(right, sizeof *right);
    return REAL(secp256k1_ec_pubkey_cmp)(c, left, right);
}

// SHAKE128 hashes transcripts and nothing else (SHAKE256 makes nonces): every byte of a transcript is shown, responses
// of an earlier part of a proof among them, and so is the challenge that it gives.
int EVP_DigestFinalXOF(EVP_MD_CTX *context, unsigned char *out, size_t count) {
    int done = REAL(EVP_DigestFinalXOF)(context, out, count);
    if (EVP_MD_is_a(EVP_MD_CTX_get0_md(context), "SHAKE128")) PUBLIC(out, count);
    return done;
}
