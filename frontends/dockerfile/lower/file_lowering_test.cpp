#include "frontends/dockerfile/lower/file_lowering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(FileLoweringTest, LowersStagesInTheOrderOfTheFile) {
  EXPECT_EQ(Vertices("FROM base AS Build\nWORKDIR src\nCOPY go.* ./\nRUN make\n"
                     "FROM scratch\nCOPY --from=build --chown=1:2 /out/../app bin/\n"),
            "%build.from = source.image \"docker.io/library/base:latest\"\n"
            "%build.workdir = file.mkdir (%build.from) path=\"/src\"\n"
            "%context = source.context \"context\"\n"
            "%build.copy = file.copy (%build.workdir, %context) from=[\"go.*\"] to=\"/src/\"\n"
            "%build.run = exec (%build.copy) args=[\"/bin/sh\", \"-c\", \"make\"] "
            "env=[\"PATH=/bin\"] cwd=\"/src\"\n"
            "%stage1.from = source.scratch\n"
            "%stage1.copy = file.copy (%stage1.from, %build.run) from=[\"app\"] to=\"/bin/\" "
            "chown=\"1:2\" keep_owner=true\n");
}

TEST_F(FileLoweringTest, LeavesOutStagesThatTheTargetDoesNotNeed) {
  const std::string vertices =
      Vertices("FROM nosuch AS unused\nRUN x\nFROM base AS a\nFROM a\nRUN y\n");
  EXPECT_THAT(vertices, Not(HasSubstr("unused")));
  EXPECT_EQ(resolver_.asked, 1);
}

TEST_F(FileLoweringTest, GivesArgsAndEnvTheirOrder) {
  options_.build_args = {{"CLI", "cli"}};
  EXPECT_THAT(History("ARG G=global\nFROM base\nARG G\nARG CLI=default V=1 W=$V\nENV V=env\n"
                      "RUN a\nARG V=later\nARG NONE\nRUN b\n"),
              ElementsAre("ARG G=global", "ARG CLI=cli V=1 W=1", "ENV V=env",
                          "+RUN |4 G=global CLI=cli V=env W=1 /bin/sh -c a", "ARG V=later",
                          "ARG NONE", "+RUN |5 G=global CLI=cli V=later W=1 NONE= /bin/sh -c b"));
}

TEST_F(FileLoweringTest, KeepsArgsOutOfTheConfig) {
  EXPECT_THAT(Config("FROM base\nENV A=1 B=$A\nARG A=2\nENV C=$A A=$A$A D=$A\n").env,
              ElementsAre("PATH=/bin", "A=22", "B=", "C=2", "D=2"));
}

TEST_F(FileLoweringTest, HandsProxiesThroughWithoutNamingThem) {
  options_.build_args = {{"HTTP_PROXY", "http://secret"}, {"OTHER", "x"}};
  const std::string vertices = Vertices("FROM base\nRUN a\nARG HTTP_PROXY\nRUN b\n");
  EXPECT_THAT(vertices,
              HasSubstr("\"a\"] env=[\"PATH=/bin\"] proxy_env=[\"HTTP_PROXY\", \"http_proxy\"]\n"));
  EXPECT_THAT(
      vertices,
      HasSubstr(
          "\"b\"] env=[\"PATH=/bin\", \"HTTP_PROXY=http://secret\"] proxy_env=[\"http_proxy\"]\n"));
}

TEST_F(FileLoweringTest, ResetsOnlyTheInheritedCommand) {
  EXPECT_FALSE(Config("FROM base\nENTRYPOINT [\"e\"]\n").cmd.has_value());
  const ContainerConfig own = Config("FROM base\nCMD c\nENTRYPOINT [\"e\"]\n");
  EXPECT_THAT(*own.cmd, ElementsAre("/bin/sh", "-c", "c"));
  EXPECT_TRUE(own.args_escaped);
}

