#include "backends/sandbox/ladder/subordinate_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SubordinateIds, FindsRangesByNameAndByNumber) {
  const char* const file = "alice:1000:10\nbob:100000:65536\n1001:200000:65536";
  EXPECT_THAT(SubordinateIds(file, "bob", 1001),
              ElementsAre(IdRange{100000, 65536}, IdRange{200000, 65536}));
}

TEST(SubordinateIds, DoesNotTakeNamePrefixForName) {
  EXPECT_THAT(SubordinateIds("bobby:100000:65536\n", "bob", 1001), IsEmpty());
}

TEST(SubordinateIds, UserWithoutNameOwnsNoNamelessLine) {
  EXPECT_THAT(SubordinateIds(":100000:65536\n", "", 1001), IsEmpty());
}

TEST(SubordinateIds, SkipsLinesThatAreNoRange) {
  const char* const file =
      "# bob:1:2\nbob\nbob:1\nbob:x:5\nbob:5:-1\nbob:7:0\nbob:9:99999999999\n\n";
  EXPECT_THAT(SubordinateIds(file, "bob", 1001), IsEmpty());
}

TEST(TakeIds, JoinsRangesUpToTheWantedNumber) {
  EXPECT_THAT(TakeIds({{1000, 10}, {2000, 10}, {3000, 10}}, 15),
              ElementsAre(IdRange{1000, 10}, IdRange{2000, 5}));
  EXPECT_THAT(TakeIds({{1000, 10}}, 15), ElementsAre(IdRange{1000, 10}));
}

}  // namespace
}  // namespace cooper
