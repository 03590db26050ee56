#include "backends/unpack/unpack_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "backends/filesystem/testing/temporary_directory.h"
#include "backends/layer/testing/tar_builder.h"

namespace cooper {
namespace {

using testing::HasSubstr;

std::string ReadAll(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

ScopedFd FileOf(std::string_view bytes) {
  ScopedFd file(memfd_create("layer", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string Tar(const std::vector<TarFile>& files) {
  std::string tar;
  for (const TarFile& file : files) tar += TarEntry(file);
  return tar + std::string(1024, '\0');
}

class UnpackProcessTest : public testing::Test {
 protected:
  static UnpackProcess Start(UnpackOptions options = {}) {
    Result<UnpackProcess> process = UnpackProcess::Start(COOPER_TEST_UNPACKER, options);
    EXPECT_TRUE(process.ok()) << process.error().message();
    return *std::move(process);
  }
  Status AddLayer(UnpackProcess& process, const std::string& tar) {
    const ScopedFd blob = FileOf(tar);
    return process.AddLayer(blob.get(), Compression::kNone, directory_.fd());
  }
  // A layer whose bytes never come: the process waits for them.
  UnpackProcess StartWaiting() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const ScopedFd read_end(ends[0]);
    write_end_ = ScopedFd(ends[1]);
    UnpackProcess process = Start();
    EXPECT_TRUE(process.AddLayer(read_end.get(), Compression::kNone, directory_.fd()).ok());
    return process;
  }
  static bool IsThere(pid_t pid) { return kill(pid, 0) == 0 || errno != ESRCH; }

  TemporaryDirectory directory_;
  ScopedFd write_end_;
};

TEST_F(UnpackProcessTest, PutsLayersOverEachOtherIntoOneTree) {
  const std::string lower = Tar({{.name = "etc/", .type = '5', .mode = "0000755"},
                                 {.name = "etc/a", .content = "one"},
                                 {.name = "etc/gone", .content = "x"}});
  const std::string upper = Tar({{.name = "etc/a", .content = "two"},
                                 {.name = "etc/.wh.gone"},
                                 {.name = "etc/b", .type = '1', .link = "etc/a"}});
  UnpackProcess process = Start();
  ASSERT_TRUE(AddLayer(process, lower).ok());
  ASSERT_TRUE(AddLayer(process, upper).ok());
  const Result<UnpackedLayer> first = process.Next();
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(first->diff_id, Digest::Of(lower));
  EXPECT_NE(first->index.Find("etc/gone"), nullptr);
  const Result<UnpackedLayer> second = process.Next();
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(second->diff_id, Digest::Of(upper));
  EXPECT_EQ(ReadAll(directory_ / "etc/a"), "two");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "etc/gone"));
  EXPECT_EQ(std::filesystem::hard_link_count(directory_ / "etc/b"), 2U);
}

TEST_F(UnpackProcessTest, KnowsLowerLayersByTheirIndexes) {
  std::vector<TreeEntry> entries(2);
  entries[0].path = "real";
  entries[0].type = EntryType::kDirectory;
  entries[0].mode = 0755;
  entries[1].path = "link";
  entries[1].type = EntryType::kSymlink;
  entries[1].link = "real";
  const TemporaryDirectory below;
  std::filesystem::create_directory(below / "real");
  std::filesystem::create_symlink("real", below / "link");
  UnpackOptions options;
  options.form = UnpackForm::kUserXattrs;
  UnpackProcess process = Start(options);
  const ScopedFd index = FileOf(LayerIndex(entries).Serialize());
  ASSERT_TRUE(process.AddLower(index.get(), below.fd()).ok());
  ASSERT_TRUE(AddLayer(process, Tar({{.name = "link/x", .content = "y"}})).ok());
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().message();
  EXPECT_NE(unpacked->index.Find("real/x"), nullptr);
  EXPECT_EQ(ReadAll(directory_ / "real/x"), "y");
}

TEST_F(UnpackProcessTest, FaultsOfALayerAreItsOwn) {
  UnpackProcess process = Start();
  ASSERT_TRUE(AddLayer(process, "no tar at all" + std::string(600, 'x')).ok());
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kLayerInvalid);
}

TEST_F(UnpackProcessTest, ACrashIsAFaultOfTheLayer) {
  UnpackProcess process = StartWaiting();
  const pid_t pid = process.pid();
  const std::jthread crash([pid] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(pid, SIGILL);  // sanitizers handle SIGSEGV
  });
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kLayerInvalid);
  EXPECT_THAT(unpacked.error().message(), HasSubstr("crashed: Illegal instruction"));
  EXPECT_FALSE(IsThere(pid));
  EXPECT_FALSE(process.Next().ok());
}

