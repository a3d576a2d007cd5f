/* IMA-ADPCM: 4 bits a sample (docs/protocol.md, rule A6).
 *
 * IMA Digital Audio Focus and Technical Working Groups, "Recommended Practices for Enhancing Digital Audio
 * Compatibility in Multimedia Systems", revision 3.00, 1992, section 6. */

#include "stetho_link.h"

#define LAST_INDEX 88

static const uint16_t STEPS[LAST_INDEX + 1] = {
    7,     8,     9,     10,    11,    12,    13,    14,    16,    17,    19,    21,    23,    25,    28,
    31,    34,    37,    41,    45,    50,    55,    60,    66,    73,    80,    88,    97,    107,   118,
    130,   143,   157,   173,   190,   209,   230,   253,   279,   307,   337,   371,   408,   449,   494,
    544,   598,   658,   724,   796,   876,   963,   1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,
    2272,  2499,  2749,  3024,  3327,  3660,  4026,  4428,  4871,  5358,  5894,  6484,  7132,  7845,  8630,
    9493,  10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
};
static const int8_t INDEX_MOVES[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

static int32_t clamped(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

uint8_t stetho_adpcm_encode(struct stetho_adpcm *coder, int16_t sample)
{
    int32_t step = STEPS[coder->index];
    int32_t difference = (int32_t)sample - coder->predictor;
    int32_t change = step >> 3;
    uint8_t nibble = 0;
    if (difference < 0) {
        nibble = 8;
        difference = -difference;
    }
    for (uint8_t bit = 4; bit > 0; bit >>= 1) {
        if (difference >= step) {
            nibble |= bit;
            difference -= step;
            change += step;
        }
        step >>= 1;
    }
    if (nibble & 8)
        change = -change;
    coder->predictor = (int16_t)clamped(coder->predictor + change, INT16_MIN, INT16_MAX);
    coder->index = (uint8_t)clamped(coder->index + INDEX_MOVES[nibble & 7], 0, LAST_INDEX);
    return nibble;
}

uint16_t stetho_payload_bytes(uint8_t codec, uint8_t channels, uint16_t samples)
{
    if (codec == STETHO_PCM16)
        return (uint16_t)(2 * channels * samples);
    return (uint16_t)(channels * (STETHO_ADPCM_STATE_BYTES + (samples + 1) / 2));
}
