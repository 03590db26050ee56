#include <concepts>
#include <string_view>
#include <variant>

#include "ir/base/sha256.h"
#include "ir/graph/build_graph.h"
#include "ir/graph/enum_names.h"
#include "ir/graph/op_fields.h"

namespace cooper {
namespace {

// Feeds fields to a hash, each with its name in front. Every value has a form
// that no other value of its type shares.
class FieldHasher {
 public:
  explicit FieldHasher(Sha256& hash) : hash_(hash) {}

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    hash_.UpdateFramed(name);
    if (name == "proxy_env") return;
    if (name == "extra_hosts") {
      AddHostNames(value);
      return;
    }
    Add(value);
  }

  void Add(const std::string& value) { hash_.UpdateFramed(value); }
  void Add(const std::vector<std::string>& values) {
    hash_.UpdateFramed(uint64_t{values.size()});
    for (const std::string& value : values) Add(value);
  }
  void Add(std::unsigned_integral auto value) { hash_.UpdateFramed(uint64_t{value}); }
  void Add(const Digest& value) { hash_.UpdateFramed(value.Hex()); }
  void Add(const Platform& value) {
    Add(value.os);
    Add(value.architecture);
    Add(value.variant);
  }
  void Add(NamedEnum auto value) { hash_.UpdateFramed(NameOf(value)); }
  template <typename T>
  void Add(const std::optional<T>& value) {
    hash_.UpdateFramed(uint64_t{value.has_value()});
    if (value) Add(*value);
  }

 private:
  // The names of "name=address"; anything but a list has none.
  void AddHostNames(const std::vector<std::string>& hosts) {
    hash_.UpdateFramed(uint64_t{hosts.size()});
    for (const std::string& host : hosts) Add(host.substr(0, host.find('=')));
  }
  void AddHostNames(const auto&) {}

  Sha256& hash_;
};

void HashOp(Sha256& hash, const Op& op) {
  hash.UpdateFramed(OpName(op));
  FieldHasher fields(hash);
  std::visit([&](const auto& concrete) { VisitFields(concrete, fields); }, op);
  if (const auto* exec = std::get_if<ExecOp>(&op)) {
    hash.UpdateFramed(uint64_t{exec->mounts.size()});
    for (const Mount& mount : exec->mounts) {
      fields("type", mount.type);
      fields("from", mount.input);
      VisitMountFields(mount, fields);
    }
  }
}

}  // namespace

std::vector<Digest> DefinitionDigests(const BuildGraph& graph) {
  std::vector<Digest> digests;
  digests.reserve(graph.size());
  for (const Vertex& vertex : graph.vertices()) {
    Sha256 hash;
    HashOp(hash, vertex.op);
    hash.UpdateFramed(uint64_t{vertex.inputs.size()});
    for (const Edge& input : vertex.inputs) {
      hash.UpdateFramed(digests[input.vertex].Hex());
      hash.UpdateFramed(uint64_t{input.output});
    }
    digests.push_back(hash.Finish());
  }
  return digests;
}

}  // namespace cooper