TEST_F(UnpackProcessTest, OneThatWasKilledHadNoFaultOfItsOwn) {
  UnpackProcess process = StartWaiting();
  kill(process.pid(), SIGKILL);
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kStore);
  EXPECT_THAT(unpacked.error().message(), HasSubstr("was killed"));
}

TEST_F(UnpackProcessTest, AStopEndsIt) {
  UnpackProcess process = StartWaiting();
  const pid_t pid = process.pid();
  std::stop_source source;
  const std::jthread stop([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const Result<UnpackedLayer> unpacked = process.Next(source.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_FALSE(IsThere(pid));
}

TEST_F(UnpackProcessTest, GoesWithItsObject) {
  pid_t pid = -1;
  {
    const UnpackProcess process = StartWaiting();
    pid = process.pid();
    EXPECT_TRUE(IsThere(pid));
  }
  EXPECT_FALSE(IsThere(pid));
}

TEST_F(UnpackProcessTest, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const ScopedFd told(ends[0]);
  ScopedFd tell(ends[1]);
  const pid_t parent = fork();
  if (parent == 0) {
    const UnpackProcess process = StartWaiting();
    const pid_t pid = process.pid();
    (void)!write(tell.get(), &pid, sizeof pid);
    pause();
  }
  tell.Close();
  pid_t pid = -1;
  ASSERT_EQ(read(told.get(), &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  // Until it has read its job it dies of the closed socket instead, which is as good.
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  for (int i = 0; i < 500 && IsThere(pid); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(IsThere(pid));
}

TEST_F(UnpackProcessTest, ExpandedBytesHaveALimit) {
  UnpackOptions options;
  options.limits.expanded_bytes = 4096;
  UnpackProcess process = Start(options);
  ASSERT_TRUE(AddLayer(process, Tar({{.name = "a", .content = std::string(10000, 'x')}})).ok());
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kLimitExceeded);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(UnpackProcessTest, MemoryHasALimit) {
  std::vector<TarFile> files;
  std::string tar;
  for (int i = 0; i < 100000; ++i) tar += TarEntry({.name = fmt::format("directory/file{}", i)});
  UnpackOptions options;
  options.memory_bytes = uint64_t{64} << 20;
  UnpackProcess process = Start(options);
  ASSERT_TRUE(AddLayer(process, tar + std::string(1024, '\0')).ok());
  const Result<UnpackedLayer> unpacked = process.Next();
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kLimitExceeded);
  EXPECT_THAT(unpacked.error().message(), HasSubstr("memory"));
}
#endif

TEST_F(UnpackProcessTest, SaysWhatCannotBeStarted) {
  const Result<UnpackProcess> process = UnpackProcess::Start("/no/such/program", {});
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.error().kind(), DiagnosticKind::kStore);
  EXPECT_THAT(process.error().message(), HasSubstr("`/no/such/program`"));
}

TEST_F(UnpackProcessTest, AProgramThatIsNoUnpackerIsAnError) {
  Result<UnpackProcess> process = UnpackProcess::Start("/bin/true", {});
  // It may be gone before the first request, or after it.
  Result<UnpackedLayer> unpacked =
      process.ok() ? process->Next() : Result<UnpackedLayer>(process.error());
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().kind(), DiagnosticKind::kStore);
}

// /proc says what the process may do by the time it waits for the layer's bytes.
TEST_F(UnpackProcessTest, HasGivenUpItsRights) {
  UnpackProcess process = StartWaiting();
  std::jthread next([&process](const std::stop_token& stop) { (void)process.Next(stop); });
  const std::string path = fmt::format("/proc/{}/status", process.pid());
  std::string status;
  for (int i = 0; i < 500 && status.find("Seccomp:\t2") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    status = ReadAll(path);
  }
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
  // At most CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, MKNOD and SETFCAP.
  const size_t at = status.find("CapEff:\t");
  ASSERT_NE(at, std::string::npos);
  const uint64_t capabilities = std::stoull(status.substr(at + 8, 16), nullptr, 16);
  EXPECT_EQ(capabilities & ~uint64_t{0x8800001f}, 0U) << status;
  size_t descriptors = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", process.pid()))) {
    static_cast<void>(entry);
    ++descriptors;
  }
  EXPECT_LE(descriptors, 7U);  // 0 to 2, requests, replies, blob and directory
}

}  // namespace
}  // namespace cooper
