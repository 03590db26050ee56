#include "backends/sandbox/ownership/credentials.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

constexpr auto kUid = &StepCredentials::uid;
constexpr auto kGid = &StepCredentials::gid;

StepCredentials Root() { return StepCredentials::Of(0, 0, {3, 1, 2}); }
StepCredentials App() { return StepCredentials::Of(1000, 1001, {}); }

TEST(StepCredentials, KeepsGroupsSorted) {
  EXPECT_EQ(Root().groups, (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_TRUE(Root().InGroup(2));
  EXPECT_FALSE(Root().InGroup(4));
}

TEST(SetId, LetsRootBecomeAnybodyForGood) {
  const auto user = SetId(Root(), kUid, 1000);
  ASSERT_TRUE(user);
  EXPECT_EQ(user->uid, IdTriple::All(1000));
  EXPECT_FALSE(SetId(*user, kUid, 0));
  EXPECT_FALSE(SetId(*user, kGid, 5));
  EXPECT_TRUE(SetId(*user, kGid, 0));
}

TEST(SetAllThree, LetsAUserSwapAndNoMore) {
  const auto there = SetAllThree(Root(), kUid, kKeepId, 1000, kKeepId);
  ASSERT_TRUE(there);
  EXPECT_EQ(there->uid, (IdTriple{0, 1000, 0, 1000}));
  const auto back = SetAllThree(*there, kUid, kKeepId, 0, kKeepId);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, Root());
  EXPECT_FALSE(SetAllThree(App(), kUid, kKeepId, 5, kKeepId));
  EXPECT_EQ(SetAllThree(App(), kUid, 1000, 1000, 1000), App());
}

// apt drops its privileges so, and looks whether it can have them back.
TEST(SetAllThree, GroupsNeedThePrivilegeOfTheUser) {
  auto now = SetAllThree(Root(), kGid, 65534, 65534, 65534);
  ASSERT_TRUE(now);
  now = SetAllThree(*now, kUid, 42, 42, 42);
  ASSERT_TRUE(now);
  EXPECT_FALSE(SetId(*now, kUid, 0));
  EXPECT_FALSE(SetId(*now, kGid, 0));
  EXPECT_FALSE(SetGroups(*now, {}));
}

TEST(SetRealAndEffective, SavesTheEffectiveIdWhenTheRealOneIsSet) {
  const auto user = SetRealAndEffective(Root(), kUid, 1000, 1000);
  ASSERT_TRUE(user);
  EXPECT_EQ(user->uid, IdTriple::All(1000));
  const auto swapped = SetRealAndEffective(Root(), kUid, kKeepId, 1000);
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->uid, (IdTriple{0, 1000, 1000, 1000}));
  EXPECT_FALSE(SetRealAndEffective(App(), kUid, 0, kKeepId));
}

TEST(SetFilesystem, IgnoresWhatMayNotBe) {
  EXPECT_EQ(SetFilesystem(App(), kUid, 0), App());
  EXPECT_EQ(SetFilesystem(Root(), kUid, 7).OfNewFiles(), (FileOwner{7, 0}));
  EXPECT_EQ(SetFilesystem(Root(), kUid, kKeepId), Root());
}

TEST(AfterExecution, TakesTheOwnerOfASetIdProgram) {
  const StepCredentials sudo = AfterExecution(App(), {0, 5}, 04755);
  EXPECT_EQ(sudo.uid, (IdTriple{1000, 0, 0, 0}));
  EXPECT_EQ(sudo.gid, IdTriple::All(1001));
  EXPECT_TRUE(SetId(sudo, kUid, 0));
  EXPECT_EQ(AfterExecution(App(), {0, 5}, 02755).gid, (IdTriple{1001, 5, 5, 5}));
  EXPECT_EQ(AfterExecution(App(), {0, 5}, 02745).gid, IdTriple::All(1001));
  EXPECT_EQ(AfterExecution(App(), {0, 5}, 0755), App());
}

TEST(MayChangeOwner, IsForRootAndForGroupsOfTheOwner) {
  EXPECT_TRUE(MayChangeOwner(Root(), {1, 1}, {2, 2}));
  const StepCredentials user = StepCredentials::Of(1000, 1001, {77});
  EXPECT_TRUE(MayChangeOwner(user, {1000, 1001}, {1000, 77}));
  EXPECT_TRUE(MayChangeOwner(user, {1000, 5}, {1000, 5}));
  EXPECT_FALSE(MayChangeOwner(user, {1000, 1001}, {1000, 5}));
  EXPECT_FALSE(MayChangeOwner(user, {1000, 1001}, {0, 1001}));
  EXPECT_FALSE(MayChangeOwner(user, {0, 77}, {0, 1001}));
}

}  // namespace
}  // namespace cooper
