// Random graphs print, parse and print to the same bytes.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <variant>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/enum_names.h"
#include "ir/graph/graph_verifier.h"
#include "ir/graph/op_fields.h"
#include "ir/graph/op_info.h"
#include "ir/graph/target_fields.h"
#include "ir/graph/text/graph_parser.h"
#include "ir/graph/text/graph_printer.h"
#include "ir/graph/value_rules.h"

namespace cooper {
namespace {

// Makes valid graphs with hostile strings. A seed gives one graph.
class GraphGenerator {
 public:
  explicit GraphGenerator(uint32_t seed) : random_(seed) {}

  BuildGraph Make() {
    graph_.source_names() = {"graph.ir", "Docker\"file\n", "sub dir/\x01.txt"};
    const uint32_t vertices = 1 + Below(9);
    for (uint32_t id = 0; id < vertices; ++id) AddVertex(id);
    const uint32_t targets = Below(3);
    for (uint32_t i = 0; i < targets; ++i) AddTarget(i);
    return std::move(graph_);
  }

 private:
  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  bool Chance(uint32_t one_in) { return Below(one_in) == 0; }

  std::string Text() {
    static const std::vector<std::string> kPieces = {
        "\"",   "\\",          "\n",       "\t",    "\r",   "\x1b[31m", "\x7f",
        "\xff", "\xc3",        "\xc3\xa9", "//",    "#",    "%a",       "{",
        "}",    "]",           "target",   " = ",   "\\x4", "\\x41",    "plain",
        " ",    "\u202e",      "sha256:",  "$PATH", ",",    "(",        "\xf0\x9f\x90\xb3",
        "loc(", "\xed\xa0\x80"};
    std::string text;
    for (uint32_t i = Below(5); i > 0; --i) text += kPieces[Below(kPieces.size())];
    return text;
  }
  std::string FilledText() { return "x" + Text(); }
  std::string Path() {
    std::string path;
    for (uint32_t i = 1 + Below(3); i > 0; --i) {
      std::string part = FilledText();
      std::erase(part, '/');
      path += "/" + part;
    }
    return path;
  }
  Digest RandomDigest() { return Digest::Of(std::to_string(random_())); }
  Platform RandomPlatform() {
    static const std::vector<Platform> kPlatforms = {
        {"linux", "amd64", ""}, {"linux", "arm", "v7"}, {"Linux", "aarch64", "v8"}};
    return kPlatforms[Below(kPlatforms.size())];
  }

  void Fill(std::string_view name, std::string& value) {
    if (name == "to" || name == "path" || name == "cwd" || name == "target") {
      value = Path();
    } else if (name == "checksum") {
      value = "c0ffee";
    } else if (name == "filename" || name == "subdir" || name == "source") {
      value = "name";
    } else {
      value = name == kPositional || name == "id" ? FilledText() : Text();
    }
  }
  void Fill(std::string_view name, std::vector<std::string>& values) {
    values.clear();
    const bool required = name == "args" || name == "from";
    for (uint32_t i = required ? 1 + Below(3) : Below(3); i > 0; --i) {
      if (name == "env" || name == "extra_hosts") {
        values.push_back("KEY=" + Text());
      } else if (name == "proxy_env") {
        values.push_back("HTTP_PROXY");
      } else {
        values.push_back(FilledText());
      }
    }
  }
  void Fill(std::string_view, std::set<std::string>& values) {
    for (uint32_t i = Below(3); i > 0; --i) values.insert(Text());
  }
  void Fill(std::string_view, bool& value) { value = Chance(2); }
  void Fill(std::string_view, uint32_t& value) { value = Below(07777 + 1); }
  void Fill(std::string_view, uint64_t& value) { value = random_(); }
  void Fill(std::string_view, int64_t& value) {
    value = Chance(4) ? INT64_MIN : static_cast<int64_t>(random_()) - INT32_MAX;
  }
  void Fill(std::string_view, Digest& value) { value = RandomDigest(); }
  void Fill(std::string_view, Platform& value) { value = RandomPlatform(); }
  template <NamedEnum E>
  void Fill(std::string_view, E& value) {
    value = static_cast<E>(Below(EnumNames<E>::kNames.size()));
  }
  template <typename T>
  void Fill(std::string_view name, std::optional<T>& value) {
    value.reset();
    if (Chance(2)) return;
    if constexpr (std::is_same_v<T, std::string>) {
      value = FilledText();
    } else {
      Fill(name, value.emplace());
    }
  }

  std::optional<VertexId> RandomSourceWithTime() {
    const VertexId id = Below(graph_.size());
    const Op& op = graph_.vertex(id).op;
    const bool timed =
        std::holds_alternative<SourceGitOp>(op) || std::holds_alternative<SourceHttpOp>(op);
    return timed ? std::optional(id) : std::nullopt;
  }

  Edge RandomInput(uint32_t before) { return {Below(before), 0}; }

