// Vector operations that Swift's SIMD types lack or compile badly, as inline C functions.
//
// Header-only: each function is compiled for the instruction set of the importing Swift target.
#ifndef CVECTOR_H
#define CVECTOR_H

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Imported as SIMD4<Float>, SIMD8<Float>, SIMD16<Float>, and the same of UInt8, Int32 and Double.
typedef float martlet_float4 __attribute__((ext_vector_type(4)));
typedef float martlet_float8 __attribute__((ext_vector_type(8)));
typedef float martlet_float16 __attribute__((ext_vector_type(16)));
typedef uint8_t martlet_byte4 __attribute__((ext_vector_type(4)));
typedef uint8_t martlet_byte8 __attribute__((ext_vector_type(8)));
typedef uint8_t martlet_byte16 __attribute__((ext_vector_type(16)));
typedef int32_t martlet_int4 __attribute__((ext_vector_type(4)));
typedef int32_t martlet_int8 __attribute__((ext_vector_type(8)));
typedef int32_t martlet_int16 __attribute__((ext_vector_type(16)));
typedef double martlet_double4 __attribute__((ext_vector_type(4)));
typedef double martlet_double8 __attribute__((ext_vector_type(8)));
typedef double martlet_double16 __attribute__((ext_vector_type(16)));

// An elementwise function of `elementwiseForward`; `first`, `second` and `third` are its parameters.
typedef enum __attribute__((enum_extensibility(closed))) ElementwiseKind {
  // max(x, 0)
  ElementwiseKindPositivePart,
  // 1 / (1 + exp(−x))
  ElementwiseKindSigmoid,
  // tanh(x)
  ElementwiseKindTanh,
  // second · x where x > 0, else second · first · (exp(x) − 1).
  ElementwiseKindElu,
  // min(x, second) where x > third, else first · (x − third).
  ElementwiseKindRelu,
  // exp(x)
  ElementwiseKindExponential,
  // x / 6 + ½, from 0 to 1.
  ElementwiseKindHardSigmoid,
  // x · Φ(x), the distribution of standard normal numbers.
  ElementwiseKindGelu,
  // x · σ(2 · √(2/π) · (x + 0.044715 · x³))
  ElementwiseKindGeluApproximate,
  // x · σ(x)
  ElementwiseKindSilu,
  // log(1 + exp(x))
  ElementwiseKindSoftplus,
  // x / (1 + |x|)
  ElementwiseKindSoftsign,
  // x times the hard sigmoid.
  ElementwiseKindHardSilu,
  // x · tanh(softplus(x))
  ElementwiseKindMish,
} ElementwiseKind;

typedef struct ElementwiseFunction {
  ElementwiseKind kind;
  float first, second, third;
} ElementwiseFunction;

#define MARTLET_INLINE static inline __attribute__((always_inline))

// a·b + c. Without FMA instructions `__builtin_elementwise_fma` would call `fmaf` per lane, so the baseline rounds twice.
#if defined(__FMA__) || defined(__aarch64__)
#define MARTLET_MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define MARTLET_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

