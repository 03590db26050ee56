#include "backends/filesystem/context/file_digests.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

constexpr FileTime kNow{.seconds = 1000, .nanoseconds = 500};
const Digest kDigest = Digest::Of("content");

FileStamp Stamp() {
  return {.device = 1,
          .inode = 2,
          .size_bytes = 3,
          .mtime = {.seconds = -4, .nanoseconds = 5},
          .ctime = {.seconds = 6, .nanoseconds = 7}};
}

std::string Saved() {
  FileDigests digests(kNow);
  digests.Put(Stamp(), kDigest, true);
  return digests.Serialize();
}

TEST(FileDigests, RemembersAFileAcrossBuilds) {
  FileDigests digests(kNow);
  digests.Load(Saved());
  EXPECT_EQ(digests.Find(Stamp()), kDigest);
  EXPECT_FALSE(digests.changed());
}

TEST(FileDigests, RemembersWhichFilesArePlain) {
  FileDigests digests(kNow);
  FileStamp other = Stamp();
  ++other.inode;
  digests.Put(Stamp(), kDigest, true);
  digests.Put(other, kDigest, false);
  FileDigests later(kNow);
  later.Load(digests.Serialize());
  EXPECT_TRUE(later.IsPlain(Stamp()));
  EXPECT_FALSE(later.IsPlain(other));
  other = Stamp();
  ++other.ctime.nanoseconds;
  EXPECT_FALSE(later.IsPlain(other));
}

TEST(FileDigests, AnyOtherStampIsAnotherFile) {
  FileDigests digests(kNow);
  digests.Load(Saved());
  const auto finds = [&](auto change) {
    FileStamp stamp = Stamp();
    change(stamp);
    return digests.Find(stamp).has_value();
  };
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.device; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.inode; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.size_bytes; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.mtime.seconds; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.mtime.nanoseconds; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.ctime.seconds; }));
  EXPECT_FALSE(finds([](FileStamp& stamp) { ++stamp.ctime.nanoseconds; }));
}

TEST(FileDigests, DoesNotTrustTheTimeOfAFileThatWasJustWritten) {
  const auto remembers = [](FileTime mtime, FileTime ctime) {
    FileDigests digests(kNow);
    FileStamp stamp = Stamp();
    stamp.mtime = mtime;
    stamp.ctime = ctime;
    digests.Put(stamp, kDigest, true);
    return digests.Find(stamp).has_value();
  };
  constexpr FileTime kOld{.seconds = 998, .nanoseconds = 499};
  constexpr FileTime kTooNew{.seconds = 998, .nanoseconds = 500};
  constexpr FileTime kFuture{.seconds = 2000, .nanoseconds = 0};
  EXPECT_TRUE(remembers(kOld, kOld));
  EXPECT_FALSE(remembers(kTooNew, kOld));
  EXPECT_FALSE(remembers(kOld, kTooNew));
  EXPECT_FALSE(remembers(kFuture, kOld));
  EXPECT_FALSE(remembers(kOld, kFuture));
}

TEST(FileDigests, ForgetsFilesThatNobodyAskedFor) {
  FileDigests digests(kNow);
  digests.Load(Saved());
  EXPECT_TRUE(digests.changed());
  FileDigests later(kNow);
  later.Load(digests.Serialize());
  EXPECT_EQ(later.Find(Stamp()), std::nullopt);
}

TEST(FileDigests, DamagedBytesAreAsGoodAsNothing) {
  const std::string saved = Saved();
  for (size_t i = 0; i < saved.size(); ++i) {
    std::string damaged = saved;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    FileDigests digests(kNow);
    digests.Load(damaged);
    EXPECT_EQ(digests.Find(Stamp()), std::nullopt) << "byte " << i;
    digests.Load(saved.substr(0, i));
    EXPECT_EQ(digests.Find(Stamp()), std::nullopt) << i << " bytes";
  }
}

}  // namespace
}  // namespace cooper
