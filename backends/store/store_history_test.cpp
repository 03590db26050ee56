#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "backends/store/records/build_history.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

class BuildHistoryTest : public testing::Test {
 protected:
  static KeyRecord Key(std::string_view key, std::string_view title, std::string text) {
    return {.key = Digest::Of(key),
            .project = Digest::Of("project"),
            .title = std::string(title),
            .name = "run",
            .text = std::move(text)};
  }

  const TestDirectory directory_;
  const std::string path_ = directory_ / "history.sqlite";
};

TEST_F(BuildHistoryTest, TellsLaterBuildsOfKeys) {
  BuildHistory(path_, DatabaseUse::kWrite).PutKeys({Key("k", "RUN a", std::string("t\0t", 3))});
  for (const auto use : {DatabaseUse::kWrite, DatabaseUse::kRead}) {
    BuildHistory history(path_, use);
    const auto found = history.FindKey(Digest::Of("k"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->text, std::string("t\0t", 3));
    EXPECT_EQ(found->title, "RUN a");
    EXPECT_FALSE(history.FindKey(Digest::Of("l")));
  }
}

TEST_F(BuildHistoryTest, TheNewestIsTheOneThatWasPutLast) {
  BuildHistory history(path_, DatabaseUse::kWrite);
  history.PutKeys({Key("1", "RUN a", "one")});
  history.PutKeys({Key("2", "RUN a", "two")});
  const Digest project = Digest::Of("project");
  EXPECT_EQ(history.NewestKey(project, "RUN a", "run")->text, "two");
  history.PutKeys({Key("1", "RUN a", "one")});
  EXPECT_EQ(history.NewestKey(project, "RUN a", "run")->text, "one");
  EXPECT_EQ(history.NewestKey(project, "RUN b", "run")->text, "one") << "the name is the same";
  EXPECT_FALSE(history.NewestKey(project, "RUN b", "other"));
  EXPECT_FALSE(history.NewestKey(Digest::Of("other project"), "RUN a", "run"));
}

TEST_F(BuildHistoryTest, AnIncompleteTextReplacesNone) {
  BuildHistory history(path_, DatabaseUse::kWrite);
  KeyRecord incomplete = Key("k", "RUN a", "without files");
  incomplete.complete = false;
  history.PutKeys({incomplete});
  EXPECT_EQ(history.FindKey(Digest::Of("k"))->text, "without files");
  history.PutKeys({Key("k", "RUN a", "with files")});
  history.PutKeys({incomplete});
  EXPECT_EQ(history.FindKey(Digest::Of("k"))->text, "with files");
}

TEST_F(BuildHistoryTest, LosesTheOldestWhenThereIsTooMuch) {
  BuildHistory history(path_, DatabaseUse::kWrite);
  const std::string large(BuildHistory::kMaxKeyBytes, 'x');
  for (int i = 0; i < 5; ++i) history.PutKeys({Key(std::to_string(i), "RUN a", large)});
  EXPECT_FALSE(history.FindKey(Digest::Of("0")));
  EXPECT_TRUE(history.FindKey(Digest::Of("1")));
  history.PutKeys({Key("too large", "RUN a", large + "x")});
  EXPECT_FALSE(history.FindKey(Digest::Of("too large")));
}

TEST_F(BuildHistoryTest, KeepsReportsOfBuilds) {
  BuildHistory history(path_, DatabaseUse::kWrite);
  const Digest project = Digest::Of("project");
  EXPECT_FALSE(history.NewestBuild(project));
  history.PutBuild(project, "one");
  history.PutBuild(project, "two");
  history.PutBuild(Digest::Of("other"), "three");
  EXPECT_EQ(history.NewestBuild(project), "two");
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(BuildHistoryTest, ADamagedFileIsMadeAnew) {
  std::ofstream(path_) << "no database";
  EXPECT_FALSE(BuildHistory(path_, DatabaseUse::kRead).FindKey(Digest::Of("k")));
  BuildHistory history(path_, DatabaseUse::kWrite);
  history.PutKeys({Key("k", "RUN a", "text")});
  EXPECT_TRUE(history.FindKey(Digest::Of("k")));
}

}  // namespace
}  // namespace cooper
