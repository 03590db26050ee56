#include "ir/plan/cache_key.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

CacheKey Sample() {
  return {.digest = Digest::Of("key"),
          .kind = "exec",
          .components = {{"args", {"sh", "-c", "a \"b\" \\n"}}, {"base", {"sha256:00"}}, {"x", {}}},
          .files = {{"a/b", "file 0644 0:0", Digest::Of("b")}, {"empty", "file 0644 0:0", {}}}};
}

TEST(CacheKeyJson, ReadsBackWhatItWrote) {
  const std::string json = CacheKeyToJson(Sample());
  EXPECT_EQ(CacheKeyFromJson(Digest::Of("key"), json), Sample()) << json;
}

TEST(CacheKeyJson, RefusesWhatItDidNotWrite) {
  for (const std::string_view json :
       {"", "[]", "{}", R"({"kind":"exec","components":[[]],"files":[]})",
        R"({"kind":"exec","components":[["a",1]],"files":[]})",
        R"({"kind":"exec","components":[],"files":[["a","b"]]})",
        R"({"kind":"exec","components":[],"files":[["a","b","sha256:0"]]})"}) {
    EXPECT_FALSE(CacheKeyFromJson(Digest(), json)) << json;
  }
}

TEST(CacheKey, FindsComponentsByName) {
  const CacheKey key = Sample();
  ASSERT_NE(FindComponent(key, "base"), nullptr);
  EXPECT_EQ(FindComponent(key, "base")->values.front(), "sha256:00");
  EXPECT_EQ(FindComponent(key, "pin"), nullptr);
}

}  // namespace
}  // namespace cooper
