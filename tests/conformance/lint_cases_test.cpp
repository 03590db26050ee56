// Compares the linter with the recorded findings of BuildKit's: lint_cases.json of the
// folder that COOPER_SHARED names (default: `shared` beside the checkout). A case is
// built, which looks at the stages of its target, and checked, which looks at all.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/Support/JSON.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "cli/check/check_report.h"
#include "cli/cli.h"
#include "cli/compilation.h"
#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
namespace json = llvm::json;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Text(const json::Object& object, llvm::StringRef key) {
  return object.getString(key).value_or("").str();
}

struct Expected {
  std::string rule;
  std::string description;
  std::string url;
  std::string detail;
  int64_t line = 0;

  friend bool operator==(const Expected&, const Expected&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Expected& finding) {
    return out << finding.rule << " line " << finding.line << ": " << finding.detail << " ("
               << finding.description << ", " << finding.url << ")";
  }
};

std::vector<Expected> ReadWarnings(const json::Array& array) {
  std::vector<Expected> warnings;
  for (const json::Value& value : array) {
    const json::Object& object = *value.getAsObject();
    warnings.push_back({Text(object, "RuleName"), Text(object, "Description"), Text(object, "URL"),
                        Text(object, "Detail"), object.getInteger("Line").value_or(0)});
  }
  return warnings;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "cooper-lint-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
  fs::path path;
};

// What one case expects, and what is seen of it.
class Case {
 public:
  explicit Case(const json::Object& object) : object_(object) {
    std::ofstream(directory_.path / "Dockerfile", std::ios::binary) << Text(object, "Dockerfile");
    if (object.get("DockerIgnore") != nullptr) {
      std::ofstream(directory_.path / ".dockerignore", std::ios::binary)
          << Text(object, "DockerIgnore");
    }
    input_.context = directory_.path;
    if (const json::Object* attributes = object.getObject("FrontendAttrs")) {
      for (const auto& [key, value] : *attributes) {
        llvm::StringRef name = key;
        EXPECT_TRUE(name.consume_front("build-arg:")) << name.str();
        input_.build_args[name.str()] = value.getAsString()->str();
      }
    }
  }

  void ExpectTheSameOfABuild() {
    std::ostringstream out;
    CliEnvironment environment = Environment(out);
    Workshop workshop(input_, environment, StoreUse::kRead);
    Compilation compilation(input_, environment, workshop);
    ASSERT_TRUE(compilation.Read().ok());
    ASSERT_TRUE(compilation.Compile().ok());
    std::vector<Expected> seen;
    for (const LintFinding& finding : compilation.lint().findings) {
      const LintRuleInfo& rule = InfoOf(finding.rule);
      seen.push_back({std::string(rule.name), std::string(rule.summary), rule.Url(),
                      finding.message, finding.lines.begin.line});
    }
    const json::Array* warnings = object_.getArray("Warnings");
    EXPECT_THAT(seen, testing::ElementsAreArray(warnings != nullptr ? ReadWarnings(*warnings)
                                                                    : std::vector<Expected>()));
    ExpectTheSameFault(compilation);
  }

  void ExpectTheSameOfACheck() {
    std::ostringstream out;
    CliEnvironment environment = Environment(out);
    std::vector<std::string> arguments = {"cooper", "check", "--format=json", input_.context};
    for (const auto& [name, value] : input_.build_args) {
      arguments.push_back("--build-arg=" + name + "=" + value);
    }
    RunCli(arguments, environment);
    llvm::Expected<json::Value> report = json::parse(out.str());
    ASSERT_TRUE(static_cast<bool>(report)) << out.str();
    std::vector<Expected> seen;
    for (const json::Value& value : *report->getAsObject()->getArray("warnings")) {
      const json::Object& object = *value.getAsObject();
      seen.push_back({Text(object, "ruleName"), Text(object, "description"), Text(object, "url"),
                      Text(object, "detail"), 0});
    }
    const json::Array* warnings = object_.getArray("UnmarshalWarnings");
    if (warnings == nullptr) warnings = object_.getArray("Warnings");
    std::vector<Expected> expected;
    if (warnings != nullptr) expected = ReadWarnings(*warnings);
    // The reference does not compare lines here, and some of the table are wrong.
    for (Expected& finding : expected) finding.line = 0;
    EXPECT_THAT(seen, testing::ElementsAreArray(expected));
  }

 private:
  CliEnvironment Environment(std::ostream& out) {
    return {.out = out,
            .err = out,
            .variable = [](const std::string&) { return std::nullopt; },
            .interrupted = {},
            .resolver = &resolver_};
  }

  // The texts of faults are ours, but those of the linter; their lines are the same.
  void ExpectTheSameFault(const Compilation& compilation) {
    const std::string expected = Text(object_, "BuildErr");
    const std::vector<Diagnostic> faults = compilation.diagnostics().Sorted();
    EXPECT_EQ(faults.empty(), expected.empty());
    if (faults.empty() || expected.empty()) return;
    EXPECT_EQ(faults[0].range->begin.line, object_.getInteger("BuildErrLocation"));
    if (expected.starts_with("lint ")) {
      EXPECT_EQ(faults[0].message, expected);
    }
  }

  const json::Object& object_;
  TemporaryDirectory directory_;
  InputOptions input_;
  FakeImageResolver resolver_;
};

TEST(LintCases, AgreeWithBuildKit) {
  const char* const given = std::getenv("COOPER_SHARED");
  const fs::path shared =
      given != nullptr ? fs::path(given) : fs::path(COOPER_SOURCE_DIR).parent_path() / "shared";
  const fs::path file = shared / "corpus/buildkit/derived/lint_cases.json";
  if (!fs::exists(file)) {
    GTEST_SKIP() << "lint cases skipped: there is no " << file
                 << "; set COOPER_SHARED to the folder that holds `corpus`";
  }
  llvm::Expected<json::Value> cases = json::parse(ReadAll(file));
  ASSERT_TRUE(static_cast<bool>(cases));
  size_t agreed = 0;
  size_t total = 0;
  for (const json::Value& value : *cases->getAsArray()) {
    const json::Object& object = *value.getAsObject();
    SCOPED_TRACE(Text(object, "id"));
    const auto failures = [] {
      return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
    };
    const int before = failures();
    Case one(object);
    one.ExpectTheSameOfABuild();
    one.ExpectTheSameOfACheck();
    ++total;
    agreed += failures() == before ? 1 : 0;
  }
  std::cout << "lint cases: " << agreed << " of " << total << " agree with BuildKit\n";
  EXPECT_GT(total, 0u);
}

}  // namespace
}  // namespace cooper
