#include "backends/execute/roots/plain_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/registry/registry_client.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class CollectedLog : public LogSink {
 public:
  void Write(int, std::string_view bytes) override { text += bytes; }
  std::string text;
};

// scratch <- base <- left <- top, and base <- right: the vertices 0, 1, 2, 3 and 4.
class PlainFilesTest : public testing::Test {
 protected:
  static constexpr VertexId kBase = 1;
  static constexpr VertexId kLeft = 2;
  static constexpr VertexId kTop = 3;
  static constexpr VertexId kRight = 4;

  PlainFilesTest() {
    plan_.graph.Add({"scratch", SourceScratchOp{}, {}, {}});
    for (const auto& [name, input] : std::map<std::string, VertexId>{
             {"1-base", 0}, {"2-left", kBase}, {"3-top", kLeft}, {"4-right", kBase}}) {
      plan_.graph.Add({name, ExecOp(), {{input, 0}}, {}});
    }
    for (VertexId vertex = kBase; vertex <= kRight; ++vertex) {
      ids_[vertex] = Digest::Of(std::to_string(vertex));
    }
    catalog_ = std::make_unique<LayerCatalog>(plan_, *store_, images_, contexts_, ids_,
                                              SnapshotForm::kTrusted, Unpacker());
    UseRoots({.path = directory_ / "in-place", .keep = {}});
    fs::create_directory(directory_ / "in-place");
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners";
  }
  void UseRoots(InPlaceRoot in_place) {
    roots_ = std::make_unique<WorkingRoots>(*catalog_, std::move(in_place));
  }

  void PutLayer(VertexId vertex, const MemoryLayer& memory) {
    const FileTree lower = *catalog_->Tree(vertex == kBase ? 0 : kBase);
    const TreeLayer layer = memory.Build();
    const auto snapshot = *store_->NewSnapshot(ids_[vertex]);
    DirectoryWriter writer(snapshot->root_fd(), {.lower = &lower});
    ASSERT_TRUE(SendLayer(*layer.index, *layer.content, writer).ok());
    ASSERT_TRUE(writer.Finish().ok());
    ASSERT_TRUE(snapshot->Commit().ok());
    Record(vertex, *layer.index);
  }
  void Record(VertexId vertex, const LayerIndex& index) {
    LayerRecord record;
    record.snapshot = true;
    record.index = *store_->SaveIndex(index);
    ASSERT_TRUE(store_->PutLayer(ids_[vertex], record).ok());
  }

