#include "backends/http/url.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

constexpr DiagnosticKind kFaults = DiagnosticKind::kRegistry;

TEST(OriginOf, RefusesOtherProtocolsAndUserNames) {
  EXPECT_FALSE(OriginOf("file:///etc/passwd", kFaults).ok());
  EXPECT_FALSE(OriginOf("https://user:word@ghcr.io/", kFaults).ok());
  EXPECT_FALSE(OriginOf("ghcr.io/v2", kFaults).ok());
  EXPECT_EQ(OriginOf("https://GHCR.io/x", kFaults)->ToString(), "https://ghcr.io");
  EXPECT_EQ(*OriginOf("https://ghcr.io:443/x", kFaults), *OriginOf("https://ghcr.io", kFaults));
}

TEST(OriginOf, HasTheKindOfFaultThatItIsGiven) {
  EXPECT_EQ(OriginOf("http://", kFaults).error().kind(), kFaults);
}

TEST(ResolveUrl, KeepsTheQueryThatALocationHas) {
  const auto url = ResolveUrl("https://r.example/v2/a/blobs/uploads/", "/v2/up/1?_state=a%3D%3D",
                              "digest=sha256:ab", kFaults);
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(*url, "https://r.example/v2/up/1?_state=a%3D%3D&digest=sha256%3aab");
}

TEST(ResolveUrl, RefusesEmptyAndBrokenLocations) {
  EXPECT_FALSE(ResolveUrl("https://r.example/", "", "", kFaults).ok());
  EXPECT_FALSE(ResolveUrl("https://r.example/", "/a\r\nX: y", "", kFaults).ok());
  EXPECT_FALSE(ResolveUrl("https://r.example/", "gopher://r.example/", "", kFaults).ok());
}

}  // namespace
}  // namespace cooper
