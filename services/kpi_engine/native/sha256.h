/* SHA-256 (FIPS 180-4), block by block: by the processor's own instructions where it has them. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(NO_SHA_INSTRUCTIONS)
#include <cpuid.h>
#include <immintrin.h>
#define HAS_INSTRUCTIONS 1
#endif

static const uint32_t ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static uint32_t turned(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

/* A round of SHA-256 on the words `now` of these places. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                          \
    now[h] += (turned(now[e], 6) ^ turned(now[e], 11) ^ turned(now[e], 25)) +                     \
              (now[g] ^ (now[e] & (now[f] ^ now[g]))) + constant[i] + word[i];                    \
    now[d] += now[h];                                                                             \
    now[h] += (turned(now[a], 2) ^ turned(now[a], 13) ^ turned(now[a], 22)) +                     \
              ((now[a] & now[b]) | (now[c] & (now[a] | now[b])))

/* Take a block of 64 bytes into the eight words of a hash. */
static void hash_block(uint32_t *hash, const uint8_t *block) {
    uint32_t words[64], now[8];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t early = words[i - 15], late = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] +
                   (turned(early, 7) ^ turned(early, 18) ^ early >> 3) +
                   (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
    memcpy(now, hash, sizeof now);
    for (int i = 0; i < 64; i += 8) { /* the words stay, their names move on */
        const uint32_t *word = words + i, *constant = ROUNDS + i;
        ROUND(0, 1, 2, 3, 4, 5, 6, 7, 0);
        ROUND(7, 0, 1, 2, 3, 4, 5, 6, 1);
        ROUND(6, 7, 0, 1, 2, 3, 4, 5, 2);
        ROUND(5, 6, 7, 0, 1, 2, 3, 4, 3);
        ROUND(4, 5, 6, 7, 0, 1, 2, 3, 4);
        ROUND(3, 4, 5, 6, 7, 0, 1, 2, 5);
        ROUND(2, 3, 4, 5, 6, 7, 0, 1, 6);
        ROUND(1, 2, 3, 4, 5, 6, 7, 0, 7);
    }
    for (int i = 0; i < 8; i++) hash[i] += now[i];
}

#ifdef HAS_INSTRUCTIONS
/* The same by instructions that take two rounds each; their words are a, b, e, f and c, d, g, h. */
__attribute__((target("sha,sse4.1"))) static void hash_block_at_once(uint32_t *hash,
                                                                     const uint8_t *block) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)hash), 0xb1);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)hash + 1), 0x1b);
    __m128i abef = _mm_alignr_epi8(high, low, 8), cdgh = _mm_blend_epi16(low, high, 0xf0);
    __m128i words[4], abef_before = abef, cdgh_before = cdgh;
    for (int i = 0; i < 4; i++)
        words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), order);
    for (int i = 0; i < 16; i++) { /* `words` are the last sixteen, four by four */
        if (i >= 4) {
            __m128i last = words[(i + 3) % 4];
            __m128i next = _mm_sha256msg1_epu32(words[i % 4], words[(i + 1) % 4]);
            next = _mm_add_epi32(next, _mm_alignr_epi8(last, words[(i + 2) % 4], 4));
            words[i % 4] = _mm_sha256msg2_epu32(next, last);
        }
        __m128i constants = _mm_loadu_si128((const __m128i *)(ROUNDS + 4 * i));
        __m128i added = _mm_add_epi32(words[i % 4], constants);
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
    }
    high = _mm_shuffle_epi32(_mm_add_epi32(abef, abef_before), 0x1b);
    low = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdgh_before), 0xb1);
    _mm_storeu_si128((__m128i *)hash, _mm_blend_epi16(high, low, 0xf0));
    _mm_storeu_si128((__m128i *)hash + 1, _mm_alignr_epi8(low, high, 8));
}

static int has_instructions(void) {
    unsigned int a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
}
#endif

/* How this processor takes a block in. */
static void take_block(uint32_t *hash, const uint8_t *block) {
#ifdef HAS_INSTRUCTIONS
    static int has = -1;
    if (has < 0) has = has_instructions();
    if (has) {
        hash_block_at_once(hash, block);
        return;
    }
#endif
    hash_block(hash, block);
}