// Loads and stores at any address: a Swift load from a raw pointer of unknown alignment is not always one instruction.
#define MARTLET_VECTOR(N)                                                                                          \
  typedef martlet_float##N martlet_unaligned##N __attribute__((aligned(4)));                                      \
  typedef martlet_byte##N martlet_unaligned_byte##N __attribute__((aligned(1)));                                  \
  typedef martlet_int##N martlet_unaligned_int##N __attribute__((aligned(4)));                                    \
  typedef martlet_double##N martlet_unaligned_double##N __attribute__((aligned(8)));                              \
  MARTLET_INLINE martlet_float##N martlet_load##N(const float *_Nonnull p) {                                       \
    return *(const martlet_unaligned##N *)p;                                                                      \
  }                                                                                                               \
  MARTLET_INLINE void martlet_store##N(float *_Nonnull p, martlet_float##N v) { *(martlet_unaligned##N *)p = v; }   \
  MARTLET_INLINE martlet_float##N martlet_multiply_add##N(martlet_float##N a, martlet_float##N b,                  \
                                                          martlet_float##N c) {                                   \
    return MARTLET_MULTIPLY_ADD(a, b, c);                                                                         \
  }                                                                                                               \
  /* `.squareRoot()` of Swift's vectors calls sqrtf per lane. */                                                  \
  MARTLET_INLINE martlet_float##N martlet_square_root##N(martlet_float##N a) {                                     \
    return __builtin_elementwise_sqrt(a);                                                                         \
  }                                                                                                               \
  /* a where it is positive, else +0; NaN stays NaN. One maximum instruction. */                                  \
  MARTLET_INLINE martlet_float##N martlet_relu##N(martlet_float##N a) {                                            \
    return a < 0 ? (martlet_float##N)0 : a;                                                                       \
  }                                                                                                               \
  /* g where a is positive, else 0. */                                                                            \
  MARTLET_INLINE martlet_float##N martlet_where_positive##N(martlet_float##N a, martlet_float##N g) {              \
    return a > 0 ? g : (martlet_float##N)0;                                                                       \
  }                                                                                                               \
  /* `.sum()` of Swift's vectors adds lanes in sequence; this is a fixed tree of halves. */                       \
  MARTLET_INLINE float martlet_sum##N(martlet_float##N a) { return martlet_tree##N(a); }                        \
  /* x where a > b, else y. */                                                                                    \
  MARTLET_INLINE martlet_float##N martlet_where_greater##N(martlet_float##N a, martlet_float##N b,                 \
                                                           martlet_float##N x, martlet_float##N y) {              \
    return a > b ? x : y;                                                                                         \
  }                                                                                                               \
  /* x where a > b or a is NaN, else y. */                                                                         \
  MARTLET_INLINE martlet_float##N martlet_where_larger##N(martlet_float##N a, martlet_float##N b,                  \
                                                          martlet_float##N x, martlet_float##N y) {               \
    return ((a > b) | (a != a)) ? x : y;                                                                            \
  }                                                                                                               \
  /* x, or NaN where any of four is NaN. */                                                                        \
  MARTLET_INLINE martlet_float##N martlet_unless_nan##N(martlet_float##N x, martlet_float##N a, martlet_float##N b,  \
                                                        martlet_float##N c, martlet_float##N d) {                 \
    return ((a != a) | (b != b) | (c != c) | (d != d)) ? (martlet_float##N)__builtin_nanf("") : x;                \
  }                                                                                                               \
  /* x where a = b, else y. */                                                                                    \
  MARTLET_INLINE martlet_float##N martlet_where_equal##N(martlet_float##N a, martlet_float##N b,                   \
                                                         martlet_float##N x, martlet_float##N y) {                \
    return a == b ? x : y;                                                                                        \
  }                                                                                                               \
  /* exp(a), within 2 units in the last place: a = n·log 2 + r, and a polynomial of r. Its coefficients are those of    \
     Cephes' expf (S. L. Moshier, Methods and Programs for Mathematical Functions, 1989). */                          \
  MARTLET_INLINE martlet_float##N martlet_exp##N(martlet_float##N a) {                                             \
    const float magic = 12582912; /* 1.5 · 2²³: adding it rounds to integers, in the low bits */                     \
    martlet_float##N shifted = MARTLET_MULTIPLY_ADD(a, (martlet_float##N)1.44269504f, (martlet_float##N)magic);     \
    martlet_float##N n = shifted - magic;                                                                         \
    martlet_float##N r = MARTLET_MULTIPLY_ADD(n, (martlet_float##N)-0.693359375f, a);                              \
    r = MARTLET_MULTIPLY_ADD(n, (martlet_float##N)2.12194440e-4f, r);                                             \
    martlet_float##N p = MARTLET_MULTIPLY_ADD((martlet_float##N)1.9875691500e-4f, r, (martlet_float##N)1.3981999507e-3f); \
    p = MARTLET_MULTIPLY_ADD(p, r, (martlet_float##N)8.3334519073e-3f);                                           \
    p = MARTLET_MULTIPLY_ADD(p, r, (martlet_float##N)4.1665795894e-2f);                                           \
    p = MARTLET_MULTIPLY_ADD(p, r, (martlet_float##N)1.6666665459e-1f);                                           \
    p = MARTLET_MULTIPLY_ADD(p, r, (martlet_float##N)5.0000001201e-1f);                                           \
    p = MARTLET_MULTIPLY_ADD(p, r * r, r) + 1;                                                                    \
    martlet_float##N scaled = (martlet_float##N)((martlet_int##N)p + ((martlet_int##N)shifted << 23));              \
    scaled = a < -87.3365402f ? (martlet_float##N)0 : scaled;                                                     \
    scaled = a > 88.3762589f ? (martlet_float##N)__builtin_inff() : scaled;                                       \
    return a != a ? a : scaled;                                                                                   \
  }                                                                                                               \
  /* 1 / (1 + exp(-a)) */                                                                                         \
  MARTLET_INLINE martlet_float##N martlet_sigmoid##N(martlet_float##N a) { return 1 / (1 + martlet_exp##N(-a)); }   \
  /* tanh(a): from exp, and near 0 a polynomial (Cephes' tanhf). */                                                \
  MARTLET_INLINE martlet_float##N martlet_tanh##N(martlet_float##N a) {                                            \
    martlet_float##N size = a < 0 ? -a : a;                                                                       \
    martlet_float##N far = 1 - 2 / (martlet_exp##N(size + size) + 1);                                             \
    martlet_float##N z = a * a;                                                                                   \
    martlet_float##N p = MARTLET_MULTIPLY_ADD((martlet_float##N)-5.70498872745e-3f, z, (martlet_float##N)2.06390887954e-2f); \
    p = MARTLET_MULTIPLY_ADD(p, z, (martlet_float##N)-5.37397155531e-2f);                                         \
    p = MARTLET_MULTIPLY_ADD(p, z, (martlet_float##N)1.33314422036e-1f);                                          \
    p = MARTLET_MULTIPLY_ADD(p, z, (martlet_float##N)-3.33332819422e-1f);                                         \
    martlet_float##N near = MARTLET_MULTIPLY_ADD(p * z, a, a);                                                     \
    return size < 0.625f ? near : (a < 0 ? -far : far);                                                           \
  }                                                                                                               \
  /* Small integers as bytes. */                                                                                  \
  MARTLET_INLINE void martlet_store_bytes##N(uint8_t *_Nonnull p, martlet_float##N v) {                            \
    *(martlet_unaligned_byte##N *)p = __builtin_convertvector(v, martlet_byte##N);                                \
  }                                                                                                               \
  MARTLET_INLINE martlet_int##N martlet_load_ints##N(const int32_t *_Nonnull p) {                                  \
    return *(const martlet_unaligned_int##N *)p;                                                                  \
  }                                                                                                               \
  MARTLET_INLINE void martlet_store_ints##N(int32_t *_Nonnull p, martlet_int##N v) {                               \
    *(martlet_unaligned_int##N *)p = v;                                                                           \
  }                                                                                                               \
  MARTLET_INLINE martlet_int##N martlet_bytes_to_ints##N(const uint8_t *_Nonnull p) {                              \
    return __builtin_convertvector(*(const martlet_unaligned_byte##N *)p, martlet_int##N);                        \
  }                                                                                                               \
  /* Swift converts lane by lane. */                                                                              \
  MARTLET_INLINE martlet_float##N martlet_bytes_to_floats##N(const uint8_t *_Nonnull p) {                          \
    return __builtin_convertvector(*(const martlet_unaligned_byte##N *)p, martlet_float##N);                      \
  }                                                                                                               \
  MARTLET_INLINE martlet_double##N martlet_doubles##N(martlet_float##N v) {                                        \
    return __builtin_convertvector(v, martlet_double##N);                                                         \
  }                                                                                                               \
  MARTLET_INLINE martlet_double##N martlet_load_doubles##N(const double *_Nonnull p, intptr_t count) {             \
    if (count == N) return *(const martlet_unaligned_double##N *)p;                                               \
    martlet_double##N v = 0;                                                                                      \
    for (intptr_t lane = 0; lane < N; lane++) v[lane] = lane < count ? p[lane] : 0;                               \
    return v;                                                                                                     \
  }                                                                                                               \
  MARTLET_INLINE void martlet_store_doubles##N(double *_Nonnull p, martlet_double##N v, intptr_t count) {          \
    if (count == N) {                                                                                             \
      *(martlet_unaligned_double##N *)p = v;                                                                      \
      return;                                                                                                     \
    }                                                                                                             \
    for (intptr_t lane = 0; lane < N; lane++) {                                                                   \
      if (lane < count) p[lane] = v[lane];                                                                        \
    }                                                                                                             \
  }

MARTLET_INLINE float martlet_tree4(martlet_float4 a) { return (a[0] + a[2]) + (a[1] + a[3]); }
MARTLET_INLINE float martlet_tree8(martlet_float8 a) { return martlet_tree4(a.lo + a.hi); }
MARTLET_INLINE float martlet_tree16(martlet_float16 a) { return martlet_tree8(a.lo + a.hi); }

MARTLET_VECTOR(4)
MARTLET_VECTOR(8)
MARTLET_VECTOR(16)

// Loads the first `count` floats, followed by zeros, and stores the first `count` lanes; nothing past them is accessed.
#define MARTLET_PARTIAL_BY_LANE(N)                                                                                 \
  MARTLET_INLINE martlet_float##N martlet_load_first##N(const float *_Nonnull p, intptr_t count) {                 \
    martlet_float##N v = 0;                                                                                       \
    for (intptr_t lane = 0; lane < N; lane++) v[lane] = lane < count ? p[lane] : 0;                               \
    return v;                                                                                                     \
  }                                                                                                               \
  MARTLET_INLINE void martlet_store_first##N(float *_Nonnull p, martlet_float##N v, intptr_t count) {              \
    for (intptr_t lane = 0; lane < N; lane++) {                                                                   \
      if (lane < count) p[lane] = v[lane];                                                                        \
    }                                                                                                             \
  }

MARTLET_PARTIAL_BY_LANE(4)
#if defined(__AVX2__)
MARTLET_INLINE __m256i martlet_mask8(intptr_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count < 8 ? count : 8)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
MARTLET_INLINE martlet_float8 martlet_load_first8(const float *_Nonnull p, intptr_t count) {
  return (martlet_float8)_mm256_maskload_ps(p, martlet_mask8(count));
}
MARTLET_INLINE void martlet_store_first8(float *_Nonnull p, martlet_float8 v, intptr_t count) {
  _mm256_maskstore_ps(p, martlet_mask8(count), (__m256)v);
}
#else
MARTLET_PARTIAL_BY_LANE(8)
#endif
#if defined(__AVX512F__)
MARTLET_INLINE __mmask16 martlet_mask16(intptr_t count) { return (__mmask16)((1u << (count < 16 ? count : 16)) - 1); }
MARTLET_INLINE martlet_float16 martlet_load_first16(const float *_Nonnull p, intptr_t count) {
  return (martlet_float16)_mm512_maskz_loadu_ps(martlet_mask16(count), p);
}
MARTLET_INLINE void martlet_store_first16(float *_Nonnull p, martlet_float16 v, intptr_t count) {
  _mm512_mask_storeu_ps(p, martlet_mask16(count), (__m512)v);
}
#else
MARTLET_PARTIAL_BY_LANE(16)
#endif

// The lanes of N bytes in which a bit is set, for `choose`. A vector for the smaller vectors, a bit mask for AVX-512.
#define MARTLET_MASK_OF_LANES(N)                                                                                   \
  typedef martlet_int##N martlet_mask_of##N;                                                                       \
  MARTLET_INLINE martlet_mask_of##N martlet_has_bit##N(const uint8_t *_Nonnull p, uint8_t bit) {                   \
    return (martlet_bytes_to_ints##N(p) & bit) != 0;                                                               \
  }                                                                                                               \
  /* x where the mask is set, else y. */                                                                          \
  MARTLET_INLINE martlet_float##N martlet_choose##N(martlet_mask_of##N mask, martlet_float##N x,                   \
                                                    martlet_float##N y) {                                         \
    return mask ? x : y;                                                                                          \
  }
MARTLET_MASK_OF_LANES(4)
MARTLET_MASK_OF_LANES(8)
#if defined(__AVX512F__)
typedef uint16_t martlet_mask_of16;
MARTLET_INLINE martlet_mask_of16 martlet_has_bit16(const uint8_t *_Nonnull p, uint8_t bit) {
  return _mm_test_epi8_mask(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8((char)bit));
}
MARTLET_INLINE martlet_float16 martlet_choose16(martlet_mask_of16 mask, martlet_float16 x, martlet_float16 y) {
  return (martlet_float16)_mm512_mask_blend_ps(mask, (__m512)y, (__m512)x);
}
#endif

// Selects one of four floats per lane: the one at index `choice` (0 to 3).
MARTLET_INLINE martlet_float4 martlet_select_of_four4(const float *_Nonnull four, martlet_int4 choice) {
  martlet_float4 v = 0;
  for (intptr_t lane = 0; lane < 4; lane++) v[lane] = four[choice[lane]];
  return v;
}
#if defined(__AVX__)
MARTLET_INLINE martlet_float8 martlet_select_of_four8(const float *_Nonnull four, martlet_int8 choice) {
  return (martlet_float8)_mm256_permutevar_ps(_mm256_broadcast_ps((const __m128 *)four), (__m256i)choice);
}
#endif
#if defined(__AVX512F__)
MARTLET_INLINE martlet_float16 martlet_select_of_four16(const float *_Nonnull four, martlet_int16 choice) {
  return (martlet_float16)_mm512_permutevar_ps(_mm512_broadcast_f32x4(_mm_loadu_ps(four)), (__m512i)choice);
}
#endif

// Interleaves four floats of each of a, b, c, d: (a0, b0, c0, d0), (a1, b1, c1, d1)…
MARTLET_INLINE void martlet_store_quads(float *_Nonnull p, const float *_Nonnull pa, const float *_Nonnull pb,
                                        const float *_Nonnull pc, const float *_Nonnull pd) {
  martlet_float4 a = martlet_load4(pa), b = martlet_load4(pb), c = martlet_load4(pc), d = martlet_load4(pd);
  martlet_float4 ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  martlet_float4 cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  martlet_store4(p, __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5));
  martlet_store4(p + 4, __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7));
  martlet_store4(p + 8, __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5));
  martlet_store4(p + 12, __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
}

// The even lanes of (a, b), and the odd ones.
MARTLET_INLINE martlet_float4 martlet_even4(martlet_float4 a, martlet_float4 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
}
MARTLET_INLINE martlet_float4 martlet_odd4(martlet_float4 a, martlet_float4 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7);
}
MARTLET_INLINE martlet_float8 martlet_even8(martlet_float8 a, martlet_float8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}
MARTLET_INLINE martlet_float8 martlet_odd8(martlet_float8 a, martlet_float8 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
MARTLET_INLINE martlet_float16 martlet_even16(martlet_float16 a, martlet_float16 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
MARTLET_INLINE martlet_float16 martlet_odd16(martlet_float16 a, martlet_float16 b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// The sums of four vectors, each that of `martlet_sum`.
MARTLET_INLINE martlet_float4 martlet_sums_of_four(martlet_float4 a, martlet_float4 b, martlet_float4 c,
                                                   martlet_float4 d) {
  martlet_float4 ab = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
  martlet_float4 cd = __builtin_shufflevector(c, d, 0, 1, 4, 5) + __builtin_shufflevector(c, d, 2, 3, 6, 7);
  return martlet_even4(ab, cd) + martlet_odd4(ab, cd);
}
// The sums of as many vectors as a vector has lanes, one after the other at p.
MARTLET_INLINE martlet_float4 martlet_sums4(const float *_Nonnull p) {
  return martlet_sums_of_four(martlet_load4(p), martlet_load4(p + 4), martlet_load4(p + 8), martlet_load4(p + 12));
}
// The sum of the halves: the first additions of the tree.
MARTLET_INLINE martlet_float4 martlet_halves8(martlet_float8 v) { return v.lo + v.hi; }
MARTLET_INLINE martlet_float8 martlet_halves16(martlet_float16 v) { return v.lo + v.hi; }
MARTLET_INLINE martlet_float8 martlet_sums_of_eight(martlet_float8 a, martlet_float8 b, martlet_float8 c,
                                                    martlet_float8 d, martlet_float8 e, martlet_float8 f,
                                                    martlet_float8 g, martlet_float8 h) {
  return __builtin_shufflevector(
      martlet_sums_of_four(martlet_halves8(a), martlet_halves8(b), martlet_halves8(c), martlet_halves8(d)),
      martlet_sums_of_four(martlet_halves8(e), martlet_halves8(f), martlet_halves8(g), martlet_halves8(h)),
      0, 1, 2, 3, 4, 5, 6, 7);
}
#define MARTLET_SUMS_OF_EIGHT(VECTOR, p)                                                                           \
  martlet_sums_of_eight(VECTOR(p, 0), VECTOR(p, 1), VECTOR(p, 2), VECTOR(p, 3), VECTOR(p, 4), VECTOR(p, 5),        \
                        VECTOR(p, 6), VECTOR(p, 7))
#define MARTLET_LOAD8(p, index) martlet_load8((p) + (index) * 8)
#define MARTLET_LOAD_HALVES16(p, index) martlet_halves16(martlet_load16((p) + (index) * 16))
MARTLET_INLINE martlet_float8 martlet_sums8(const float *_Nonnull p) { return MARTLET_SUMS_OF_EIGHT(MARTLET_LOAD8, p); }
MARTLET_INLINE martlet_float16 martlet_sums16(const float *_Nonnull p) {
  return __builtin_shufflevector(
      MARTLET_SUMS_OF_EIGHT(MARTLET_LOAD_HALVES16, p), MARTLET_SUMS_OF_EIGHT(MARTLET_LOAD_HALVES16, p + 128),
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

#include "RandomBits.h"

// The sizes of a convolution: NHWC activations, HWIO kernel. Rows and columns outside the image count as zero; there are
// paddingTop rows above it and paddingLeft columns to its left. Adjacent rows (columns) of the kernel see rows (columns)
// of the image that are dilationHeight (dilationWidth) apart. Channels and filters are divided into `groups`, adjacent
// ones each: the filters of a group see its channels alone, and the kernel has (channels / groups) of them. In C, so that
// all builds of the kernels share the type.
typedef struct {
  intptr_t inputHeight, inputWidth, inputChannels;
  intptr_t kernelHeight, kernelWidth;
  intptr_t strideHeight, strideWidth;
  intptr_t paddingTop, paddingLeft;
  intptr_t outputHeight, outputWidth;
  intptr_t filters;
  intptr_t dilationHeight, dilationWidth;
  intptr_t groups;
} martlet_convolution_geometry __attribute__((swift_name("ConvolutionGeometry")));

// How batch normalization computes each channel: y = (x − mean) · scale + shift. Each pointer is to (channels).
typedef struct {
  intptr_t channels;
  // The mean, as a sum of two floats, so that inputs far from 0 keep their differences.
  const float *_Nonnull mean, *_Nonnull meanRest;
  // 1 / √(variance + ε), and times γ.
  const float *_Nonnull deviation, *_Nonnull scale;
  // β; null for 0.
  const float *_Nullable shift;
  // Whether ReLU follows.
  _Bool relu;
} martlet_channel_coefficients __attribute__((swift_name("ChannelCoefficients")));

// The sizes of a pooling over NHWC activations; the first window starts paddingTop rows above the image and paddingLeft
// columns to its left.
typedef struct {
  intptr_t inputHeight, inputWidth, channels;
  intptr_t poolHeight, poolWidth;
  intptr_t strideHeight, strideWidth;
  intptr_t paddingTop, paddingLeft;
  intptr_t outputHeight, outputWidth;
} martlet_pooling_geometry __attribute__((swift_name("PoolingGeometry")));

// The sizes of a convolution over one channel with stride 1 and no padding, followed by 2x2 max pooling.
typedef struct {
  intptr_t imageHeight, imageWidth;
  intptr_t kernelHeight, kernelWidth;
  intptr_t filters;
  // (image - kernel + 1) / 2, rounded down.
  intptr_t pooledHeight, pooledWidth;
} martlet_convolution_pooling_geometry __attribute__((swift_name("ConvolutionPoolingGeometry")));

// Prefetches a cache line; any address is valid.
MARTLET_INLINE void martlet_prefetch(const void *_Nonnull p) { __builtin_prefetch(p); }

// Hints to the processor that the thread is spinning.
MARTLET_INLINE void martlet_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// Makes the processor treat denormals as zero, and flush denormal results to zero. Returns the previous control word.
MARTLET_INLINE uint32_t martlet_flush_denormals_begin(void) {
#if defined(__x86_64__)
  uint32_t mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040);
  return mode;
#else
  return 0;
#endif
}

// Restores the control word from `martlet_flush_denormals_begin`: Dispatch's threads belong to the whole process.
MARTLET_INLINE void martlet_flush_denormals_end(uint32_t mode) {
#if defined(__x86_64__)
  _mm_setcsr(mode);
#endif
}

// Whether the processor and the operating system support AVX-512 (x86-64-v4) or AVX2 and FMA (v3).
MARTLET_INLINE int martlet_supports_v4(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v4") != 0;
#else
  return 0;
#endif
}

MARTLET_INLINE int martlet_supports_v3(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v3") != 0;
#else
  return 0;
#endif
}

#endif
