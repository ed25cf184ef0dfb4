// Loaded in front of libsecp256k1: writes how many calls a program made to it, and one number for their sequence. Two runs
// on different secrets have to write the same.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <inttypes.h>
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <stdio.h>

static uint64_t sequence = 14695981039346656037u;
static uint64_t count;

static void record(const char *name) {
    for (; *name; name++) sequence = (sequence ^ (unsigned char)*name) * 1099511628211u;
    count++;
}

__attribute__((destructor)) static void report(void) {
    printf("%" PRIu64 " calls, sequence %016" PRIx64 "\n", count, sequence);
}

#define CALL(name, parameters, arguments)                                                          \
    int name parameters {                                                                          \
        record(#name);                                                                             \
        return ((__typeof__(&name))dlsym(RTLD_NEXT, #name)) arguments;                             \
    }
typedef const secp256k1_context *Context;
typedef const unsigned char *Bytes;
typedef const secp256k1_pubkey *Point;

CALL(secp256k1_ec_seckey_verify, (Context c, Bytes key), (c, key))
CALL(secp256k1_ec_seckey_negate, (Context c, unsigned char *key), (c, key))
CALL(secp256k1_ec_seckey_tweak_add, (Context c, unsigned char *key, Bytes tweak), (c, key, tweak))
CALL(secp256k1_ec_seckey_tweak_mul, (Context c, unsigned char *key, Bytes tweak), (c, key, tweak))
CALL(secp256k1_ec_pubkey_parse, (Context c, secp256k1_pubkey *out, Bytes in, size_t size),
     (c, out, in, size))
CALL(secp256k1_ec_pubkey_serialize,
     (Context c, unsigned char *out, size_t *size, Point point, unsigned int form),
     (c, out, size, point, form))
CALL(secp256k1_ec_pubkey_cmp, (Context c, Point left, Point right), (c, left, right))
CALL(secp256k1_ec_pubkey_create, (Context c, secp256k1_pubkey *out, Bytes key), (c, out, key))
CALL(secp256k1_ec_pubkey_negate, (Context c, secp256k1_pubkey *point), (c, point))
CALL(secp256k1_ec_pubkey_tweak_mul, (Context c, secp256k1_pubkey *point, Bytes tweak),
     (c, point, tweak))
CALL(secp256k1_ec_pubkey_combine,
     (Context c, secp256k1_pubkey *out, const secp256k1_pubkey *const *in, size_t size),
     (c, out, in, size))
CALL(secp256k1_ecdh,
     (Context c, unsigned char *out, Point point, Bytes key, secp256k1_ecdh_hash_function hash,
      void *data),
     (c, out, point, key, hash, data))
