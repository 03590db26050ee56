#include "backends/filesystem/tree/user_lookup.h"

#include <string>
#include <vector>

#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

FileTree Accounts() {
  return MemoryTree({MemoryLayer()
                         .File("etc/passwd",
                               "root:x:0:0:root:/root:/bin/sh\n"
                               "\n# no entry\nbroken:x:zz\n"
                               "app:x:1000:1001:App:/home/app:/bin/sh\n"
                               "wide:x:4294967296:0::/:/bin/sh\n"
                               "last:x:7:8::/l:")
                         .File("etc/group",
                               "root:x:0:\nstaff:x:50:app,last\nextra:x:60:other,app\n"
                               "app:x:1001:\nstaff2:x:50:app\n")});
}

using Groups = std::vector<uint32_t>;

TEST(LookUpRunUser, EmptyIsRootInItsOwnGroupAlone) {
  const RunUser user = LookUpRunUser(Accounts(), "").value();
  EXPECT_EQ(user.uid, 0U);
  EXPECT_EQ(user.gid, 0U);
  EXPECT_EQ(user.groups, Groups{0});
  EXPECT_EQ(user.home, "/root");
}

TEST(LookUpRunUser, NameTakesPrimaryAndSupplementaryGroups) {
  const RunUser user = LookUpRunUser(Accounts(), "app").value();
  EXPECT_EQ(user.uid, 1000U);
  EXPECT_EQ(user.gid, 1001U);
  EXPECT_EQ(user.groups, (Groups{1001, 50, 60}));
  EXPECT_EQ(user.home, "/home/app");
}

TEST(LookUpRunUser, NumberTakesTheGroupOfItsEntryIfThereIsOne) {
  EXPECT_EQ(LookUpRunUser(Accounts(), "1000").value().gid, 1001U);
  EXPECT_EQ(LookUpRunUser(Accounts(), "1000").value().groups, (Groups{1001, 50, 60}));
  const RunUser stranger = LookUpRunUser(Accounts(), "4321").value();
  EXPECT_EQ(stranger.uid, 4321U);
  EXPECT_EQ(stranger.gid, 0U);
  EXPECT_EQ(stranger.groups, Groups{0});
}

TEST(LookUpRunUser, GivenGroupIsTheOnlyOne) {
  const RunUser user = LookUpRunUser(Accounts(), "app:extra").value();
  EXPECT_EQ(user.gid, 60U);
  EXPECT_EQ(user.groups, Groups{60});
  EXPECT_EQ(LookUpRunUser(Accounts(), "7:9").value().gid, 9U);
}

TEST(LookUpRunUser, WorksWithoutAccountFilesForNumbers) {
  EXPECT_EQ(LookUpRunUser(FileTree(), "5:6").value().gid, 6U);
  EXPECT_EQ(LookUpRunUser(FileTree(), "").value().home, "");
}

TEST(LookUpRunUser, UnknownNameNamesTheFileSearched) {
  const auto user = LookUpRunUser(Accounts(), "ghost");
  ASSERT_FALSE(user.ok());
  EXPECT_EQ(user.error().kind(), DiagnosticKind::kUnknownUser);
  EXPECT_EQ(user.error().message(),
            "user `ghost` is not in `/etc/passwd`; name one that is, or use a number");
  EXPECT_EQ(LookUpRunUser(FileTree(), "app").error().message(),
            "user `app` is not in `/etc/passwd`, which does not exist; name one that is, or use a "
            "number");
  EXPECT_FALSE(LookUpRunUser(Accounts(), "app:ghosts").ok());
}

TEST(LookUpRunUser, IdsNeverWrap) {
  for (const char* user :
       {"2147483648", "4294967296", "99999999999999999999999", "0:4294967296", "wide", "-1"}) {
    EXPECT_FALSE(LookUpRunUser(Accounts(), user).ok()) << user;
  }
  EXPECT_EQ(LookUpRunUser(Accounts(), "2147483647").value().uid, 2147483647U);
}

TEST(LookUpRunUser, AccountFilesMustBeRegularAndSmall) {
  TreeEntry fifo;
  fifo.path = "etc/passwd";
  fifo.type = EntryType::kFifo;
  EXPECT_FALSE(LookUpRunUser(MemoryTree({MemoryLayer().Entry(fifo)}), "app").ok());
  const std::string huge((1 << 20) + 1, '\n');
  EXPECT_FALSE(LookUpRunUser(MemoryTree({MemoryLayer().File("etc/passwd", huge)}), "app").ok());
}

TEST(LookUpRunUser, FollowsAnAccountFileInsideTheTreeOnly) {
  const FileTree tree = MemoryTree(
      {MemoryLayer().Symlink("etc/passwd", "../../../lib/pw").File("lib/pw", "in:x:3:4::/:\n")});
  EXPECT_EQ(LookUpRunUser(tree, "in").value().uid, 3U);
}

TEST(LookUpOwner, NumberAloneIsAlsoTheGroup) {
  EXPECT_EQ(LookUpOwner(FileTree(), "12").value().gid, 12U);
  EXPECT_EQ(LookUpOwner(FileTree(), "12:34").value().gid, 34U);
}

TEST(LookUpOwner, NameAloneTakesItsPrimaryGroup) {
  const Owner owner = LookUpOwner(Accounts(), "app").value();
  EXPECT_EQ(owner.uid, 1000U);
  EXPECT_EQ(owner.gid, 1001U);
}

TEST(LookUpOwner, MixesNamesAndNumbers) {
  EXPECT_EQ(LookUpOwner(Accounts(), "app:77").value().gid, 77U);
  EXPECT_EQ(LookUpOwner(Accounts(), "77:staff").value().gid, 50U);
  EXPECT_EQ(LookUpOwner(Accounts(), "ghost:staff").error().kind(), DiagnosticKind::kUnknownUser);
}

}  // namespace
}  // namespace cooper