  // A step that makes the layer of `vertex` over `base`.
  Result<std::unique_ptr<StepFiles>> Open(VertexId base, VertexId vertex,
                                          RootForm form = RootForm::kPlain,
                                          std::stop_token stop = {}) {
    return OpenPlainFiles(*catalog_, *roots_, base, ids_[vertex], form, log_, std::move(stop));
  }
  static std::string PathOf(const StepFiles& files) {
    return std::get<PlainRoot>(files.root()).directory;
  }
  static std::vector<std::string> Paths(const LayerIndex& index) {
    std::vector<std::string> paths;
    for (const TreeEntry& entry : index.entries()) {
      paths.push_back((entry.type == EntryType::kWhiteout ? "-" : "") + entry.path);
    }
    return paths;
  }
  static std::vector<std::string> Names(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // Runs one step that appends to `log` in the root, and records its layer.
  std::string Step(VertexId base, VertexId vertex, RootForm form = RootForm::kPlain) {
    auto files = Open(base, vertex, form);
    EXPECT_TRUE(files.ok()) << files.error().message();
    if (!files.ok()) return "";
    const std::string path = PathOf(**files);
    WriteTestFile(path + "/by" + std::to_string(vertex), "x");
    const auto index = (*files)->Keep({});
    EXPECT_TRUE(index.ok()) << index.error().message();
    if (index.ok()) Record(vertex, *index);
    return path;
  }

  TestDirectory directory_;
  std::unique_ptr<Store> store_ = *Store::Open(directory_ / "store");
  RegistryClient registry_{RegistryOptions(), *Credentials::Load({})};
  ImageSource images_{registry_, *store_};
  ContextSource contexts_{{}};
  BuildPlan plan_;
  std::map<VertexId, Digest> ids_;
  std::unique_ptr<LayerCatalog> catalog_;
  std::unique_ptr<WorkingRoots> roots_;
  CollectedLog log_;
};

TEST_F(PlainFilesTest, StepSeesItsBaseAndLeavesALayer) {
  PutLayer(kBase, MemoryLayer().Directory("d", 0750, 3, 4).File("d/f", "1").File("gone", "x"));
  auto files = Open(kBase, kLeft);
  ASSERT_TRUE(files.ok()) << files.error().message();
  const std::string root = PathOf(**files);
  EXPECT_EQ(ReadTestFile(root + "/d/f"), "1");
  fs::remove(root + "/gone");
  WriteTestFile(root + "/d/new", "2");
  fs::create_directories(root + "/proc");
  const auto index = (*files)->Keep({.exit_status = 0, .stub_paths = {"proc"}, .owners = nullptr});
  ASSERT_TRUE(index.ok()) << index.error().message();
  EXPECT_THAT(Paths(*index), ElementsAre("d", "d/new", "-gone"));
  Record(kLeft, *index);
  const std::string snapshot = store_->SnapshotPath(ids_[kLeft]);
  EXPECT_EQ(ReadTestFile(snapshot + "/d/new"), "2");
  struct stat status = {};
  ASSERT_EQ(lstat((snapshot + "/gone").c_str(), &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_EQ(*catalog_->Tree(kLeft)->ReadFile("d/new", 10), "2");
}

TEST_F(PlainFilesTest, NothingOfTheStoreIsLinkedIntoARoot) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  auto files = Open(kBase, kLeft);
  ASSERT_TRUE(files.ok());
  WriteTestFile(PathOf(**files) + "/f", "2");
  EXPECT_EQ(ReadTestFile(store_->SnapshotPath(ids_[kBase]) + "/f"), "1");
}

TEST_F(PlainFilesTest, NextStepGoesOnInTheSameRoot) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  const std::string root = Step(kBase, kLeft);
  EXPECT_EQ(Step(kLeft, kTop), root);
  // The other branch needs what is below again.
  const std::string other = Step(kBase, kRight);
  EXPECT_NE(other, root);
  EXPECT_THAT(Names(other), ElementsAre("by4", "f"));
}

TEST_F(PlainFilesTest, MissingLayersAreAdded) {
  PutLayer(kBase, MemoryLayer().File("f", "1").File("g", "1"));
  // By a step that needed no root, such as a COPY.
  PutLayer(kLeft, MemoryLayer().File("copied", "2").Whiteout("g"));
  auto files = Open(kLeft, kTop);
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(Names(PathOf(**files)), ElementsAre("copied", "f"));
  const auto index = (*files)->Keep({});
  EXPECT_THAT(index->entries(), IsEmpty());
}

TEST_F(PlainFilesTest, RootOfAFailedStepIsThrownAway) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  std::string root;
  {
    auto files = Open(kBase, kLeft);
    root = PathOf(**files);
    WriteTestFile(root + "/half", "x");
  }
  EXPECT_FALSE(fs::exists(root));
  EXPECT_THAT(Names(PathOf(**Open(kBase, kLeft))), ElementsAre("f"));
}

TEST_F(PlainFilesTest, StepsAtATimeHaveRootsOfTheirOwn) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  auto left = Open(kBase, kLeft);
  auto right = Open(kBase, kRight);
  EXPECT_NE(PathOf(**left), PathOf(**right));
}

TEST_F(PlainFilesTest, SocketsAreNotSeenByTheNextStep) {
  PutLayer(kBase, MemoryLayer().Directory("run"));
  auto files = Open(kBase, kLeft);
  const std::string root = PathOf(**files);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = "/proc/self/cwd/run/s";
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const fs::path before = fs::current_path();
  fs::current_path(root);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  fs::current_path(before);
  close(fd);
  const auto index = (*files)->Keep({});
  ASSERT_TRUE(index.ok());
  EXPECT_THAT(index->entries(), IsEmpty());
  EXPECT_THAT(Names(root + "/run"), IsEmpty());
}

