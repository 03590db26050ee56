// Runs every *.golden below tests/golden through the command line, in process.
//
// COOPER_UPDATE_GOLDENS=1 rewrites them to what was seen and reports them as
// skipped: read the difference before you commit it.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/cli.h"
#include "ir/base/diagnostic_kind.h"
#include "tests/golden/golden_file.h"
#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> FilesBelow(const fs::path& directory, std::string_view suffix) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.path().string().ends_with(suffix)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A directory that is the working directory for as long as the object lives. Modes
// of files in it are those that a checkout usually has: they are part of cache keys.
class ScratchDirectory {
 public:
  ScratchDirectory() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "cooper-golden-XXXXXX").string();
    path_ = mkdtemp(name.data());
    fs::current_path(path_);
    umask(022);
  }
  ~ScratchDirectory() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }

  // `text` with a fixed name in place of this directory's.
  std::string Anonymous(std::string text) const {
    for (size_t at; (at = text.find(path_.string())) != std::string::npos;) {
      text.replace(at, path_.string().size(), "/scratch");
    }
    return text;
  }

 private:
  fs::path before_;
  fs::path path_;
};

GoldenFile RunGolden(const GoldenFile& golden) {
  const ScratchDirectory scratch;
  for (const auto& [name, text] : golden.inputs) {
    if (fs::path(name).has_parent_path()) fs::create_directories(fs::path(name).parent_path());
    std::ofstream(name, std::ios::binary) << text;
  }
  std::ostringstream out;
  std::ostringstream err;
  FakeImageResolver resolver;
  CliEnvironment environment{.out = out,
                             .err = err,
                             .variable = [](const std::string& name) -> std::optional<std::string> {
                               if (name == "HOME") return fs::current_path() / "home";
                               if (name == "SOURCE_DATE_EPOCH") return "1000000000";
                               return std::nullopt;
                             },
                             .interrupted = {},
                             .resolver = &resolver};
  std::vector<std::string> arguments = {"cooper"};
  arguments.insert(arguments.end(), golden.command.begin(), golden.command.end());
  GoldenFile seen = golden;
  seen.exit_code = RunCli(arguments, environment);
  seen.output = scratch.Anonymous(out.str());
  seen.diagnostics = scratch.Anonymous(err.str());
  return seen;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, MatchesWholeOutput) {
  const std::string text = ReadAll(GetParam());
  GoldenFile golden;
  std::string reason;
  ASSERT_TRUE(ParseGolden(text, golden, reason)) << reason;
  const std::string seen = PrintGolden(RunGolden(golden));
  if (std::getenv("COOPER_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(GetParam(), std::ios::binary) << seen;
    GTEST_SKIP() << "rewritten, not compared";
  }
  EXPECT_EQ(seen, text) << "run with COOPER_UPDATE_GOLDENS=1 to accept, then read the difference";
}

const fs::path kSource = COOPER_SOURCE_DIR;
const fs::path kTests = kSource / "tests";

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(FilesBelow(kTests / "golden", ".golden")),
                         [](const testing::TestParamInfo<fs::path>& file) {
                           std::string name = fs::relative(file.param, kTests / "golden").string();
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); },
                               '_');
                           return name;
                         });

// The first screen of the README shows a Dockerfile beside its plan.
TEST(Readme, ShowsThePlanOfItsDockerfile) {
  GoldenFile golden;
  std::string reason;
  ASSERT_TRUE(ParseGolden(ReadAll(kTests / "golden" / "readme.golden"), golden, reason)) << reason;
  const std::string readme = ReadAll(kSource / "README.md");
  std::istringstream lines(golden.inputs.at(0).second + golden.output);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_NE(readme.find(line), std::string::npos) << line;
  }
}

// Users search for the name of a kind, so a golden or an end-to-end test shows each.
TEST(DiagnosticKinds, EachIsShownByATest) {
  std::string shown;
  for (const fs::path& file : FilesBelow(kTests / "golden", ".golden")) shown += ReadAll(file);
  for (const fs::path& file : FilesBelow(kTests / "e2e", ".py")) shown += ReadAll(file);
  for (const DiagnosticKind kind : {
#define COOPER_DIAGNOSTIC(id, name, severity, blame) DiagnosticKind::id,
#include "ir/base/diagnostic_kinds.def"
#undef COOPER_DIAGNOSTIC
       }) {
    if (kind == DiagnosticKind::kInternal) continue;
    const std::string tag = "[" + std::string(NameOf(kind)) + "]";
    EXPECT_NE(shown.find(tag), std::string::npos) << "no test shows " << tag;
  }
}

}  // namespace
}  // namespace cooper
