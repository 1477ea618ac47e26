// Random bits in vectors: part of CVector.h, which includes it.
#ifndef RANDOM_BITS_H
#define RANDOM_BITS_H

#include "CVector.h"

// Random bits from eight counters of Philox 4x32-10 that follow each other, `first` and the seven after it, with the same
// other words: bit i is whether word i of the 32 is at least the threshold. See `Philox4x32` in Randomness.
typedef uint32_t martlet_word8 __attribute__((ext_vector_type(8)));
typedef uint64_t martlet_long8 __attribute__((ext_vector_type(8)));
typedef _Bool martlet_bool8 __attribute__((ext_vector_type(8)));
MARTLET_INLINE uint32_t martlet_at_least(martlet_word8 words, uint32_t threshold) {
  union {
    martlet_bool8 lanes;
    uint8_t bits;
  } result = {.lanes = __builtin_convertvector(words >= (martlet_word8)threshold, martlet_bool8)};
  return result.bits;
}
MARTLET_INLINE uint32_t martlet_philox_bits(uint32_t key0, uint32_t key1, uint32_t first, uint32_t counter1,
                                            uint32_t counter2, uint32_t counter3, uint32_t threshold) {
  martlet_word8 a = first + (martlet_word8){0, 1, 2, 3, 4, 5, 6, 7}, b = counter1, c = counter2, d = counter3;
  for (int round = 0; round < 10; round++) {
    martlet_long8 ab = __builtin_convertvector(a, martlet_long8) * (martlet_long8)0xD2511F53;
    martlet_long8 cd = __builtin_convertvector(c, martlet_long8) * (martlet_long8)0xCD9E8D57;
    a = __builtin_convertvector(cd >> 32, martlet_word8) ^ b ^ key0;
    b = __builtin_convertvector(cd, martlet_word8);
    c = __builtin_convertvector(ab >> 32, martlet_word8) ^ d ^ key1;
    d = __builtin_convertvector(ab, martlet_word8);
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  // The words of each counter, one after the other.
  martlet_word8 ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  martlet_word8 cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
  martlet_word8 ab4 = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  martlet_word8 cd4 = __builtin_shufflevector(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
  return martlet_at_least(__builtin_shufflevector(ab, cd, 0, 1, 8, 9, 2, 3, 10, 11), threshold)
         | martlet_at_least(__builtin_shufflevector(ab, cd, 4, 5, 12, 13, 6, 7, 14, 15), threshold) << 8
         | martlet_at_least(__builtin_shufflevector(ab4, cd4, 0, 1, 8, 9, 2, 3, 10, 11), threshold) << 16
         | martlet_at_least(__builtin_shufflevector(ab4, cd4, 4, 5, 12, 13, 6, 7, 14, 15), threshold) << 24;
}

// The lanes whose bit is set, and 0 for the others.
MARTLET_INLINE martlet_float8 martlet_where_bits8(uint8_t bits, martlet_float8 v) {
  return ((martlet_int8)(int32_t)bits & (martlet_int8){1, 2, 4, 8, 16, 32, 64, 128}) != 0 ? v : (martlet_float8)0;
}

#endif
