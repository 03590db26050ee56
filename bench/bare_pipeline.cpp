// What writing a layer costs at least: walk, tar, SHA-256, libdeflate, SHA-256,
// write, without anything of cooper's. `compare.sh` puts a build beside it.
//
//   bare_pipeline DIRECTORY OUTPUT [THREADS]
//
// Reads regular files in the order of their names; names that ustar cannot hold
// are cut off, which changes no cost. One thread reads and hashes, THREADS compress
// pieces of 1 MiB at level 2.

#include <fcntl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kBlock = 512;

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Hash() { EVP_MD_CTX_free(context_); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  void Update(const char* bytes, size_t size) { EVP_DigestUpdate(context_, bytes, size); }

 private:
  EVP_MD_CTX* context_;
};

struct Piece {
  std::vector<char> in = std::vector<char>(kPieceBytes);
  std::vector<char> out;
  size_t in_bytes = 0;
  size_t out_bytes = 0;
  bool done = false;
};

class Pipeline {
 public:
  Pipeline(int output, unsigned threads) : output_(output), most_(threads + 2) {
    for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this] { Compress(); });
  }

  void Append(const char* bytes, size_t size) {
    while (size > 0) {
      const size_t part = std::min(size, kPieceBytes - used_);
      std::memcpy(current_->in.data() + used_, bytes, part);
      Took(part);
      bytes += part;
      size -= part;
    }
  }

  // Straight from the file into the piece.
  void AppendFile(int file, uint64_t size) {
    while (size > 0) {
      const size_t part = static_cast<size_t>(std::min<uint64_t>(size, kPieceBytes - used_));
      const ssize_t got = read(file, current_->in.data() + used_, part);
      if (got <= 0) Fail("read");
      Took(static_cast<size_t>(got));
      size -= static_cast<uint64_t>(got);
    }
  }

  void Finish() {
    if (used_ > 0) Submit();
    WriteOut(0);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    workers_.clear();
  }

 private:
  void Took(size_t size) {
    used_ += size;
    if (used_ == kPieceBytes) Submit();
  }

  void Submit() {
    tar_hash_.Update(current_->in.data(), used_);
    current_->in_bytes = used_;
    current_->done = false;
    used_ = 0;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(current_.get());
    }
    wake_.notify_one();
    submitted_.push_back(std::move(current_));
    WriteOut(most_);
    if (free_.empty()) free_.push_back(std::make_unique<Piece>());
    current_ = std::move(free_.back());
    free_.pop_back();
  }

  void WriteOut(size_t most) {
    while (!submitted_.empty()) {
      Piece& oldest = *submitted_.front();
      {
        std::unique_lock lock(mutex_);
        if (!oldest.done && submitted_.size() <= most) return;
        done_.wait(lock, [&] { return oldest.done; });
      }
      output_hash_.Update(oldest.out.data(), oldest.out_bytes);
      const auto size = static_cast<ssize_t>(oldest.out_bytes);
      if (write(output_, oldest.out.data(), oldest.out_bytes) != size) Fail("write");
      free_.push_back(std::move(submitted_.front()));
      submitted_.pop_front();
    }
  }

  void Compress() {
    libdeflate_compressor* const compressor = libdeflate_alloc_compressor(2);
    while (true) {
      Piece* piece = nullptr;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) break;
        piece = waiting_.front();
        waiting_.pop_front();
      }
      piece->out.resize(libdeflate_gzip_compress_bound(compressor, kPieceBytes));
      piece->out_bytes = libdeflate_gzip_compress(compressor, piece->in.data(), piece->in_bytes,
                                                  piece->out.data(), piece->out.size());
      const std::lock_guard lock(mutex_);
      piece->done = true;
      done_.notify_one();
    }
    libdeflate_free_compressor(compressor);
  }

  const int output_;
  const size_t most_;
  std::unique_ptr<Piece> current_ = std::make_unique<Piece>();
  size_t used_ = 0;
  Hash tar_hash_;
  Hash output_hash_;
  std::deque<std::unique_ptr<Piece>> submitted_;
  std::vector<std::unique_ptr<Piece>> free_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<Piece*> waiting_;
  bool stopping_ = false;
  std::vector<std::jthread> workers_;
};

void AppendHeader(Pipeline& pipeline, const std::string& name, const struct stat& status,
                  bool directory) {
  char block[kBlock] = {};
  std::memcpy(block, name.data(), std::min<size_t>(name.size(), 100));
  std::snprintf(block + 100, 8, "%07o", status.st_mode & 07777U);
  std::snprintf(block + 108, 8, "%07o", 0U);
  std::snprintf(block + 116, 8, "%07o", 0U);
  std::snprintf(block + 124, 12, "%011llo",
                directory ? 0ULL : static_cast<unsigned long long>(status.st_size));
  std::snprintf(block + 136, 12, "%011llo", static_cast<unsigned long long>(status.st_mtime));
  std::memset(block + 148, ' ', 8);
  block[156] = directory ? '5' : '0';
  std::memcpy(block + 257, "ustar\00000", 8);
  unsigned sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  std::snprintf(block + 148, 8, "%06o", sum);
  pipeline.Append(block, kBlock);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bare_pipeline DIRECTORY OUTPUT [THREADS]\n", stderr);
    return 2;
  }
  const unsigned threads = argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 2;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  const int output = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (output < 0) Fail(argv[2]);
  Pipeline pipeline(output, threads);
  const size_t top = std::strlen(argv[1]) + 1;
  static constexpr char kZeros[2 * kBlock] = {};
  for (const std::string& path : paths) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) Fail(path.c_str());
    const bool directory = S_ISDIR(status.st_mode);
    if (!directory && !S_ISREG(status.st_mode)) continue;
    AppendHeader(pipeline, path.substr(top), status, directory);
    if (directory) continue;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) Fail(path.c_str());
    const auto size = static_cast<uint64_t>(status.st_size);
    pipeline.AppendFile(file, size);
    close(file);
    pipeline.Append(kZeros, (kBlock - size % kBlock) % kBlock);
  }
  pipeline.Append(kZeros, sizeof kZeros);
  pipeline.Finish();
  return close(output) == 0 ? 0 : 1;
}
