// The operations of the build graph. ir/LANGREF.md is their reference.
//
// Each op is a plain struct whose fields are named once, in VisitFields: the
// printer, the parser, the definition digest and equality all walk that list.
// A field that has its default value is not printed. The first field of a
// source op may be positional: `source.image "golang:1.24"`.

#ifndef COOPER_IR_GRAPH_OPS_H_
#define COOPER_IR_GRAPH_OPS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/base/digest.h"
#include "ir/image/platform.h"

namespace cooper {

// An image of a registry, by reference; `pin` is the digest of the manifest
// (never of an index) that was chosen for `platform`.
struct SourceImageOp {
  std::string reference;  // positional; normalised, "docker.io/library/golang:1.24"
  std::optional<Digest> pin;
  std::optional<Platform> platform;
};

// Files that the caller of the build hands in. "context" is the main one;
// named contexts have their own names.
struct SourceContextOp {
  std::string name;                  // positional
  std::vector<std::string> include;  // empty: everything
  std::vector<std::string> exclude;  // .dockerignore patterns, in order
};

struct SourceGitOp {
  std::string url;  // positional
  std::string ref;
  std::optional<std::string> commit;  // the pin
  std::string checksum;               // the commit must begin with it
  std::string subdir;
  bool keep_git_dir = false;
  bool skip_submodules = false;
  bool commit_mtime = false;     // files have the time of the commit, not of the checkout
  bool fetch_by_commit = false;  // ask for the commit itself, not for a ref that has it
};

// One file of a web server, with mode 0600, owned by 0:0. `checksum`, which the input
// demands, or else `pin`, which the server was asked for, says what is in it.
struct SourceHttpOp {
  std::string url;  // positional; without user information, which VertexMetadata has
  std::optional<Digest> checksum;
  std::string filename;  // in the tree; empty: UrlFileName of `url`
  std::optional<Digest> pin = {};
  uint64_t mtime = 0;  // seconds since 1970; belongs to `pin`
};

// One image of an OCI layout directory.
struct SourceLayoutOp {
  std::string path;  // positional: the directory
  std::string tag;   // org.opencontainers.image.ref.name
  std::optional<Digest> pin;
  std::optional<Platform> platform;
};

struct SourceScratchOp {};

enum class MountType : uint8_t { kBind, kCache, kTmpfs, kSecret, kSsh };
enum class CacheSharing : uint8_t { kShared, kPrivate, kLocked };
enum class NetworkMode : uint8_t { kDefault, kNone, kHost };
enum class SecurityMode : uint8_t { kSandbox, kInsecure };

// A mount of an exec. Not every type uses every field; the verifier says which.
struct Mount {
  MountType type = MountType::kBind;
  std::optional<uint32_t> input;  // index of the vertex input that is mounted
  std::string target;             // absolute and clean
  std::string source;             // path inside the input
  std::string id;
  bool read_only = false;
  CacheSharing sharing = CacheSharing::kShared;
  std::optional<uint32_t> mode;
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
  bool required = false;
  std::string env;  // secret given as this variable
  uint64_t size_bytes = 0;

  friend bool operator==(const Mount&, const Mount&) = default;
};

// Runs a command in the tree of input 0; the output is that tree afterwards.
struct ExecOp {
  std::vector<std::string> args;  // argv, looked up in PATH of `env`
  std::vector<std::string> env;   // "KEY=value"
  std::string cwd = "/";
  std::string user;  // as in an image config; resolved in the tree
  std::string hostname;
  NetworkMode network = NetworkMode::kDefault;
  SecurityMode security = SecurityMode::kSandbox;
  std::vector<std::string> devices;    // names of CDI devices; `,required` behind one
  std::vector<std::string> proxy_env;  // names handed through from the caller; not part of any key
  std::vector<std::string> extra_hosts;  // "name=address"; addresses are not part of any key
  std::vector<Mount> mounts;             // printed as a block of `mount` lines
};

// Copies from input 1 onto input 0 with the rules of Dockerfile's COPY.
struct FileCopyOp {
  std::vector<std::string>
      from;                 // paths or wildcards inside input 1, absolute or relative to its root
  std::string to;           // absolute; a trailing `/` means a directory
  std::string chown;        // "user[:group]", looked up in input 0; empty: rule of the source
  std::string chmod;        // octal or symbolic; empty: keep
  bool keep_owner = false;  // owners of the source are kept where chown is empty; else 0:0
  bool parents = false;
  bool link = false;
  std::vector<std::string> exclude;
};

// As FileCopyOp, but a regular file that is an archive is unpacked into `to`.
struct FileUnpackOp {
  std::vector<std::string> from;
  std::string to;
  std::string chown;
  std::string chmod;
  bool keep_owner = false;
  bool link = false;
  std::vector<std::string> exclude;
};

// Makes a directory and its missing parents; an existing one is left alone.
struct FileMkdirOp {
  std::string path;
  uint32_t mode = 0755;
  std::string chown;  // applies to every directory made
};

struct FileMkfileOp {
  std::string path;
  uint32_t mode = 0644;
  std::string chown;
  std::string data;
};

struct FileRemoveOp {
  std::string path;
  bool allow_missing = false;
};

// The trees of all inputs, later ones on top.
struct MergeOp {};

// What input 1 changed against input 0.
struct DiffOp {};

using Op = std::variant<
    // In the order of ops.def.
    SourceImageOp, SourceContextOp, SourceGitOp, SourceHttpOp, SourceLayoutOp, SourceScratchOp,
    ExecOp, FileCopyOp, FileUnpackOp, FileMkdirOp, FileMkfileOp, FileRemoveOp, MergeOp, DiffOp>;

// The name in graph text, such as "file.copy".
std::string_view OpName(const Op& op);
// True for the ops whose name starts with "source.".
bool IsSource(const Op& op);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_OPS_H_
