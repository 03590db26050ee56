// The build graph: a DAG of vertices and the targets that name its results.
//
// Vertices are stored in an order in which every input comes before its users,
// so the graph has no cycles by construction and passes walk it front to back.
// A VertexId is an index into that order: it is valid until Erase or Insert.

#ifndef COOPER_IR_GRAPH_BUILD_GRAPH_H_
#define COOPER_IR_GRAPH_BUILD_GRAPH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/source_range.h"
#include "ir/graph/ops.h"
#include "ir/image/image_config.h"
#include "ir/image/platform.h"

namespace cooper {

using VertexId = uint32_t;

// One output of a vertex. Today every op has one output, number 0.
struct Edge {
  VertexId vertex = 0;
  uint32_t output = 0;

  friend auto operator<=>(const Edge&, const Edge&) = default;
};

// What is known of a vertex and is not part of its identity.
struct VertexMetadata {
  std::vector<SourceRange> ranges;  // the instruction first, then what else led to it
  std::string display_name;         // for progress: "RUN make", "COPY . /srv"
  // A source.http's or source.git's "user:password", as SplitUserinfo has it: a secret, which is in
  // no text, message, key or record.
  std::string userinfo = {};
};

struct Vertex {
  std::string name;  // unique: "build.run2"; words of [a-z0-9_-] joined by dots
  Op op;
  std::vector<Edge> inputs;  // the op's own, then those of its mounts
  VertexMetadata metadata;
};

// One line of an image's history; `layer` is the vertex whose change it
// describes, absent where an instruction changed the config alone.
struct TargetHistory {
  std::string created_by;
  std::string comment;
  std::optional<VertexId> layer;

  friend bool operator==(const TargetHistory&, const TargetHistory&) = default;
};

// An image to be made: the tree at `root` under `config`. The history of the
// base image is not repeated here; `history` tells what came after it.
struct Target {
  std::string name;
  Edge root;
  Platform platform;
  std::string author;
  // Seconds since 1970: the time that the image tells for all that is new in it.
  std::optional<int64_t> source_date_epoch = {};
  // A source.git or source.http whose time becomes source_date_epoch once it is known; not
  // both are set.
  std::optional<VertexId> epoch_of = {};
  ContainerConfig config;
  std::vector<TargetHistory> history;
};

class BuildGraph {
 public:
  // Appends; every input must already be there.
  VertexId Add(Vertex vertex);
  void AddTarget(Target target) { targets_.push_back(std::move(target)); }

  uint32_t size() const { return static_cast<uint32_t>(vertices_.size()); }
  const Vertex& vertex(VertexId id) const { return vertices_[id]; }
  Vertex& vertex(VertexId id) { return vertices_[id]; }
  const std::vector<Vertex>& vertices() const { return vertices_; }

  const std::vector<Target>& targets() const { return targets_; }
  std::vector<Target>& targets() { return targets_; }

  std::optional<VertexId> Find(std::string_view name) const;

  // Makes everything that reads `from` read `to` instead, targets and their
  // history included. `to` must come before every user of `from`.
  void ReplaceUses(Edge from, Edge to);

  // Removes the vertices for which `unwanted` holds and renumbers the rest.
  // No remaining vertex, target or history may refer to a removed one.
  // Returns the names removed, in order.
  std::vector<std::string> Erase(const std::function<bool(VertexId)>& unwanted);

  // File names for SourceRange::file, by id; printed with locations.
  std::vector<std::string>& source_names() { return source_names_; }
  const std::vector<std::string>& source_names() const { return source_names_; }

 private:
  std::vector<Vertex> vertices_;
  std::vector<Target> targets_;
  std::vector<std::string> source_names_;
};

// The definition digest of every vertex by id: op and inputs' digests, nothing
// of the name or metadata. Equal digests are one and the same vertex.
// (Proxy names and host addresses of an exec are left out as well.)
std::vector<Digest> DefinitionDigests(const BuildGraph& graph);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_BUILD_GRAPH_H_
