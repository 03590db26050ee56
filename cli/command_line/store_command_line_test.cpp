#include "cli/command_line/store_command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kSecond = 1'000'000'000;

StorePruneOptions Prune(std::vector<std::string> words) {
  words.insert(words.begin(), "prune");
  const auto command = ParseStoreCommandLine(words);
  EXPECT_TRUE(command.ok()) << command.error().message();
  return std::get<StorePruneOptions>(*command);
}

std::string Fault(const std::vector<std::string>& words) {
  const auto command = ParseStoreCommandLine(words);
  EXPECT_FALSE(command.ok());
  return command.ok() ? "" : command.error().message();
}

TEST(StoreCommandLine, PruneAloneTakesWhatWasReplaced) {
  EXPECT_TRUE(Prune({}).policy.only_replaced);
  EXPECT_TRUE(Prune({"--dry-run", "/srv/store"}).policy.only_replaced);
  EXPECT_EQ(Prune({"/srv/store"}).store, "/srv/store");
}

TEST(StoreCommandLine, EveryPolicyTakesMoreThanWhatWasReplaced) {
  EXPECT_FALSE(Prune({"--all"}).policy.only_replaced);
  EXPECT_FALSE(Prune({"--min-free", "1GB"}).policy.only_replaced);
  EXPECT_EQ(Prune({"--keep-duration", "7d"}).policy.keep_duration_ns, 7 * 86400 * kSecond);
  EXPECT_EQ(Prune({"--filter", "until=1h30m"}).policy.keep_duration_ns, 5400 * kSecond);
  EXPECT_EQ(Prune({"--max-size", "1.5GiB"}).policy.max_bytes, uint64_t{3} << 29);
  EXPECT_EQ(Prune({"--keep-storage", "2g"}).policy.max_bytes, uint64_t{2} << 30);
  const PrunePolicy policy = Prune({"--filter", "type=cache", "--filter", "type=blob"}).policy;
  EXPECT_FALSE(policy.only_replaced);
  EXPECT_THAT(policy.types, ElementsAre(StoreItemType::kBlob, StoreItemType::kCache));
}

TEST(StoreCommandLine, RefusesValuesThatMeanNothing) {
  EXPECT_THAT(Fault({"prune", "--filter", "color=red"}), HasSubstr("there is no such filter"));
  EXPECT_THAT(Fault({"prune", "--filter", "type=layer"}), HasSubstr("`snapshot`"));
  EXPECT_THAT(Fault({"check", "/a", "--store", "/b"}), HasSubstr("two stores are named"));
  EXPECT_FALSE(ParseStoreCommandLine({}).ok());
}

}  // namespace
}  // namespace cooper
