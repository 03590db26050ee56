// Who owns files that on disk all belong to one user.
//
// Where only one id can be had (a user namespace with a single mapping) an owner, or a
// device, is a record beside the file. This is where the records of one RUN step are
// kept, and the one place that says what an entry truly is.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_OWNER_RECORDS_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_OWNER_RECORDS_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "backends/filesystem/tree/tree_entry.h"

namespace cooper {

struct FileOwner {
  uint32_t uid = 0;
  uint32_t gid = 0;

  friend bool operator==(const FileOwner&, const FileOwner&) = default;
};

// An inode as long as it lives: the time of birth tells a number that is used again.
struct NodeKey {
  dev_t device = 0;
  ino_t inode = 0;
  FileTime born;

  friend bool operator==(const NodeKey&, const NodeKey&) = default;
};

struct NodeStatus {
  NodeKey key;
  mode_t mode = 0;  // of the disk, with the type
  uint64_t size_bytes = 0;
  uint64_t mount_id = 0;
  bool copied_up = false;  // overlayfs says that it was a file of a lower layer
};

// Of `name` in the open directory, or of the descriptor itself when it is empty; without
// `copied_up`. Links are not followed. Nothing on failure, with errno set.
std::optional<NodeStatus> ReadNodeStatus(int fd, const char* name);

// For a file of an upper directory: the mark that overlayfs hides from the step.
bool IsCopiedUp(int fd, const char* name);

// What an inode truly is.
struct NodeTruth {
  FileOwner owner;
  // In whose place on disk is an empty regular file; kCharDevice or kBlockDevice.
  std::optional<EntryType> device;
  uint32_t device_major = 0;
  uint32_t device_minor = 0;

  // The file type and device number that stat(2) should tell.
  mode_t Mode(mode_t on_disk) const;
  dev_t DeviceNumber(dev_t on_disk) const;

  friend bool operator==(const NodeTruth&, const NodeTruth&) = default;
};

NodeTruth TruthOfEntry(const TreeEntry& entry);

class OwnerRecords {
 public:
  // As much as a disk full of files could have.
  static constexpr size_t kMaxRecords = 8'000'000;

  // What the layers below the step have at a path; may be called from the thread that
  // uses these records.
  using LowerLookUp = std::function<std::optional<TreeEntry>(const std::string& path)>;

  enum class Root : uint8_t {
    kOverlay,
    kPlain,  // no overlay, so that a file's age tells whether it was there before
  };
  enum class Tells : uint8_t {
    kAll,
    kDevices,  // owners are those of the disk
  };

  // `maker`: who makes files that no record is about.
  OwnerRecords(FileOwner maker, Root root, Tells tells = Tells::kAll);

  // False when there are too many.
  bool Put(const NodeKey& key, const NodeTruth& truth);
  const NodeTruth* Find(const NodeKey& key) const;
  size_t size() const { return records_.size(); }

  FileOwner maker() const { return maker_; }
  bool tells_owners() const { return tells_ == Tells::kAll; }
  bool plain() const { return plain_; }
  // Whether a node of this time was made by the step.
  bool MadeByStep(const FileTime& born) const;

  // What the inode at `path` of the root ("" for the root itself) is: recorded, else what
  // `lower` has there if it comes from there, else the maker's own. `parent` is the truth
  // about its directory and is asked for only where the directory lends its group.
  NodeTruth Of(const std::string& path, const NodeStatus& status, const LowerLookUp& lower,
               const std::function<std::optional<FileOwner>()>& parent) const;

 private:
  struct Hash {
    size_t operator()(const NodeKey& key) const;
  };

  const FileOwner maker_;
  const bool plain_;
  const Tells tells_;
  const FileTime start_;
  std::unordered_map<NodeKey, NodeTruth, Hash> records_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_OWNER_RECORDS_H_
