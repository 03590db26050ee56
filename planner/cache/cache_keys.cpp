#include "planner/cache/cache_keys.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "ir/graph/op_fields.h"
#include "ir/text/url_text.h"
#include "planner/cache/key_hasher.h"

namespace cooper {
namespace {

// `std::nullopt`: the fault was reported, or an input has no key.
using Key = std::optional<CacheKey>;

template <typename Op>
constexpr bool kIsImage = std::is_same_v<Op, SourceImageOp> || std::is_same_v<Op, SourceLayoutOp>;
template <typename Op>
constexpr bool kCopies = std::is_same_v<Op, FileCopyOp> || std::is_same_v<Op, FileUnpackOp>;

// "name=address" without the address.
std::vector<std::string> HostNames(const std::vector<std::string>& extra_hosts) {
  std::vector<std::string> names;
  for (const std::string& host : extra_hosts) names.push_back(host.substr(0, host.find('=')));
  return names;
}

void AddExecFields(const ExecOp& op, KeyHasher& hasher) {
  VisitFields(op, [&](std::string_view name, const auto& member) {
    if (name == "proxy_env") return;
    if (name == "extra_hosts") {
      hasher.Add(name, HostNames(op.extra_hosts));
    } else {
      hasher.Add(name, member);
    }
  });
}

// Size and sharing do not make a result; the id of a cache mount names a place.
void AddMountFields(const Mount& mount, KeyHasher& hasher) {
  hasher.Add("type", mount.type);
  VisitMountFields(mount, [&](std::string_view name, const auto& member) {
    if (name == "sharing" || name == "size") return;
    if (name == "id" && mount.type == MountType::kCache) return;
    hasher.Add(name, member);
  });
}

// The source of a mount is a path, a selection has patterns; where they would
// read it differently, everything counts.
std::string PatternFor(const std::string& path) {
  return path.empty() || path.find_first_of("*?[\\") != std::string::npos ? "/" : path;
}

ContentSelection SelectionOf(const Mount& mount) {
  return {.from = {PatternFor(mount.source)}, .exclude = {}, .parents = false};
}
ContentSelection SelectionOf(const FileCopyOp& op) {
  return {.from = op.from, .exclude = op.exclude, .parents = op.parents};
}
ContentSelection SelectionOf(const FileUnpackOp& op) {
  return {.from = op.from, .exclude = op.exclude, .parents = false};
}

class KeyMaker {
 public:
  KeyMaker(const BuildGraph& graph, ContentOracle& content, DiagnosticEngine& diagnostics)
      : graph_(graph), content_(content), diagnostics_(diagnostics), keys_(graph.size()) {}

  Result<std::vector<Key>> MakeAll() && {
    for (VertexId id = 0; id < graph_.size(); ++id) {
      const Vertex& vertex = graph_.vertex(id);
      COOPER_ASSIGN_OR_RETURN(
          keys_[id], std::visit([&](const auto& op) { return KeyOf(vertex, op); }, vertex.op));
    }
    return std::move(keys_);
  }

 private:
  template <typename Op>
  Result<Key> KeyOf(const Vertex& vertex, const Op& op) {
    if constexpr (kIsImage<Op>) {
      return Key(KeyOfImage(vertex, op));
    } else if constexpr (std::is_same_v<Op, SourceContextOp>) {
      return Key();
    } else if constexpr (std::is_same_v<Op, SourceHttpOp>) {
      return KeyOfFile(op);
    } else if constexpr (std::is_same_v<Op, ExecOp>) {
      return KeyOfExec(vertex, op);
    } else {
      return KeyOfOther(vertex, op);
    }
  }

  // The same image is the same in a registry and in a layout directory.
  template <typename Op>
  static CacheKey KeyOfImage(const Vertex& vertex, const Op& op) {
    KeyHasher hasher(op.pin ? "image" : OpName(vertex.op));
    VisitFields(op, [&](std::string_view name, const auto& member) {
      if (!op.pin || name == "pin") hasher.Add(name, member);
    });
    return hasher.Finish();
  }

  // The same file is the same wherever it comes from.
  static Key KeyOfFile(const SourceHttpOp& op) {
    const std::optional<Digest> pin = PinOf(op);
    if (!pin) return Key();
    KeyHasher hasher("file");
    hasher.Add("pin", *pin);
    hasher.Add("filename", op.filename.empty() ? UrlFileName(op.url) : op.filename);
    hasher.Add("mtime", op.mtime);
    return hasher.Finish();
  }

