// Single instructions against the tables of the reference implementation.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/corpus/compile.h"
#include "tests/corpus/figure.h"
#include "tests/corpus/shared_data.h"

namespace cooper {
namespace {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

class InstructionCorpus : public CorpusSuite {
 protected:
  Value Table(const std::string& name) {
    return ReadJson(CorpusFolder() / "buildkit/derived" / name);
  }
};

template <typename T>
std::vector<const T*> OpsOf(const BuildGraph& graph) {
  std::vector<const T*> ops;
  for (const Vertex& vertex : graph.vertices()) {
    if (const T* op = std::get_if<T>(&vertex.op)) ops.push_back(op);
  }
  return ops;
}

// Their message and ours say the same in other words.
const std::map<std::string, std::string, std::less<>>& OurWords() {
  static const std::map<std::string, std::string, std::less<>> words = {
      {"COPY requires at least two arguments", "COPY requires at least two arguments"},
      {"FROM isn't allowed as an ONBUILD trigger", "FROM is not allowed as an ONBUILD trigger"},
      {"unknown flag: --boo", "unknown flag `--boo` of MAINTAINER"},
      {"Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
       "chaining ONBUILD via `ONBUILD ONBUILD` is not allowed"},
      {"unknown instruction: FOO", "unknown instruction `FOO`"},
      {"unknown instruction: foo", "unknown instruction `foo`"},
      {"COPY cannot accept a heredoc as a destination",
       "COPY cannot accept a heredoc as a destination"}};
  return words;
}

TEST_F(InstructionCorpus, RefusesWhatTheReferenceRefuses) {
  Figure figure("instructions_errors, refused alike");
  for (const auto& [file, key] : {std::pair("instructions_errors.json", "TestErrorCases.cases"),
                                  {"instructions_heredoc.json", "TestErrorCasesHeredoc.cases"}}) {
    const Value table = Table(file);
    for (const Value& value : *table.getAsObject()->getArray(key)) {
      const Object& test = *value.getAsObject();
      const Compiled compiled = Compile("FROM scratch\n" + StringOf(test, "dockerfile"));
      const auto ours = OurWords().find(StringOf(test, "expectedError"));
      ASSERT_NE(ours, OurWords().end()) << StringOf(test, "expectedError") << " is new";
      figure.Count(!compiled.graph && compiled.Messages().find(ours->second) != std::string::npos,
                   StringOf(test, "name"), compiled.Messages());
    }
  }
}

TEST_F(InstructionCorpus, LowersHeredocsOfCopy) {
  const Value table = Table("instructions_heredoc.json");
  Figure figure("TestCopyHeredoc, alike");
  for (const Value& value : *table.getAsObject()->getArray("TestCopyHeredoc.cases")) {
    const Object& test = *value.getAsObject();
    const Object& parts = *test.getObject("sourcesAndDest");
    const std::string id = StringOf(test, "dockerfile");
    std::string expected = fmt::format("to {}\n", StringOf(parts, "DestPath"));
    std::vector<std::string> paths = StringsOf(parts.getArray("SourcePaths"));
    for (std::string& path : paths) {
      if (path.starts_with('/')) path.erase(0, 1);
    }
    if (const Array* contents = parts.getArray("SourceContents")) {
      for (const Value& content : *contents) {
        const Object& one = *content.getAsObject();
        paths.push_back(StringOf(one, "Path"));
        expected += fmt::format("{} {:?}\n", StringOf(one, "Path"), StringOf(one, "Data"));
      }
    }
    std::sort(paths.begin(), paths.end());
    expected += fmt::format("from {}\n", paths);

    const Compiled compiled = Compile("FROM scratch\n" + id);
    if (!compiled.graph) {
      figure.Count(false, id, compiled.Messages());
      continue;
    }
    std::string actual;
    paths.clear();
    for (const FileCopyOp* copy : OpsOf<FileCopyOp>(*compiled.graph)) {
      const std::string to = fmt::format("to {}\n", copy->to);
      if (actual != to) actual += to;
      paths.insert(paths.end(), copy->from.begin(), copy->from.end());
    }
    for (const FileMkfileOp* file : OpsOf<FileMkfileOp>(*compiled.graph)) {
      actual += fmt::format("{} {:?}\n", file->path.substr(1), file->data);
    }
    std::sort(paths.begin(), paths.end());
    figure.Compare(expected, actual + fmt::format("from {}\n", paths), id);
  }
}

// What the reference hands to its builder as command and files is here the command line.
std::vector<std::string> CommandLineOf(const Object& test) {
  std::vector<std::string> args = StringsOf(test.getArray("command"));
  if (!BoolOf(test, "shell")) return args;
  std::string text = args[0];
  if (const Array* files = test.getArray("files")) {
    const Object& file = *(*files)[0].getAsObject();
    std::string data = StringOf(file, "Data");
    if (text.find(' ') != std::string::npos) {
      text += "\n" + data + StringOf(file, "Name");
    } else {
      text = data;
      if (BoolOf(file, "Chomp")) text.erase(0, text.find_first_not_of('\t'));
    }
  }
  return {"/bin/sh", "-c", text};
}

TEST_F(InstructionCorpus, LowersHeredocsOfRun) {
  const Value table = Table("instructions_heredoc.json");
  Figure figure("TestRunHeredoc, alike");
  for (const Value& value : *table.getAsObject()->getArray("TestRunHeredoc.cases")) {
    const Object& test = *value.getAsObject();
    const std::string id = StringOf(test, "dockerfile");
    const Compiled compiled = Compile("FROM base\n" + id);
    if (!compiled.graph) {
      figure.Count(false, id, compiled.Messages());
      continue;
    }
    figure.Compare(fmt::format("{}", CommandLineOf(test)),
                   fmt::format("{}", OpsOf<ExecOp>(*compiled.graph).at(0)->args), id);
  }
}

TEST_F(InstructionCorpus, LowersDevices) {
  const Value table = Table("instructions_rundevice.json");
  Figure figure("TestParseDevice, alike");
  for (const Value& value : *table.getAsObject()->getArray("TestParseDevice.cases")) {
    const Object& test = *value.getAsObject();
    const std::string input = StringOf(test, "input");
    const Compiled compiled = Compile("FROM base\nRUN --device=" + input + " true");
    const Object* expected = test.getObject("expected");
    if (expected == nullptr) {
      figure.Count(compiled.Messages().find(StringOf(test, "expectedErr").substr(0, 23)) !=
                       std::string::npos,
                   input, compiled.Messages());
    } else if (!compiled.graph) {
      figure.Count(false, input, compiled.Messages());
    } else {
      figure.Compare(fmt::format("[\"{}{}\"]", StringOf(*expected, "Name"),
                                 BoolOf(*expected, "Required") ? ",required" : ""),
                     fmt::format("{}", OpsOf<ExecOp>(*compiled.graph).at(0)->devices), input);
    }
  }
}

TEST_F(InstructionCorpus, ReadsPorts) {
  const Value table = Table("expose_ports.json");
  Figure figure("expose_ports, alike");
  for (const char* key : {"TestParsePortEmptyContainerPort.tests", "TestPartPortIPV6.cases"}) {
    for (const Value& value : *table.getAsObject()->getArray(key)) {
      const Object& test = *value.getAsObject();
      const std::string spec = StringOf(test, "spec");
      // An empty word cannot be written: quotes that hold nothing give none.
      if (spec.empty()) continue;
      const Compiled compiled = Compile("FROM scratch\nEXPOSE " + spec);
      if (const Array* expected = test.getArray("expected")) {
        const std::vector<std::string> ports = StringsOf(expected);
        figure.Count(compiled.graph && compiled.graph->targets()[0].config.exposed_ports ==
                                           std::set<std::string>(ports.begin(), ports.end()),
                     spec, compiled.Messages());
      } else {
        figure.Count(compiled.Messages().find("no port specified") != std::string::npos, spec,
                     compiled.Messages());
      }
    }
  }
}

}  // namespace
}  // namespace cooper
