#include "ir/base/digest.h"

#include <gtest/gtest.h>

#include "ir/base/sha256.h"

namespace cooper {
namespace {

// FIPS 180-2, appendix B.1.
constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, HashesTheTestVectorOfTheStandard) {
  EXPECT_EQ(Digest::Of("abc").Hex(), kAbc);
  EXPECT_EQ(Digest::Of("abc").ToString(), "sha256:" + std::string(kAbc));
  EXPECT_EQ(Digest::Of("abc").ShortHex(), "ba7816bf8f01");
}

TEST(Digest, ParsesItsOwnFormAlone) {
  const std::string hex(kAbc);
  EXPECT_EQ(Digest::Parse("sha256:" + hex), Digest::Of("abc"));
  EXPECT_EQ(Digest::FromHex(hex), Digest::Of("abc"));
  std::string upper = hex;
  upper[0] = 'B';
  for (const std::string& bad :
       {std::string(), std::string("sha256:"), hex, "sha512:" + hex, "SHA256:" + hex,
        "sha256:" + hex + "0", "sha256:" + upper, "sha256:" + hex.substr(1), " sha256:" + hex}) {
    EXPECT_FALSE(Digest::Parse(bad)) << bad;
  }
}

TEST(Sha256, HashesPiecesAsTheWhole) {
  Sha256 hash;
  hash.Update("a");
  hash.Update("");
  hash.Update("bc");
  EXPECT_EQ(hash.Finish(), Digest::Of("abc"));
}

TEST(Sha256, FramesPartsSoThatTheirBoundariesCount) {
  const auto framed = [](std::string_view a, std::string_view b) {
    Sha256 hash;
    hash.UpdateFramed(a);
    hash.UpdateFramed(b);
    return hash.Finish();
  };
  EXPECT_NE(framed("ab", "c"), framed("a", "bc"));
  EXPECT_NE(framed("", "a"), framed("a", ""));
}

}  // namespace
}  // namespace cooper
