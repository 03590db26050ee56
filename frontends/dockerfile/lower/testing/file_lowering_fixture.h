// A world with one image, in which tests lower Dockerfiles.
//
// For the tests of this folder alone.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_TESTING_FILE_LOWERING_FIXTURE_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_TESTING_FILE_LOWERING_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "ir/graph/graph_verifier.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {

// Knows `base` alone; counts how often it is asked.
class FakeResolver final : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference& reference, const Platform& platform) override {
    ++asked;
    if (reference.FamiliarString() != "base:latest" && reference.FamiliarString() != "base") {
      return Error(DiagnosticKind::kImageNotFound, "there is no image `" + reference.path + "`");
    }
    ResolvedImage image{SourceImageOp{reference.ToString(), std::nullopt, std::nullopt}, config};
    image.config.platform = only.value_or(platform);
    return image;
  }
  Result<ResolvedImage> ResolveLayout(const std::string&, const std::string&,
                                      const Platform&) override {
    return Error(DiagnosticKind::kImageNotFound, "there is no layout");
  }

  ImageConfig config;
  std::optional<Platform> only;  // what the image says whatever is asked for
  int asked = 0;
};

class FileLoweringTest : public ::testing::Test {
 protected:
  FileLoweringTest() {
    options_.build_platform = options_.target_platform = {"linux", "amd64", ""};
    resolver_.config.config.env = {"PATH=/bin"};
    resolver_.config.config.cmd = {{"sh"}};
  }

  std::optional<BuildGraph> Lower(std::string text) {
    const uint32_t file = files_.Add("Dockerfile", std::move(text));
    const Dockerfile dockerfile = ParseDockerfile(files_, file, diagnostics_);
    std::optional<BuildGraph> graph =
        FileLowering(files_, dockerfile, options_, resolver_, diagnostics_, LowerInstruction).Run();
    if (graph) {
      const Status verified = VerifyGraph(*graph);
      EXPECT_TRUE(verified.ok()) << verified.error().message();
    }
    return graph;
  }

  // The lines of the vertices: the graph's text between its head and its targets.
  std::string Vertices(std::string text) {
    const std::optional<BuildGraph> graph = Lower(std::move(text));
    if (!graph) return Messages();
    const std::string printed = PrintGraph(*graph);
    const size_t begin = printed.find('\n') + 1;
    return printed.substr(begin, printed.find("target ") - begin);
  }

  std::vector<std::string> History(std::string text) {
    std::vector<std::string> lines;
    const std::optional<BuildGraph> graph = Lower(std::move(text));
    if (!graph) return {Messages()};
    for (const TargetHistory& entry : graph->targets()[0].history) {
      lines.push_back((entry.layer ? "+" : "") + entry.created_by);
    }
    return lines;
  }

  ContainerConfig Config(std::string text) {
    const std::optional<BuildGraph> graph = Lower(std::move(text));
    EXPECT_TRUE(graph.has_value()) << Messages();
    return graph ? graph->targets()[0].config : ContainerConfig();
  }

  std::string Messages() const {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics_.Sorted()) {
      text += (diagnostic.range ? std::to_string(diagnostic.range->begin.line) : "") + ": " +
              diagnostic.message + "\n";
    }
    return text;
  }

  SourceFiles files_;
  FrontendOptions options_;
  FakeResolver resolver_;
  DiagnosticEngine diagnostics_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_TESTING_FILE_LOWERING_FIXTURE_H_
