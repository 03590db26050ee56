// Cache keys: what makes the result of a vertex, comparable across runs and
// machines. They are never compared with definition digests, which hold inside
// one run only.
//
// A key covers the op and the keys of its inputs. Sources count by what they hold,
// not by what they are called: an image by its pin, a file of a web server by its
// digest, name and time, a build context by a digest of the files that are read. Left out is what
// does not make a result: names and locations, proxy variables, addresses of extra hosts, ids and
// sharing of cache mounts, size limits, values of secrets.

#ifndef COOPER_PLANNER_CACHE_CACHE_KEYS_H_
#define COOPER_PLANNER_CACHE_CACHE_KEYS_H_

#include <optional>
#include <vector>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"
#include "ir/plan/cache_key.h"
#include "planner/cache/content_oracle.h"

namespace cooper {

// The keys of all vertices, by id. A build context has none of its own, nor has
// what depends on a fault or on a source.http without pin. None lists its files.
//
// Faults of the input that `content` finds, such as kMissingSource, go to
// `diagnostics` with the range of the vertex that reads the files, all of them.
// Other errors of `content` are returned.
Result<std::vector<std::optional<CacheKey>>> ComputeCacheKeys(const BuildGraph& graph,
                                                              ContentOracle& content,
                                                              DiagnosticEngine& diagnostics);

// The files of contexts that the key of `vertex` covers, for CacheKey::files.
Result<std::vector<KeyFile>> ListKeyFiles(const BuildGraph& graph, VertexId vertex,
                                          ContentOracle& content);

// The digest of the manifest to which a source.image or source.layout is pinned, or of
// the content of a source.http: its checksum, else its pin.
std::optional<Digest> PinOf(const Op& source);

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_CACHE_KEYS_H_
