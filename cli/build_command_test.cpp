// Whole builds of images without RUN, into a store and a layout of their own.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "backends/filesystem/testing/temporary_directory.h"
#include "backends/filesystem/tree/string_reader.h"
#include "backends/layer/layer_reader.h"
#include "cli/cli.h"
#include "cli/options/cli_environment.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BuildCommandTest : public testing::Test {
 protected:
  BuildCommandTest() {
    fs::create_directory(directory_ / "context");
    Write("context/old", "old", 1'400'000'000);
    Write("context/new", "new", 1'750'000'000);
  }
  void Write(const std::string& name, const std::string& text, time_t mtime = 1'600'000'000) {
    std::ofstream(directory_ / name) << text;
    const timespec times[2] = {{mtime, 0}, {mtime, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (directory_ / name).c_str(), times, 0), 0);
  }

  // What the build says; its last line is `image sha256:...`.
  std::string Build(const std::string& dockerfile, const std::string& more_output = "") {
    const std::string output = "type=layout,dest=" + (directory_ / "layout").string() + more_output;
    Write("context/Dockerfile", dockerfile);
    std::ostringstream out;
    std::ostringstream err;
    CliEnvironment environment{.out = out,
                               .err = err,
                               .variable =
                                   [this](const std::string& name) {
                                     const auto found = variables_.find(name);
                                     return found == variables_.end()
                                                ? std::optional<std::string>()
                                                : std::optional<std::string>(found->second);
                                   },
                               .interrupted = {}};
    const int code = RunCli({"cooper", "build", "--progress", "quiet", "--store",
                             directory_ / "store", "--output", output, directory_ / "context"},
                            environment);
    return code == 0 ? err.str() : "failed: " + err.str();
  }

  // A blob of the layout that was written last.
  std::string ReadBlob(const std::string& digest) const {
    std::ifstream file(directory_ / "layout/blobs/sha256" / digest.substr(digest.find(':') + 1),
                       std::ios::binary);
    EXPECT_TRUE(file) << digest;
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // The config of the image that `build` printed.
  std::string ConfigOf(const std::string& build) {
    const std::string manifest = ReadBlob(build.substr(build.find("sha256:"), 71));
    return ReadBlob(manifest.substr(manifest.find("sha256:"), 71));
  }

  TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
  std::map<std::string, std::string> variables_;
};

constexpr const char* kDockerfile =
    "FROM scratch\nENV A=1\nWORKDIR /w\nCOPY old new d/\nLABEL l=1\n";

TEST_F(BuildCommandTest, BuildingAgainFromTheStoreGivesTheSameImage) {
  const std::string first = Build(kDockerfile);
  EXPECT_THAT(first, HasSubstr("image sha256:"));
  EXPECT_EQ(Build(kDockerfile), first);
}

TEST_F(BuildCommandTest, SourceDateEpochIsTheTimeOfEverythingNew) {
  Build(kDockerfile);
  variables_["SOURCE_DATE_EPOCH"] = "1700000000";
  const std::string config = ConfigOf(Build(kDockerfile));
  size_t count = 0;
  for (size_t at = config.find("\"created\""); at != std::string::npos;
       at = config.find("\"created\"", at + 1)) {
    EXPECT_EQ(config.substr(at, 32), "\"created\":\"2023-11-14T22:13:20Z\"");
    ++count;
  }
  EXPECT_EQ(count, 5u) << config;
}

TEST_F(BuildCommandTest, RewrittenTimestampsAreNoLaterThanTheEpoch) {
  const std::string rewrite = ",rewrite-timestamp=true";
  EXPECT_THAT(Build(kDockerfile, rewrite),
              HasSubstr("`rewrite-timestamp` needs a time; set `SOURCE_DATE_EPOCH`"));
  variables_["SOURCE_DATE_EPOCH"] = "1500000000";
  const std::string plain = Build(kDockerfile);
  const std::string build = Build(kDockerfile, rewrite);
  EXPECT_NE(build, plain);
  EXPECT_EQ(Build(kDockerfile, rewrite), build);

  const std::string manifest = ReadBlob(build.substr(build.find("sha256:"), 71));
  const std::string layer = ReadBlob(manifest.substr(manifest.rfind("sha256:"), 71));
  const auto reader = OpenLayer(std::make_unique<StringReader>(layer), Compression::kGzip);
  std::map<std::string, int64_t> times;
  for (auto entry = (*reader)->Next(); entry.ok() && *entry; entry = (*reader)->Next()) {
    times[(*entry)->path] = (*entry)->mtime.seconds;
  }
  EXPECT_EQ(times, (std::map<std::string, int64_t>{{"w", 1'500'000'000},
                                                   {"w/d", 1'500'000'000},
                                                   {"w/d/new", 1'500'000'000},
                                                   {"w/d/old", 1'400'000'000}}));
}

}  // namespace
}  // namespace cooper
