#include "cli/inputs/read_grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "backends/store/testing/test_directory.h"
#include "cli/flags/grant_flags.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReadGrantsTest : public testing::Test {
 protected:
  Status Secret(const std::string& text) { return AddSecret(text, options_); }
  Status Agent(const std::string& text) { return AddAgent(text, options_); }

  Result<RunGrants> Read() {
    std::ostringstream out;
    std::ostringstream err;
    const CliEnvironment environment{
        .out = out,
        .err = err,
        .variable =
            [this](const std::string& name) {
              const auto found = variables_.find(name);
              return found == variables_.end() ? std::optional<std::string>() : found->second;
            },
        .interrupted = {}};
    return ReadGrants(options_, environment);
  }
  // What reading the secret `text` gives: its value, or the fault.
  std::string ValueOf(const std::string& text) {
    options_ = {};
    if (Status status = Secret(text); !status.ok()) return status.error().message();
    const Result<RunGrants> grants = Read();
    if (!grants.ok()) return grants.error().message();
    return grants->secrets.at("tok");
  }
  static std::string Fault(const Status& status) {
    if (status.ok()) return "no fault";
    EXPECT_EQ(status.error().kind(), DiagnosticKind::kUsage);
    return status.error().message();
  }

  TestDirectory directory_;
  std::map<std::string, std::optional<std::string>> variables_;
  GrantOptions options_;
};

TEST_F(ReadGrantsTest, SecretComesFromAFileOrAVariable) {
  const std::string file = directory_ / "file";
  WriteTestFile(file, "from the file\n");
  variables_["TOKEN"] = "from the variable";
  EXPECT_EQ(ValueOf("id=tok,src=" + file), "from the file\n");
  EXPECT_EQ(ValueOf("type=file,id=tok,source=" + file), "from the file\n");
  EXPECT_EQ(ValueOf("id=tok,env=TOKEN"), "from the variable");
  EXPECT_EQ(ValueOf("ID=tok,type=env,src=TOKEN"), "from the variable");
}

TEST_F(ReadGrantsTest, IdAloneIsAVariableIfThereIsOne) {
  variables_["tok"] = "v";
  EXPECT_EQ(ValueOf("id=tok"), "v");
  EXPECT_EQ(ValueOf("id=tok,type=env"), "v");
  EXPECT_THAT(ValueOf("id=tok,type=file"), HasSubstr("cannot read its file"));
  variables_.clear();
  EXPECT_THAT(ValueOf("id=tok"), HasSubstr("cannot read its file"));
}

TEST_F(ReadGrantsTest, SecretKeepsEveryByte) {
  const std::string bytes("\0\xff\n\r", 4);
  WriteTestFile(directory_ / "file", bytes);
  EXPECT_EQ(ValueOf("id=tok,src=" + (directory_ / "file")), bytes);
}

TEST_F(ReadGrantsTest, SecretHasALimit) {
  WriteTestFile(directory_ / "file", std::string(500 << 10, 'x'));
  EXPECT_EQ(ValueOf("id=tok,src=" + (directory_ / "file")).size(), size_t{500} << 10);
  WriteTestFile(directory_ / "file", std::string((500 << 10) + 1, 'x'));
  EXPECT_EQ(ValueOf("id=tok,src=" + (directory_ / "file")),
            "`--secret id=tok`: a secret has at most 512000 bytes");
  variables_["TOKEN"] = std::string((500 << 10) + 1, 'x');
  EXPECT_THAT(ValueOf("id=tok,env=TOKEN"), HasSubstr("at most 512000 bytes"));
}

TEST_F(ReadGrantsTest, NoFaultOfASecretShowsWhatMayBeTheSecret) {
  for (const char* text : {"id=tok,src=hunter2", "id=tok,hunter2", "id=tok,value=hunter2",
                           "id=tok,type=hunter2", "src=hunter2"}) {
    EXPECT_THAT(ValueOf(text), HasSubstr("`--secret")) << text;
    EXPECT_THAT(ValueOf(text), Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(ReadGrantsTest, VariableOfASecretMustBeSet) {
  EXPECT_THAT(ValueOf("id=tok,env=NONE"), HasSubstr("the variable `NONE` is not set"));
}

TEST_F(ReadGrantsTest, AgentIsTheCallersOrASocket) {
  ASSERT_TRUE(Agent("default").ok());
  EXPECT_THAT(Fault(Read().ok() ? Ok() : Status(Read().error())),
              HasSubstr("SSH_AUTH_SOCK is not set"));
  variables_["SSH_AUTH_SOCK"] = "/no/such/socket";
  EXPECT_THAT(Fault(Status(Read().error())), HasSubstr("no such file"));
}

TEST_F(ReadGrantsTest, RefusesFilesOfKeysByName) {
  WriteTestFile(directory_ / "id_rsa", "key");
  ASSERT_TRUE(Agent("default=" + (directory_ / "id_rsa")).ok());
  EXPECT_THAT(Fault(Status(Read().error())), HasSubstr("files of keys are not supported"));
}

}  // namespace
}  // namespace cooper