  void AddVertex(uint32_t id) {
    // Sources first, so that other ops have inputs.
    const size_t kind = id == 0 ? Below(6) : Below(static_cast<uint32_t>(AllOps().size()));
    const OpInfo& info = AllOps()[kind];
    Vertex vertex;
    vertex.name = (Chance(2) ? "stage-1." : "") + std::string("v_") + std::to_string(id);
    vertex.op = info.make();
    std::visit(
        [&](auto& op) {
          VisitFields(op, [&](std::string_view name, auto& member) { Fill(name, member); });
        },
        vertex.op);
    if (auto* image = std::get_if<SourceImageOp>(&vertex.op)) {
      image->reference = "docker.io/library/golang:1.24";
    }
    if (auto* file = std::get_if<SourceHttpOp>(&vertex.op)) {
      if (file->checksum) file->pin.reset();
      if (!file->pin) file->mtime = 0;
    }
    if (auto* copy = std::get_if<FileCopyOp>(&vertex.op); copy != nullptr && Chance(2)) {
      copy->to += "/";
    }
    const uint32_t inputs = info.inputs == kAnyInputs ? 1 + Below(3) : info.inputs;
    for (uint32_t i = 0; i < inputs; ++i) vertex.inputs.push_back(RandomInput(id));
    if (auto* exec = std::get_if<ExecOp>(&vertex.op)) AddMounts(*exec, vertex, id);
    for (uint32_t i = 1 + Below(2); i > 0; --i) {
      vertex.metadata.ranges.push_back(
          {Below(3), {1 + Below(90), 1 + Below(90)}, {1 + Below(90), 1 + Below(90)}});
    }
    vertex.metadata.display_name = Text();
    graph_.Add(std::move(vertex));
  }

  void AddMounts(ExecOp& exec, Vertex& vertex, uint32_t id) {
    for (uint32_t i = Below(4); i > 0; --i) {
      Mount full;
      full.type = static_cast<MountType>(Below(5));
      const auto known = MountFieldsOf(full.type);
      const auto knows = [&](std::string_view name) {
        return std::find(known.begin(), known.end(), name) != known.end();
      };
      VisitMountFields(full, [&](std::string_view name, auto& member) {
        if (knows(name)) Fill(name, member);
      });
      if (full.mode) full.mode = *full.mode & 07777;
      full.env = knows("env") && Chance(2) ? "TOKEN" : "";
      if (knows("from")) full.input = static_cast<uint32_t>(vertex.inputs.size());
      if (full.input) vertex.inputs.push_back(RandomInput(id));
      exec.mounts.push_back(std::move(full));
    }
  }

  void AddTarget(uint32_t number) {
    Target target;
    target.name = Text() + std::to_string(number);
    target.root = RandomInput(graph_.size());
    target.epoch_of = RandomSourceWithTime();
    if (Chance(2)) target.platform = RandomPlatform();
    VisitTargetFields(target, [&](std::string_view name, auto& member) { Fill(name, member); });
    if (target.source_date_epoch) target.epoch_of.reset();
    target.config.cmd = Chance(2) ? std::optional(std::vector<std::string>()) : std::nullopt;
    for (uint32_t i = Below(3); i > 0; --i) target.config.labels[Text()] = Text();
    if (Chance(2)) {
      VisitHealthcheckFields(target.config.healthcheck.emplace(),
                             [&](std::string_view name, auto& member) { Fill(name, member); });
    }
    std::vector<VertexId> chain;
    for (VertexId id = target.root.vertex;; id = graph_.vertex(id).inputs[0].vertex) {
      chain.insert(chain.begin(), id);
      if (graph_.vertex(id).inputs.empty()) break;
    }
    for (const VertexId id : chain) {
      TargetHistory entry{Text(), Text(), std::nullopt};
      if (Chance(2)) entry.layer = id;
      target.history.push_back(std::move(entry));
    }
    graph_.AddTarget(std::move(target));
  }

  std::mt19937 random_;
  BuildGraph graph_;
};

void ExpectRoundTrip(const std::string& text, GraphPrintOptions options) {
  SourceFiles files;
  DiagnosticEngine diagnostics;
  const uint32_t file = files.Add("graph.ir", text);
  const auto graph = ParseGraph(files, file, diagnostics);
  ASSERT_TRUE(graph) << FormatDiagnostics(diagnostics, files);
  ASSERT_EQ(PrintGraph(*graph, options), text);
}

TEST(GraphText, RandomGraphsPrintAndParseToTheSameBytes) {
  constexpr uint32_t kGraphs = 500;
  for (uint32_t seed = 0; seed < kGraphs; ++seed) {
    SCOPED_TRACE(seed);
    const BuildGraph graph = GraphGenerator(seed).Make();
    const Status valid = VerifyGraph(graph);
    ASSERT_TRUE(valid.ok()) << valid.error().message();
    ExpectRoundTrip(PrintGraph(graph), {});
    ExpectRoundTrip(PrintGraph(graph, {.metadata = true}), {.metadata = true});
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace cooper