TEST_F(FileLoweringTest, WritesTheConfig) {
  const ContainerConfig config = Config(
      "FROM scratch\nWORKDIR /a\nWORKDIR b/..//c\nUSER app:staff\nEXPOSE 80 53/UDP 8000-8001\n"
      "VOLUME [\"/v\"]\nSTOPSIGNAL SIGINT\nSHELL [\"/bin/ash\", \"-c\"]\nLABEL a=b \"c d\"='e f'\n"
      "HEALTHCHECK --interval=1m30s --retries=2 CMD check\nONBUILD  RUN  x\n");
  EXPECT_EQ(config.working_dir, "/a/c");
  EXPECT_EQ(config.user, "app:staff");
  EXPECT_THAT(config.exposed_ports, ElementsAre("53/udp", "80/tcp", "8000/tcp", "8001/tcp"));
  EXPECT_EQ(config.labels.at("c d"), "e f");
  EXPECT_THAT(config.healthcheck->test, ElementsAre("CMD-SHELL", "check"));
  EXPECT_EQ(config.healthcheck->interval_ns, 90'000'000'000);
  EXPECT_THAT(config.on_build, ElementsAre("RUN  x"));
}

TEST_F(FileLoweringTest, StoresTriggersWithTheirHeredocs) {
  EXPECT_THAT(Config("FROM base\nONBUILD COPY <<A /a\nx\nA\n").on_build,
              ElementsAre("COPY <<A /a\nx\nA"));
}

TEST_F(FileLoweringTest, RunsTriggersOfImagesAndParentStagesOnce) {
  resolver_.config.config.on_build = {"RUN from-image"};
  EXPECT_THAT(
      History("FROM base AS p\nONBUILD RUN from-stage\nRUN p\nFROM p AS q\nFROM q\nRUN q\n"),
      ElementsAre("+RUN /bin/sh -c from-image", "+RUN /bin/sh -c p", "+RUN /bin/sh -c from-stage",
                  "+RUN /bin/sh -c q"));
}

TEST_F(FileLoweringTest, MakesFilesOfHeredocs) {
  EXPECT_EQ(Vertices("FROM scratch\nARG X=1\nCOPY <<a <<\"b\" /etc/\n'$X'\na\n$X\nb\n"),
            "%stage0.from = source.scratch\n"
            "%stage0.heredoc = source.scratch\n"
            "%stage0.heredoc2 = file.mkfile (%stage0.heredoc) path=\"/a\" data=\"'1'\\n\"\n"
            "%stage0.heredoc3 = file.mkfile (%stage0.heredoc2) path=\"/b\" data=\"$X\\n\"\n"
            "%stage0.copy = file.copy (%stage0.from, %stage0.heredoc3) from=[\"a\", \"b\"] "
            "to=\"/etc/\"\n");
}

TEST_F(FileLoweringTest, GivesHeredocsToTheShell) {
  EXPECT_THAT(History("FROM base\nRUN <<EOF\na\nEOF\nRUN cat <<-E > x\n\tb\n\tE\n"),
              ElementsAre("+RUN /bin/sh -c a\n", "+RUN /bin/sh -c cat <<-E > x\n\tb\nE"));
}

TEST_F(FileLoweringTest, ReadsMounts) {
  const std::string vertices = Vertices(
      "FROM base AS s\nFROM base\nWORKDIR /w\nRUN --mount=type=cache,target=c,sharing=locked "
      "--mount=from=s,source=x,dst=/y,rw --mount=type=secret,id=k,env=K --network=none a\n");
  EXPECT_THAT(vertices, HasSubstr("network=none {\n"
                                  "  mount cache id=\"/w/c\" target=\"/w/c\" sharing=locked\n"
                                  "  mount bind from=%s.from target=\"/y\" source=\"/x\"\n"
                                  "  mount secret id=\"k\" env=\"K\"\n"));
}

TEST_F(FileLoweringTest, LetsNamedContextsTakeTheirPlace) {
  options_.named_contexts["tools"] = {NamedContext::Kind::kDirectory, "/x", "", {"*.log"}};
  const std::string vertices =
      Vertices("FROM nosuch AS tools\nRUN x\nFROM scratch\nCOPY --from=tools a /\n");
  EXPECT_THAT(vertices, HasSubstr("source.context \"tools\" exclude=[\"*.log\"]"));
  EXPECT_EQ(resolver_.asked, 0);
}

TEST_F(FileLoweringTest, TakesTheEpochOfASource) {
  const auto source = [&](std::string text) -> std::string {
    const std::optional<BuildGraph> graph = Lower(std::move(text));
    if (!graph || !graph->targets()[0].epoch_of) return Messages();
    return graph->vertex(*graph->targets()[0].epoch_of).name;
  };
  options_.build_args["SOURCE_DATE_EPOCH"] = "when";
  const std::string alone = "FROM scratch AS when\nADD https://h/a /\n";
  EXPECT_EQ(source(alone + "FROM base\n"), "when.fetch");
  EXPECT_EQ(source("FROM base AS app\n" + alone + "FROM app\n"), "when.fetch");
  EXPECT_EQ(source("FROM scratch AS when\nADD https://h/a.git /\nFROM base\n"), "when.clone");
  options_.named_contexts["when"] = {NamedContext::Kind::kUrl, "https://h/t.tgz", "", {}};
  EXPECT_EQ(source("FROM base\n"), "fetch");
}

TEST_F(FileLoweringTest, TakesNoEpochOfWhatIsMoreThanASource) {
  options_.build_args["SOURCE_DATE_EPOCH"] = "when";
  EXPECT_FALSE(Lower("FROM scratch AS when\nADD https://h/a /\nCOPY a /\nFROM base\n"));
  EXPECT_FALSE(Lower("FROM base AS when\nFROM base\n"));
  options_.named_contexts["when"] = {NamedContext::Kind::kDirectory, "/x", "", {}};
  EXPECT_FALSE(Lower("FROM base\n"));
  EXPECT_THAT(Messages(), HasSubstr("SOURCE_DATE_EPOCH=`when` takes the time of a source, and "
                                    "there is none; it must be a git repository or a URL"));
  options_.build_args["SOURCE_DATE_EPOCH"] = "nobody";
  EXPECT_FALSE(Lower("FROM base\n"));
  EXPECT_THAT(Messages(), HasSubstr("or name a stage"));
}

TEST_F(FileLoweringTest, ReadsNamedContextsFromUrls) {
  options_.named_contexts["docs"] = {
      NamedContext::Kind::kUrl, "https://h/a.git?tag=v1&subdir=docs", "", {}};
  options_.named_contexts["tools"] = {
      NamedContext::Kind::kUrl, "https://me:secret@h/t.tgz", "", {}};
  const std::string text = "FROM docs\nCOPY --from=tools a /\n";
  EXPECT_EQ(Vertices(text),
            "%stage0.clone = source.git \"https://h/a.git\" ref=\"refs/tags/v1\" subdir=\"docs\"\n"
            "%empty = source.scratch\n"
            "%fetch = source.http \"https://h/t.tgz\" filename=\"t.tgz\"\n"
            "%context = file.unpack (%empty, %fetch) from=[\"t.tgz\"] to=\"/\"\n"
            "%stage0.copy = file.copy (%stage0.clone, %context) from=[\"a\"] to=\"/\" "
            "keep_owner=true\n");
  EXPECT_EQ(resolver_.asked, 0);
  options_.build_args["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] = "1";
  EXPECT_THAT(Vertices(text), HasSubstr("keep_git_dir=true"));
  options_.named_contexts["docs"].value = "https://h/a.git?colour=red";
  EXPECT_FALSE(Lower(text));
  EXPECT_THAT(Messages(), HasSubstr("context `docs`"));
}

TEST_F(FileLoweringTest, TakesTheEpochFromABuildArgumentOrAGlobalArg) {
  const auto epoch = [&](std::string text) { return Lower(std::move(text))->targets()[0]; };
  EXPECT_EQ(epoch("ARG SOURCE_DATE_EPOCH=17\nFROM base\n").source_date_epoch, 17);
  EXPECT_EQ(epoch("FROM base\nARG SOURCE_DATE_EPOCH=17\n").source_date_epoch, std::nullopt);
  options_.build_args["SOURCE_DATE_EPOCH"] = "18";
  EXPECT_EQ(epoch("ARG SOURCE_DATE_EPOCH=17\nFROM base\n").source_date_epoch, 18);
  EXPECT_EQ(epoch("FROM base\n").source_date_epoch, 18);
  options_.build_args["SOURCE_DATE_EPOCH"] = "context";
  EXPECT_FALSE(Lower("FROM base\n"));
  EXPECT_THAT(Messages(), HasSubstr("a directory has none"));
  options_.build_args["SOURCE_DATE_EPOCH"] = "soon";
  EXPECT_FALSE(Lower("FROM base\n"));
  EXPECT_THAT(Messages(), HasSubstr("SOURCE_DATE_EPOCH is `soon`; it must be a number of seconds"));
}

TEST_F(FileLoweringTest, HandsProxiesThroughInBothSpellings) {
  options_.build_args = {{"HTTP_PROXY", "h"}, {"no_proxy", "n"}, {"OTHER", "o"}};
  EXPECT_THAT(Vertices("FROM base\nENV NO_PROXY=x\nRUN a\n"),
              HasSubstr("proxy_env=[\"HTTP_PROXY\", \"http_proxy\", \"no_proxy\"]"));
}

TEST_F(FileLoweringTest, GivesTheImageThePlatformThatWasAskedFor) {
  const auto platform = [&](std::string text) {
    return Lower(std::move(text))->targets()[0].platform.ToString();
  };
  resolver_.only = Platform{"linux", "riscv64", ""};
  EXPECT_EQ(platform("FROM base\n"), "linux/riscv64");
  EXPECT_EQ(platform("FROM --platform=linux/arm64 scratch\n"), "linux/amd64");
  options_.platform_requested = true;
  EXPECT_EQ(platform("FROM base\n"), "linux/amd64");
  EXPECT_EQ(platform("FROM --platform=linux/arm64 base\n"), "linux/riscv64");
}

TEST_F(FileLoweringTest, ReportsEveryFaultInOneRun) {
  Lower(
      "FROM base AS a\nCPOY x y\nRUN --mout=x a\nENV b=${c\nEXPOSE abc\nWORKDIR\n"
      "COPY --from=1 x y\nENV r=${FROM_BASE:?}\n");
  EXPECT_EQ(Messages(),
            "2: unknown instruction `CPOY`; did you mean `COPY`?\n"
            "3: unknown flag `--mout` of RUN; did you mean `--mount`?\n"
            "4: cannot expand `${c`: syntax error: missing '}'\n"
            "5: invalid container port `abc`; it is not a number\n"
            "6: WORKDIR requires exactly one argument\n"
            "7: invalid stage index 1; the file has 1 stage\n");
  EXPECT_EQ(resolver_.asked, 0) << "a file with faults is no reason to ask a registry";
}

TEST_F(FileLoweringTest, ReportsStagesThatCannotBe) {
  Lower(
      "FROM base AS a\nCOPY --from=b x /\nFROM base AS b\nFROM base AS c\nCOPY --from=c x /\n"
      "FROM a\nCOPY --from=c x /\n");
  EXPECT_EQ(Messages(),
            "2: cannot copy from stage `b`; it needs to be defined before current stage `a`\n"
            "5: circular dependency detected on stage `c`; it reads its own result\n");
}

TEST_F(FileLoweringTest, ReportsSuchStagesWhereNoTargetNeedsThem) {
  Lower(
      "FROM base AS a\nCOPY --from=z x /\nRUN --mount=from=z,target=/z a\nCOPY --from=7 x /\n"
      "FROM base AS z\n");
  EXPECT_EQ(Messages(),
            "2: cannot copy from stage `z`; it needs to be defined before current stage `a`\n"
            "3: cannot mount from stage `z`; it needs to be defined before current stage `a`\n"
            "4: invalid stage index 7; the file has 2 stages\n");
}

TEST_F(FileLoweringTest, LetsNamedContextsStandForLaterStages) {
  options_.named_contexts["z"] = {NamedContext::Kind::kDirectory, "/z", "", {}};
  EXPECT_TRUE(Lower("FROM scratch\nCOPY --from=z x /\nFROM scratch AS z\n"));
  EXPECT_EQ(Messages(), "");
}

TEST_F(FileLoweringTest, SuggestsTheStageThatWasMeant) {
  Lower("FROM base AS builder\nFROM base\nCOPY --from=bulder x /\n");
  EXPECT_THAT(Messages(), HasSubstr("did you mean the stage `builder`?"));
}

TEST_F(FileLoweringTest, SuggestsTheStageThatFromMeant) {
  options_.targets = {"x", "y"};
  Lower("FROM base AS builder\nFROM Builder AS x\nFROM bulder AS y\n");
  EXPECT_THAT(Messages(), HasSubstr("2: there is no earlier stage `Builder`"));
  EXPECT_THAT(Messages(), HasSubstr("3: there is no earlier stage `bulder`"));
}

TEST_F(FileLoweringTest, SuggestsTheTargetThatWasMeant) {
  options_.targets = {"relase"};
  Lower("FROM base AS release\n");
  EXPECT_EQ(Messages(), ": target stage `relase` could not be found; did you mean `release`?\n");
}

TEST_F(FileLoweringTest, ListsTheStagesWhenNoneIsNearTheTarget) {
  options_.targets = {"production"};
  Lower("FROM base AS deps\nFROM base AS app\nFROM base\n");
  EXPECT_EQ(Messages(),
            ": target stage `production` could not be found; the stages are `deps`, `app`\n");
}

TEST_F(FileLoweringTest, TitleThatIsCutBeforeABlankIsMarkedToo) {
  const std::string sixty = "RUN " + std::string(56, 'a');
  const std::optional<BuildGraph> graph = Lower("FROM base\n" + sixty + " b\n");
  ASSERT_TRUE(graph.has_value());
  std::vector<std::string> titles;
  for (const Vertex& vertex : graph->vertices()) titles.push_back(vertex.metadata.display_name);
  EXPECT_THAT(titles, testing::Contains(sixty.substr(0, 57) + "..."));
}

TEST_F(FileLoweringTest, StopsVariablesThatGrowWithoutEnd) {
  std::string text = "FROM scratch\nENV a=0123456789abcdef\n";
  for (int i = 0; i < 18; ++i) text += "ENV a=$a$a\n";
  Lower(text);
  EXPECT_EQ(diagnostics_.Sorted().at(0).kind, DiagnosticKind::kLimitExceeded);
}

TEST_F(FileLoweringTest, StopsGlobalArgsThatGrowWithoutEnd) {
  std::string text = "ARG a=0123456789abcdef\n";
  for (int i = 0; i < 15; ++i) text += "ARG a=$a$a\n";
  for (int i = 0; i < 40; ++i) text += "ARG a" + std::to_string(i) + "=$a\n";
  EXPECT_FALSE(Lower(text + "FROM scratch\n").has_value());
  EXPECT_EQ(diagnostics_.Sorted().at(0).kind, DiagnosticKind::kLimitExceeded);
}

TEST_F(FileLoweringTest, StopsPortRangesThatAreTooMany) {
  EXPECT_TRUE(Lower("FROM scratch\nEXPOSE 0-65535 0-65535/udp\n").has_value());
  std::string text = "FROM scratch\nEXPOSE";
  for (int i = 0; i < 9; ++i) text += " 0-65535";
  EXPECT_FALSE(Lower(text + "\n").has_value());
  EXPECT_EQ(diagnostics_.Sorted().at(0).kind, DiagnosticKind::kLimitExceeded);
}

TEST_F(FileLoweringTest, PutsTheInstructionInEachVertex) {
  const std::optional<BuildGraph> graph = Lower("FROM base\n\nRUN  make \\\n  all\n");
  ASSERT_TRUE(graph.has_value());
  const VertexMetadata& metadata = graph->vertex(graph->targets()[0].root.vertex).metadata;
  EXPECT_EQ(metadata.display_name, "RUN make all");
  ASSERT_THAT(metadata.ranges, SizeIs(1));
  EXPECT_EQ(metadata.ranges[0], (SourceRange{0, {3, 1}, {4, 6}}));
}

}  // namespace
}  // namespace cooper
