// Files of web servers: asking what they are, and bringing them into the store.
//
// A file whose digest is known is fetched once and never asked for again. Of another the
// server is asked in every build; with a strong validator (RFC 9110, 8.8.1) it may
// answer that nothing changed. A date alone is no proof: two contents may share a
// second, and a stale file in an image is the worst kind of bug.

#ifndef COOPER_BACKENDS_SOURCE_HTTP_SOURCE_H_
#define COOPER_BACKENDS_SOURCE_HTTP_SOURCE_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "backends/filesystem/tree/file_tree.h"
#include "backends/http/http_client.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// Of one file; a limit for what a URL may fill the disk with.
inline constexpr uint64_t kMaxDownloadBytes = uint64_t{32} << 30;
inline constexpr int kMaxDownloadRedirects = 10;

struct HttpFile {
  Digest digest;
  uint64_t mtime = 0;  // seconds since 1970; 0 where the server does not tell
};

// `userinfo` is VertexMetadata::userinfo: it goes to the origin of the URL alone, and
// over plain HTTP only to this machine (else kInvalidArgument). May be used from several
// threads.
//
// Errors name the URL without its query. kMissingSource when the server does not have
// the file, kInterrupted, kDownload for everything else that the world does.
class HttpSource {
 public:
  explicit HttpSource(Store& store) : http_(DiagnosticKind::kDownload), store_(store) {}

  // The file that the server has now; its content is in the store then.
  Result<HttpFile> Update(const SourceHttpOp& op, const std::string& userinfo,
                          const std::stop_token& stop);

  // The same, but fetches and writes nothing: what is known of the file if the server
  // says that it is what the store has. Nothing in every other case, also when the
  // server does not answer.
  std::optional<HttpFile> Recall(const SourceHttpOp& op, const std::string& userinfo,
                                 const std::stop_token& stop);

  // Brings the content with the op's checksum or pin into the store, if it is not there.
  // kInvalidFlag when the server has other content than the checksum says.
  Status Fetch(const SourceHttpOp& op, const std::string& userinfo, const std::stop_token& stop);

 private:
  Result<HttpRequest> RequestFor(const SourceHttpOp& op, const std::string& userinfo,
                                 const std::stop_token& stop) const;
  // One try, which tells the server what the store has where `conditional`; an answer that
  // is no success is the response alone.
  Result<std::optional<HttpFile>> TryUpdate(const SourceHttpOp& op, HttpRequest request,
                                            bool conditional, HttpResponse& response);

  HttpClient http_;
  Store& store_;
};

// The tree with the one file of `op`, which has its checksum or pin. kStore when the
// content is not in the store, which is borrowed by the tree.
Result<FileTree> OpenHttpTree(const SourceHttpOp& op, Store& store);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_HTTP_SOURCE_H_
