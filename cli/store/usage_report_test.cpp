#include "cli/store/usage_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/store/size_text.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using testing::Not;

StoreInventory Sample() {
  StoreInventory inventory;
  StoreItem blob;
  blob.size_bytes = 1024;
  blob.replaced = true;
  StoreItem snapshot;
  snapshot.type = StoreItemType::kSnapshot;
  snapshot.size_bytes = 4096;
  snapshot.in_use = true;
  StoreItem cache;
  cache.type = StoreItemType::kCache;
  cache.copy = "1";
  cache.cache_id = "apt\x1b[31m";
  cache.size_bytes = 2048;
  inventory.items = {blob, snapshot, cache};
  inventory.sessions = 2;
  inventory.records_bytes = 100;
  return inventory;
}

TEST(SizeText, HasOneDigitAfterThePoint) {
  EXPECT_EQ(SizeText(0), "0 B");
  EXPECT_EQ(SizeText(1023), "1023 B");
  EXPECT_EQ(SizeText(1536), "1.5 KiB");
  EXPECT_EQ(SizeText((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(SizeText(uint64_t{20} << 30), "20.0 GiB");
}

TEST(UsageReport, TellsWhatCanGo) {
  const std::string text = UsageText("/srv/store", Sample());
  EXPECT_THAT(text, HasSubstr("store /srv/store: 7.1 KiB\n"));
  EXPECT_THAT(text, HasSubstr("3.0 KiB can go; 1.0 KiB of that was replaced"));
  EXPECT_THAT(text, HasSubstr("2 running builds use it"));
  EXPECT_THAT(text, HasSubstr(" (copy 1)"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(UsageReport, HasTheSameFiguresForPrograms) {
  const std::string json = UsageJson("/srv/store", Sample());
  EXPECT_THAT(json, HasSubstr("\"total_bytes\": 7268"));
  EXPECT_THAT(json, HasSubstr("\"reclaimable_bytes\": 3072"));
  EXPECT_THAT(json, HasSubstr("\"running_builds\": 2"));
  EXPECT_THAT(json, HasSubstr("\"last_used\": \"1970-01-01T00:00:00Z\""));
  EXPECT_THAT(json, HasSubstr("\"id\": \"apt\\u001b[31m\""));
}

}  // namespace
}  // namespace cooper
