#include "frontends/ir/ir_frontend.h"

#include <gtest/gtest.h>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {
namespace {

// Graph text names its images by digest or leaves them to the planner.
class NoImages : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference&, const Platform&) override {
    return Error(DiagnosticKind::kInternal, "asked for an image");
  }
  Result<ResolvedImage> ResolveLayout(const std::string&, const std::string&,
                                      const Platform&) override {
    return Error(DiagnosticKind::kInternal, "asked for a layout");
  }
};

constexpr std::string_view kGraph =
    "graph version=1\n"
    "%from = source.scratch\n"
    "target \"app\" = %from\n"
    "target \"debug\" = %from\n"
    "target \"test\" = %from\n";

class IrFrontendTest : public testing::Test {
 protected:
  std::optional<BuildGraph> Compile(std::string_view text, std::vector<std::string> targets = {}) {
    FrontendOptions options;
    options.targets = std::move(targets);
    const uint32_t file = files_.Add("graph.ir", std::string(text));
    return IrFrontend().Compile(files_, file, options, images_, diagnostics_);
  }

  SourceFiles files_;
  NoImages images_;
  DiagnosticEngine diagnostics_;
};

TEST_F(IrFrontendTest, KeepsEveryTargetByDefault) {
  const auto graph = Compile(kGraph);
  ASSERT_TRUE(graph);
  EXPECT_EQ(PrintGraph(*graph), kGraph);
}

TEST_F(IrFrontendTest, KeepsOnlyTheTargetsAskedForInTheirOrder) {
  const auto graph = Compile(kGraph, {"test", "app"});
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->targets().size(), 2u);
  EXPECT_EQ(graph->targets()[0].name, "app");
  EXPECT_EQ(graph->targets()[1].name, "test");
}

TEST_F(IrFrontendTest, SuggestsATargetForAnUnknownOne) {
  EXPECT_FALSE(Compile(kGraph, {"app", "dbug", "zzzzzz"}));
  EXPECT_EQ(FormatDiagnostics(diagnostics_, files_),
            "error: no target `dbug` in this graph; did you mean `debug`? [unknown-stage]\n"
            "error: no target `zzzzzz` in this graph [unknown-stage]\n");
}

TEST_F(IrFrontendTest, ReportsFaultsOfTheText) {
  EXPECT_FALSE(Compile("graph version=1\n%a = exce (%b)\n"));
  EXPECT_EQ(FormatDiagnostics(diagnostics_, files_),
            "graph.ir:2:6: error: unknown op `exce`; did you mean `exec`? [graph-syntax]\n"
            "  2 | %a = exce (%b)\n"
            "    |      ^~~~\n");
}

}  // namespace
}  // namespace cooper
