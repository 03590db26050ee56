#include "planner/pass_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

// A pass that does what the test says.
class FakePass : public Pass {
 public:
  using Body = std::function<Result<PassEffect>(BuildPlan&, PassContext&)>;
  FakePass(std::string name, Body body) : name_(std::move(name)), body_(std::move(body)) {}

  std::string_view Name() const override { return name_; }
  std::string_view Summary() const override { return "for tests"; }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override {
    return body_(plan, context);
  }

 private:
  std::string name_;
  Body body_;
};

Vertex Scratch(std::string name) {
  return {.name = std::move(name), .op = SourceScratchOp{}, .inputs = {}, .metadata = {}};
}

Result<PassEffect> AddScratch(BuildPlan& plan, PassContext&) {
  plan.graph.Add(Scratch("v" + std::to_string(plan.graph.size())));
  return PassEffect::kChanged;
}

Result<PassEffect> DoNothing(BuildPlan&, PassContext&) { return PassEffect::kUnchanged; }

class PassManagerTest : public testing::Test {
 protected:
  PassManagerTest() {
    options_.output = [this](std::string_view text) { output_.emplace_back(text); };
  }

  void Add(std::string name, FakePass::Body body) {
    passes_.push_back(std::make_unique<FakePass>(std::move(name), std::move(body)));
  }
  Status Run() {
    return PassManager(std::move(passes_), options_).Run(plan_, diagnostics_, explain_);
  }

  PlannerOptions options_;
  std::vector<std::string> output_;
  std::vector<std::unique_ptr<Pass>> passes_;
  BuildPlan plan_;
  DiagnosticEngine diagnostics_;
  ExplainLog explain_;
};

TEST_F(PassManagerTest, DumpsAfterChangesUnderTheNumberOfThePass) {
  options_.dump_ir = DumpIr::kAfterChange;
  Add("one", DoNothing);
  Add("two", AddScratch);

  ASSERT_TRUE(Run().ok());

  EXPECT_THAT(output_, ElementsAre("// 2 two\ngraph version=1\n%v0 = source.scratch\n"));
}

TEST_F(PassManagerTest, DumpsAfterEveryPassWhenAsked) {
  options_.dump_ir = DumpIr::kAfterAll;
  Add("one", DoNothing);
  Add("two", AddScratch);

  ASSERT_TRUE(Run().ok());

  EXPECT_THAT(output_, ElementsAre(StartsWith("// 1 one\n"), StartsWith("// 2 two\n")));
}

TEST_F(PassManagerTest, TimesEveryPass) {
  options_.time_passes = true;
  Add("one", DoNothing);

  ASSERT_TRUE(Run().ok());

  ASSERT_EQ(output_.size(), 1u);
  EXPECT_THAT(output_[0], StartsWith("// 1 one: "));
  EXPECT_TRUE(output_[0].ends_with(" ms\n"));
}

TEST_F(PassManagerTest, NamesThePassThatBrokeAnInvariant) {
  Add("vandal", [](BuildPlan& plan, PassContext&) -> Result<PassEffect> {
    plan.graph.Add(Scratch("twice"));
    plan.graph.Add(Scratch("twice"));
    return PassEffect::kChanged;
  });

  const Status status = Run();

  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kInternal);
  EXPECT_THAT(status.error().message(), StartsWith("pass `vandal` left an invalid plan: "));
}

TEST_F(PassManagerTest, ForgetsAnalysesAfterAChange) {
  size_t users_seen = 99;
  const VertexId scratch = plan_.graph.Add(Scratch("from"));
  Add("look", [&](BuildPlan&, PassContext& context) -> Result<PassEffect> {
    users_seen = context.analyses.Get<Users>().Of(scratch).size();
    return PassEffect::kUnchanged;
  });
  Add("edit", [&](BuildPlan& plan, PassContext&) -> Result<PassEffect> {
    plan.graph.Add({.name = "dir",
                    .op = FileMkdirOp{.path = "/a", .mode = 0755, .chown = {}},
                    .inputs = {{scratch}},
                    .metadata = {}});
    return PassEffect::kChanged;
  });
  Add("look-again", [&](BuildPlan&, PassContext& context) -> Result<PassEffect> {
    EXPECT_EQ(users_seen, 0u);
    users_seen = context.analyses.Get<Users>().Of(scratch).size();
    return PassEffect::kUnchanged;
  });

  ASSERT_TRUE(Run().ok());

  EXPECT_EQ(users_seen, 1u);
}

TEST_F(PassManagerTest, StopsAfterAFaultOfTheInput) {
  bool reached = false;
  Add("faults", [](BuildPlan&, PassContext& context) -> Result<PassEffect> {
    context.diagnostics.Report(Error(DiagnosticKind::kUnsupported, "no"));
    return PassEffect::kUnchanged;
  });
  Add("later", [&](BuildPlan&, PassContext&) -> Result<PassEffect> {
    reached = true;
    return PassEffect::kUnchanged;
  });

  EXPECT_TRUE(Run().ok());

  EXPECT_FALSE(reached);
}

#ifndef NDEBUG
TEST_F(PassManagerTest, AbortsWhenAPassHidesAChange) {
  Add("liar", [](BuildPlan& plan, PassContext&) -> Result<PassEffect> {
    plan.graph.Add(Scratch("hidden"));
    return PassEffect::kUnchanged;
  });

  EXPECT_DEATH((void)Run(), "pass `liar` changed the plan and said that it did not");
}
#endif

}  // namespace
}  // namespace cooper
