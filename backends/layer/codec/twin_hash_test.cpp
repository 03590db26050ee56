#include "backends/layer/codec/twin_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace cooper {
namespace {

std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  uint64_t seed = size + 1;
  for (char& byte : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(seed >> 56);
  }
  return bytes;
}

class TwinHashTest : public testing::TestWithParam<TwinHash::Method> {};

TEST_P(TwinHashTest, NothingHasTheDigestOfNothing) {
  EXPECT_EQ(TwinHash(GetParam()).Finish(), Digest::Of(""));
  EXPECT_EQ(TwinHash(GetParam()).UpdateWithPiece(""), Digest::Of(""));
}

TEST_P(TwinHashTest, IsSha256OfTheStreamAndOfEachPiece) {
  TwinHash hash(GetParam());
  std::string stream;
  for (const size_t blocks : {1, 0, 2, 7, 3, 64, 1, 1000}) {
    const std::string piece = Bytes(blocks * TwinHash::kBlockBytes);
    EXPECT_EQ(hash.UpdateWithPiece(piece), Digest::Of(piece)) << blocks << " blocks";
    stream += piece;
    const std::string more = Bytes((blocks + 1) * TwinHash::kBlockBytes);
    hash.Update(more);
    stream += more;
  }
  EXPECT_EQ(hash.Finish(), Digest::Of(stream));
}

INSTANTIATE_TEST_SUITE_P(Methods, TwinHashTest,
                         testing::Values(TwinHash::Method::kBest, TwinHash::Method::kPortable));

}  // namespace
}  // namespace cooper
