// LANGREF.md names every op and field, and its examples are graph text.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <variant>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/enum_names.h"
#include "ir/graph/op_fields.h"
#include "ir/graph/op_info.h"
#include "ir/graph/target_fields.h"
#include "ir/graph/text/graph_parser.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {
namespace {

std::string Langref() {
  std::ifstream file(COOPER_LANGREF);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The text of one section: from its heading to the next of any level.
std::string Section(const std::string& text, std::string_view title) {
  for (const std::string_view level : {"\n## ", "\n### "}) {
    const size_t begin = text.find(std::string(level) + std::string(title) + "\n");
    if (begin != std::string::npos) return text.substr(begin, text.find("\n#", begin + 4) - begin);
  }
  return "";
}

TEST(Langref, DescribesEveryOpAndItsFields) {
  const std::string text = Langref();
  ASSERT_FALSE(text.empty());
  for (const OpInfo& info : AllOps()) {
    const std::string section = Section(text, info.name);
    EXPECT_FALSE(section.empty()) << "no section for " << info.name;
    EXPECT_NE(section.find("= " + std::string(info.name)), std::string::npos)
        << "no example of " << info.name;
    const Op op = info.make();
    std::visit(
        [&](const auto& concrete) {
          VisitFields(concrete, [&](std::string_view name, const auto&) {
            EXPECT_NE(section.find("`" + std::string(name)), std::string::npos)
                << info.name << " lacks " << name;
          });
        },
        op);
  }
}

TEST(Langref, DescribesEveryFieldOfMountsAndTargets) {
  const std::string mounts = Section(Langref(), "Mounts");
  const Mount mount;
  VisitMountFields(mount, [&](std::string_view name, const auto&) {
    EXPECT_NE(mounts.find("`" + std::string(name) + "`"), std::string::npos) << name;
  });
  for (const std::string_view type : EnumNames<MountType>::kNames) {
    EXPECT_NE(mounts.find("| `" + std::string(type) + "`"), std::string::npos) << type;
  }
  const std::string targets = Section(Langref(), "Targets");
  const Target target;
  VisitTargetFields(target, [&](std::string_view name, const auto&) {
    EXPECT_NE(targets.find("`" + std::string(name) + " = "), std::string::npos) << name;
  });
  const Healthcheck healthcheck;
  VisitHealthcheckFields(healthcheck, [&](std::string_view name, const auto&) {
    EXPECT_NE(targets.find(" " + std::string(name) + "="), std::string::npos) << name;
  });
}

TEST(Langref, OpensWithAGraphThatPrintsAsItIsWritten) {
  const std::string text = Langref();
  const size_t begin = text.find("```\n") + 4;
  const std::string example = text.substr(begin, text.find("```", begin) - begin);
  SourceFiles files;
  DiagnosticEngine diagnostics;
  const auto graph = ParseGraph(files, files.Add("LANGREF.md", example), diagnostics);
  ASSERT_TRUE(graph) << FormatDiagnostics(diagnostics, files);
  EXPECT_EQ(PrintGraph(*graph), example);
}

// Examples stand indented; what they read is given to them as empty trees.
TEST(Langref, GivesExamplesThatParse) {
  std::istringstream lines(Langref());
  size_t examples = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("    %")) continue;
    ++examples;
    std::string text = "graph version=1\n";
    for (const std::string_view name : {"from", "context", "file", "run", "a", "b"}) {
      if (line.starts_with("    %" + std::string(name) + " ")) continue;
      text += "%" + std::string(name) + " = source.scratch\n";
    }
    SourceFiles files;
    DiagnosticEngine diagnostics;
    ParseGraph(files, files.Add("LANGREF.md", text + line + "\n"), diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << FormatDiagnostics(diagnostics, files);
  }
  EXPECT_EQ(examples, AllOps().size());
}

}  // namespace
}  // namespace cooper
