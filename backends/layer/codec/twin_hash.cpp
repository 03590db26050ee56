#include "backends/layer/codec/twin_hash.h"

#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace cooper {
namespace {

using State = std::array<uint32_t, 8>;

// FIPS 180-4, 5.3.3.
constexpr State kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

#if defined(__x86_64__)

bool HasShaInstructions() {
  static const bool has = [] {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & bit_SHA) != 0 &&
           __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
  }();
  return has;
}

// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::array<uint32_t, 64> kRounds = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The order in which the instructions want the eight words: ABEF and CDGH.
struct Lanes {
  __m128i abef;
  __m128i cdgh;
};

#define COOPER_SHA __attribute__((target("sha,sse4.1,ssse3")))

COOPER_SHA inline Lanes Load(const State& state) {
  const __m128i dcba = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
  const __m128i hgfe = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data() + 4));
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  return {.abef = _mm_alignr_epi8(cdab, efgh, 8), .cdgh = _mm_blend_epi16(efgh, cdab, 0xf0)};
}

COOPER_SHA inline void Save(const Lanes& lanes, State& state) {
  const __m128i feba = _mm_shuffle_epi32(lanes.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(lanes.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Four rounds; `words` with the round constants added.
COOPER_SHA inline void FourRounds(Lanes& lanes, __m128i words) {
  lanes.cdgh = _mm_sha256rnds2_epu32(lanes.cdgh, lanes.abef, words);
  lanes.abef = _mm_sha256rnds2_epu32(lanes.abef, lanes.cdgh, _mm_shuffle_epi32(words, 0x0e));
}

// The same blocks into each of the states: the message schedule is made once.
template <size_t kStates>
COOPER_SHA void Compress(const std::array<State*, kStates>& states, const char* data,
                         size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  std::array<Lanes, kStates> lanes;
  for (size_t i = 0; i < kStates; ++i) lanes[i] = Load(*states[i]);
  for (; blocks > 0; --blocks, data += TwinHash::kBlockBytes) {
    const std::array<Lanes, kStates> before = lanes;
    __m128i w[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      w[i] =
          _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data) + i), big_endian);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i& now = w[i % 4];
      if (i >= 4) {
        // w[t] from w[t-16], w[t-15], w[t-7] and w[t-2], four at a time.
        const __m128i& previous = w[(i + 3) % 4];
        const __m128i seven_back = _mm_alignr_epi8(previous, w[(i + 2) % 4], 4);
        now = _mm_sha256msg2_epu32(
            _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(i + 1) % 4]), seven_back), previous);
      }
      const __m128i words =
          _mm_add_epi32(now, _mm_load_si128(reinterpret_cast<const __m128i*>(kRounds.data()) + i));
      for (Lanes& each : lanes) FourRounds(each, words);
    }
    for (size_t i = 0; i < kStates; ++i) {
      lanes[i].abef = _mm_add_epi32(lanes[i].abef, before[i].abef);
      lanes[i].cdgh = _mm_add_epi32(lanes[i].cdgh, before[i].cdgh);
    }
  }
  for (size_t i = 0; i < kStates; ++i) Save(lanes[i], *states[i]);
}

#else

bool HasShaInstructions() { return false; }

template <size_t kStates>
void Compress(const std::array<State*, kStates>&, const char*, size_t) {}

#endif

// Pads a message of whole blocks and `bytes` bytes (FIPS 180-4, 5.1.1).
Digest Finished(State state, uint64_t bytes) {
  std::array<char, TwinHash::kBlockBytes> block{};
  block[0] = static_cast<char>(0x80);
  for (size_t i = 0; i < 8; ++i) block[63 - i] = static_cast<char>(bytes * 8 >> (8 * i));
  Compress<1>({&state}, block.data(), 1);
  std::array<uint8_t, Digest::kBytes> digest{};
  for (size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return Digest(digest);
}

}  // namespace

TwinHash::TwinHash(Method method)
    : native_(method == Method::kBest && HasShaInstructions()), state_(kInitial) {}

Digest TwinHash::UpdateWithPiece(std::string_view piece) {
  assert(piece.size() % kBlockBytes == 0);
  if (!native_) {
    portable_.Update(piece);
    return Digest::Of(piece);
  }
  State own = kInitial;
  Compress<2>({&state_, &own}, piece.data(), piece.size() / kBlockBytes);
  bytes_ += piece.size();
  return Finished(own, piece.size());
}

void TwinHash::Update(std::string_view bytes) {
  assert(bytes.size() % kBlockBytes == 0);
  if (!native_) return portable_.Update(bytes);
  Compress<1>({&state_}, bytes.data(), bytes.size() / kBlockBytes);
  bytes_ += bytes.size();
}

Digest TwinHash::Finish() { return native_ ? Finished(state_, bytes_) : portable_.Finish(); }

}  // namespace cooper
