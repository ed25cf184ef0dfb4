// Marks memory as secret (undefined) and public (defined) for valgrind's memcheck, and counts its findings.
#include <valgrind/memcheck.h>

static inline void taint(const void *bytes, unsigned long count) {
    VALGRIND_MAKE_MEM_UNDEFINED(bytes, count);
}

static inline unsigned long findings(void) { return VALGRIND_COUNT_ERRORS; }