TEST_F(PlainFilesTest, TimesThatNoLayerTellsDoNotReachTheNextStep) {
  PutLayer(kBase, MemoryLayer().Directory("d").File("d/f", "1"));
  {
    auto files = Open(kBase, kLeft);
    WriteTestFile(PathOf(**files) + "/d/tmp", "x");
    fs::remove(PathOf(**files) + "/d/tmp");
    const auto index = (*files)->Keep({});
    EXPECT_THAT(index->entries(), IsEmpty());
    Record(kLeft, *index);
  }
  auto files = Open(kLeft, kTop);
  WriteTestFile(PathOf(**files) + "/d/f", "2");
  const auto index = (*files)->Keep({});
  ASSERT_THAT(Paths(*index), ElementsAre("d", "d/f"));
  EXPECT_EQ(index->Find("d")->mtime.seconds, 1);
}

TEST_F(PlainFilesTest, StopEndsTheCopying) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  std::stop_source stop;
  stop.request_stop();
  const auto files = Open(kBase, kLeft, RootForm::kPlain, stop.get_token());
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().kind(), DiagnosticKind::kInterrupted);
}

TEST_F(PlainFilesTest, InPlaceEmptiesTheRootButForWhatIsKept) {
  const std::string root = directory_ / "in-place";
  fs::create_directories(root + "/etc");
  WriteTestFile(root + "/etc/ours", "ours");
  WriteTestFile(root + "/old", "of the container");
  UseRoots({.path = root, .keep = {"/etc/ours"}});
  PutLayer(kBase, MemoryLayer().File("etc/ours", "theirs").File("etc/theirs", "theirs"));
  EXPECT_EQ(Step(kBase, kLeft, RootForm::kInPlace), root);
  EXPECT_THAT(Names(root), ElementsAre(".cooper-aside", "by2", "etc"));
  EXPECT_EQ(ReadTestFile(root + "/etc/ours"), "ours");
  EXPECT_EQ(ReadTestFile(root + "/etc/theirs"), "theirs");
  EXPECT_EQ(log_.text, "kept `/etc/ours`, which this container needs, in place of the image's\n");
  // The layer does not speak of it either.
  EXPECT_THAT(Paths(*(*catalog_->Tree(kLeft)).layers().back().index), ElementsAre("by2"));

  // Goes on, then begins anew for the other branch.
  Step(kLeft, kTop, RootForm::kInPlace);
  EXPECT_TRUE(fs::exists(root + "/by2"));
  Step(kBase, kRight, RootForm::kInPlace);
  EXPECT_THAT(Names(root), ElementsAre(".cooper-aside", "by4", "etc"));
  EXPECT_EQ(ReadTestFile(root + "/etc/ours"), "ours");
  roots_.reset();
  EXPECT_THAT(Names(root), ElementsAre("by4", "etc"));
}

TEST_F(PlainFilesTest, InPlaceThereIsOneStepAtATime) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  auto first = Open(kBase, kLeft, RootForm::kInPlace);
  ASSERT_TRUE(first.ok()) << first.error().message();
  std::thread later([&first] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    WriteTestFile(PathOf(**first) + "/half", "x");
    first->reset();
  });
  const auto second = Open(kBase, kRight, RootForm::kInPlace);
  later.join();
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(fs::exists(PathOf(**second) + "/half"));

  std::stop_source stop;
  std::thread stops([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  const auto third = Open(kBase, kLeft, RootForm::kInPlace, stop.get_token());
  stops.join();
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().kind(), DiagnosticKind::kInterrupted);
}

TEST_F(PlainFilesTest, InPlaceThereIsOneBuildAtATime) {
  PutLayer(kBase, MemoryLayer().File("f", "1"));
  const auto first = Open(kBase, kLeft, RootForm::kInPlace);
  ASSERT_TRUE(first.ok());
  WorkingRoots other(*catalog_, {.path = directory_ / "in-place", .keep = {}});
  const auto second =
      OpenPlainFiles(*catalog_, other, kBase, ids_[kRight], RootForm::kInPlace, log_, {});
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message(), StartsWith("another build has `"));
  EXPECT_TRUE(fs::exists(directory_ / "in-place/f"));
}

}  // namespace
}  // namespace cooper