  Result<Key> KeyOfExec(const Vertex& vertex, const ExecOp& op) {
    KeyHasher hasher(OpName(vertex.op));
    AddExecFields(op, hasher);
    bool complete = AddInput("base", vertex.inputs.front(), hasher);
    uint64_t number = 0;
    for (const Mount& mount : op.mounts) {
      hasher.BeginPart("mount", ++number);
      AddMountFields(mount, hasher);
      if (!mount.input) continue;
      COOPER_ASSIGN_OR_RETURN(const bool added, AddTree(vertex, vertex.inputs[*mount.input],
                                                        SelectionOf(mount), hasher));
      complete &= added;
    }
    return complete ? Key(hasher.Finish()) : Key();
  }

  template <typename Op>
  Result<Key> KeyOfOther(const Vertex& vertex, const Op& op) {
    KeyHasher hasher(OpName(vertex.op));
    VisitFields(op, [&](std::string_view name, const auto& member) { hasher.Add(name, member); });
    bool complete = true;
    for (size_t input = 0; input < vertex.inputs.size(); ++input) {
      if constexpr (kCopies<Op>) {
        if (input == 1) {
          COOPER_ASSIGN_OR_RETURN(const bool added,
                                  AddTree(vertex, vertex.inputs[1], SelectionOf(op), hasher));
          complete &= added;
          continue;
        }
      }
      complete &= AddInput(input == 0 ? "base" : "input", vertex.inputs[input], hasher);
    }
    return complete ? Key(hasher.Finish()) : Key();
  }

  // Both say whether there was something to add.
  bool AddInput(std::string_view role, Edge input, KeyHasher& hasher) const {
    const Key& key = keys_[input.vertex];
    if (key) hasher.AddAs(role, "input", key->digest);
    return key.has_value();
  }

  Result<bool> AddTree(const Vertex& reader, Edge input, const ContentSelection& selection,
                       KeyHasher& hasher) {
    const auto* context = std::get_if<SourceContextOp>(&graph_.vertex(input.vertex).op);
    if (context == nullptr) return AddInput("input", input, hasher);
    Result<Digest> digest = content_.DigestOf(*context, selection);
    if (digest.ok()) {
      hasher.Add("content", *digest);
      return true;
    }
    Error error = std::move(digest).error();
    if (!reader.metadata.ranges.empty()) error.At(reader.metadata.ranges.front());
    if (BlameOf(error.kind()) != Blame::kInput) return error;
    diagnostics_.Report(error);
    return false;
  }

  const BuildGraph& graph_;
  ContentOracle& content_;
  DiagnosticEngine& diagnostics_;
  std::vector<Key> keys_;
};

}  // namespace

Result<std::vector<std::optional<CacheKey>>> ComputeCacheKeys(const BuildGraph& graph,
                                                              ContentOracle& content,
                                                              DiagnosticEngine& diagnostics) {
  return KeyMaker(graph, content, diagnostics).MakeAll();
}

Result<std::vector<KeyFile>> ListKeyFiles(const BuildGraph& graph, VertexId vertex,
                                          ContentOracle& content) {
  std::vector<KeyFile> files;
  const std::vector<Edge>& inputs = graph.vertex(vertex).inputs;
  const auto add = [&](uint32_t input, const ContentSelection& selection) -> Status {
    const Op& source = graph.vertex(inputs[input].vertex).op;
    const auto* context = std::get_if<SourceContextOp>(&source);
    if (context == nullptr) return Ok();
    COOPER_ASSIGN_OR_RETURN(std::vector<KeyFile> more, content.FilesOf(*context, selection));
    std::ranges::move(more, std::back_inserter(files));
    return Ok();
  };
  const Op& op = graph.vertex(vertex).op;
  if (const auto* exec = std::get_if<ExecOp>(&op)) {
    for (const Mount& mount : exec->mounts) {
      if (mount.input) COOPER_RETURN_IF_ERROR(add(*mount.input, SelectionOf(mount)));
    }
  } else if (const auto* copy = std::get_if<FileCopyOp>(&op)) {
    COOPER_RETURN_IF_ERROR(add(1, SelectionOf(*copy)));
  } else if (const auto* unpack = std::get_if<FileUnpackOp>(&op)) {
    COOPER_RETURN_IF_ERROR(add(1, SelectionOf(*unpack)));
  }
  return files;
}

std::optional<Digest> PinOf(const Op& source) {
  if (const auto* image = std::get_if<SourceImageOp>(&source)) return image->pin;
  if (const auto* layout = std::get_if<SourceLayoutOp>(&source)) return layout->pin;
  if (const auto* file = std::get_if<SourceHttpOp>(&source)) {
    return file->checksum ? file->checksum : file->pin;
  }
  return std::nullopt;
}

}  // namespace cooper
