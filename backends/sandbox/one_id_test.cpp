// Steps with one id. Run by user_namespace_test.cpp, in processes that have no other.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "backends/filesystem/diff/overlay_diff.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

class OneIdTest : public SandboxTest {
 protected:
  void SetUp() override {
    if (!HasOneId()) GTEST_SKIP() << "needs a user namespace of one id";
    SandboxTest::SetUp();
    base_ = MemoryLayer()
                .Directory("etc")
                .File("etc/passwd",
                      "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\nmail:x:8:8::/:/bin/sh\n")
                .File("etc/group", "root:x:0:\napp:x:1001:\nextra:x:77:app\n")
                .File("etc/shadow", "", 0640, 0, 42)
                .Directory("var/mail", 02775, 0, 8)
                .Directory("srv", 0755, 1000, 1001)
                .File("srv/data", "text", 0644, 1000, 1001)
                .File("bin/tool", "#!/bin/sh\n", 04755, 33, 34)
                .Symlink("bin/link", "tool");
  }

  // The entry of a device, which no file of the disk is.
  static TreeEntry Device(std::string path) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.type = EntryType::kCharDevice;
    entry.mode = 0660;
    entry.gid = 6;
    entry.device_major = 1;
    entry.device_minor = 3;
    return entry;
  }

  // Runs a script as `uid`:`gid` over the base, and says what the layer has, one line a
  // file: "etc/x 0644 33:44", with the kind in front of all but files.
  std::string Layer(const std::string& script, uint32_t uid = 0, uint32_t gid = 0) {
    const std::string lower_dir = NewDirectory();
    WriteBase(lower_dir);
    const FileTree lower = MemoryTree({base_});
    RunRequest request = ShellStep(script);
    LowerDirs(request).insert(LowerDirs(request).begin(), lower_dir);
    request.uid = uid;
    request.gid = gid;
    request.groups = uid == 0 ? std::vector<uint32_t>() : std::vector<uint32_t>{77};
    request.lower = [&lower](const std::string& path) { return lower.Find(path); };
    last_ = Run(request);
    if (last_.status() != 0) return fmt::format("status {}: {}", last_.status(), last_.err);
    return Entries(lower);
  }

  void WriteBase(const std::string& directory) {
    const ScopedFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DirectoryWriter writer(fd.get(), {.user_xattrs = true, .one_id = true});
    for (const TreeEntry& entry : base_.entries()) {
      const std::string text = entry.type == EntryType::kFile ? base_.files().at(entry.path) : "";
      StringReader reader(text);
      const Status status = writer.Add(entry, text.empty() ? nullptr : &reader);
      ASSERT_TRUE(status.ok()) << status.error().message();
    }
    ASSERT_TRUE(writer.Finish().ok());
  }

  std::string Entries(const FileTree& lower) {
    const ScopedFd upper(open(last_.upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto index = ReadOverlayLayer(upper.get(), *ReadOverlayRoot(upper.get()), lower,
                                        last_.outcome->stub_paths, last_.outcome->owners.get());
    if (!index.ok()) return index.error().message();
    std::string lines;
    for (const TreeEntry& entry : index->entries()) lines += Line(entry);
    return lines;
  }

  static std::string Line(const TreeEntry& entry) {
    if (entry.type == EntryType::kWhiteout) return fmt::format("-{}\n", entry.path);
    std::string kind;
    if (entry.type == EntryType::kDirectory) kind = "d ";
    if (entry.type == EntryType::kSymlink) kind = "l ";
    if (entry.type == EntryType::kHardLink) kind = "h ";
    if (entry.type == EntryType::kFifo) kind = "p ";
    if (entry.type == EntryType::kCharDevice) kind = "c ";
    if (entry.type == EntryType::kBlockDevice) kind = "b ";
    std::string line =
        fmt::format("{}{} {:04o} {}:{}", kind, entry.path, entry.mode, entry.uid, entry.gid);
    if (kind == "c " || kind == "b ") {
      line += fmt::format(" {},{}", entry.device_major, entry.device_minor);
    }
    for (const auto& [key, value] : entry.xattrs) {
      line += fmt::format(" {}={}", key, value.size());
    }
    return line + "\n";
  }

  const std::string& Out() const { return last_.out; }

  MemoryLayer base_;
  StepResult last_;
};

TEST_F(OneIdTest, OwnersOfNewFilesAreRecorded) {
  EXPECT_EQ(Layer("echo x > /a; chown 33:44 /a; chgrp 50 /a; echo y > /b; ln -s a /l; "
                  "chown -h 5:6 /l; mkdir /d; chown 7 /d; chown 70000:70001 /b"),
            "a 0644 33:50\n"
            "b 0644 70000:70001\n"
            "d d 0755 7:0\n"
            "l l 0777 5:6\n");
}

TEST_F(OneIdTest, ChangedFilesOfTheBaseKeepTheirOwners) {
  EXPECT_EQ(Layer("echo more >> /etc/shadow; echo more >> /srv/data; touch /srv/new; "
                  "touch -h /bin/link"),
            "d bin 0755 0:0\n"
            "l bin/link 0777 0:0\n"
            "d etc 0755 0:0\n"
            "etc/shadow 0640 0:42\n"
            "d srv 0755 1000:1001\n"
            "srv/data 0644 1000:1001\n"
            "srv/new 0644 0:0\n");
}

TEST_F(OneIdTest, ChownThatChangesNothingLeavesNothing) {
  EXPECT_EQ(Layer("chown -R 1000:1001 /srv; chown 0:42 /etc/shadow"), "");
}

TEST_F(OneIdTest, ChownClearsSetIdBitsAsTheKernelDoes) {
  EXPECT_EQ(Layer("chmod 6755 /etc/passwd; chown 5:5 /etc/passwd; echo x > /u; chown 5:5 /u; "
                  "chmod 4755 /u; chown 5:6 /bin/tool"),
            "d bin 0755 0:0\n"
            "bin/tool 0755 5:6\n"
            "d etc 0755 0:0\n"
            "etc/passwd 0755 5:5\n"
            "u 4755 5:5\n");
}

TEST_F(OneIdTest, SetIdBitsOfTheBaseStay) {
  EXPECT_EQ(Layer("chmod g-w /bin/tool; touch /bin/tool"), "d bin 0755 0:0\nbin/tool 4755 33:34\n");
}

TEST_F(OneIdTest, DirectoriesWithSetGidLendTheirGroup) {
  EXPECT_EQ(Layer("touch /var/mail/m; mkdir /var/mail/d; touch /var/mail/d/x; "
                  "mkdir /g; touch /g/before; chgrp 50 /g; touch /g/between; chmod g+s /g; "
                  "touch /g/after; mkdir /g/sub; touch /g/sub/x; chmod g-s /g; touch /g/late; "
                  "mv /g/late /var/mail"),
            "d g 0755 0:50\n"
            "g/after 0644 0:50\n"
            "g/before 0644 0:0\n"
            "g/between 0644 0:0\n"
            "d g/sub 2755 0:50\n"
            "g/sub/x 0644 0:50\n"
            "d var 0755 0:0\n"
            "d var/mail 2775 0:8\n"
            "d var/mail/d 2755 0:8\n"
            "var/mail/d/x 0644 0:8\n"
            "var/mail/late 0644 0:0\n"
            "var/mail/m 0644 0:8\n");
}

TEST_F(OneIdTest, DevicesAreRecordedAndFifosMade) {
  base_.Entry(Device("etc/null"));
  EXPECT_EQ(Layer("mknod /c c 1 3; mknod -m 600 /b b 7 200; mkfifo -m 640 /p; chown 5:6 /c; "
                  "touch /etc/null; stat -c '%F %t,%T %g' /c /b /p /etc/null"),
            "b b 0600 0:0 7,200\n"
            "c c 0644 5:6 1,3\n"
            "d etc 0755 0:0\n"
            "c etc/null 0660 0:6 1,3\n"
            "p p 0640 0:0\n");
  EXPECT_EQ(Out(),
            "character special file 1,3 6\nblock special file 7,c8 0\nfifo 0,0 0\n"
            "character special file 1,3 6\n");
}

TEST_F(OneIdTest, StatTellsTheOwners) {
  Layer(
      "chown 33:44 /etc/passwd; cd /etc; stat -c '%u:%g %a' passwd shadow /srv /bin/tool "
      "/bin/link ../etc/./passwd; stat -L -c %u /bin/link; ls -ln shadow | cut -c1-30; "
      "exec 3<shadow; stat -L -c %g /proc/self/fd/3");
  EXPECT_EQ(Out(),
            "33:44 644\n0:42 640\n1000:1001 755\n33:34 4755\n0:0 777\n33:44 644\n33\n"
            "-rw-r-----    1 0        42   \n42\n");
}

TEST_F(OneIdTest, RenamedAndLinkedFilesKeepTheirOwners) {
  EXPECT_EQ(Layer("mv /etc/shadow /moved; ln /srv/data /linked; echo x > /new; chown 3:4 /new; "
                  "mv /new /etc/passwd; echo y > /n2; mv /n2 /srv/data; mkdir /d; chown 9:9 /d; "
                  "mv /d /e; mv /bin/tool /srv"),
            "d bin 0755 0:0\n"
            "-bin/tool\n"
            "d e 0755 9:9\n"
            "d etc 0755 0:0\n"
            "etc/passwd 0644 3:4\n"
            "-etc/shadow\n"
            "linked 0644 1000:1001\n"
            "moved 0640 0:42\n"
            "d srv 0755 1000:1001\n"
            "srv/data 0644 0:0\n"
            "srv/tool 4755 33:34\n");
}

TEST_F(OneIdTest, FileMadeInPlaceOfAnotherHasItsMakersOwner) {
  EXPECT_EQ(Layer("for i in 1 2 3 4 5 6 7 8 9; do echo x > /f$i; chown 5:6 /f$i; done; rm /f?; "
                  "for i in 1 2 3 4 5 6 7 8 9; do echo x > /n$i; done; rm /n[2-9]; "
                  "rm /etc/shadow; echo x > /etc/shadow; rm -r /srv; mkdir /srv"),
            "d etc 0755 0:0\n"
            "etc/shadow 0644 0:0\n"
            "n1 0644 0:0\n"
            "d srv 0755 0:0\n"
            "-srv/data\n");
}

TEST_F(OneIdTest, ChownFollowsLinksInsideTheRootOnly) {
  EXPECT_EQ(Layer("chown 5:6 /bin/link; ln -s ../../../../../etc /e; chown 7:8 /e/passwd; "
                  "ln -s / /r; chown 9:9 /r/r/r/etc/group; cd /srv; chown 3 ../e/shadow"),
            "d bin 0755 0:0\n"
            "bin/tool 0755 5:6\n"
            "l e 0777 0:0\n"
            "d etc 0755 0:0\n"
            "etc/group 0644 9:9\n"
            "etc/passwd 0644 7:8\n"
            "etc/shadow 0640 3:42\n"
            "l r 0777 0:0\n");
}

TEST_F(OneIdTest, ErrorsAreTrue) {
  Layer(
      "chown 1 /none; chown 1 /etc/passwd/x; chown 1 /proc/sys/kernel/ostype; "
      "mknod /etc/passwd c 1 3; true");
  EXPECT_NE(last_.err.find("/none: No such file"), std::string::npos) << last_.err;
  EXPECT_NE(last_.err.find("Not a directory"), std::string::npos) << last_.err;
  EXPECT_NE(last_.err.find("Read-only file system"), std::string::npos) << last_.err;
  EXPECT_NE(last_.err.find("File exists"), std::string::npos) << last_.err;
}

TEST_F(OneIdTest, UserOfTheStepOwnsWhatItMakes) {
  EXPECT_EQ(Layer("id; touch /srv/x; mkdir /srv/d; chgrp 77 /srv/x; chgrp 5 /srv/d || "
                  "chown 0 /srv/d || echo refused; echo y >> /srv/data",
                  1000, 1001),
            "d srv 0755 1000:1001\n"
            "d srv/d 0755 1000:1001\n"
            "srv/data 0644 1000:1001\n"
            "srv/x 0644 1000:77\n");
  EXPECT_EQ(Out(), "uid=1000(app) gid=1001(app) groups=77(extra)\nrefused\n");
}

TEST_F(OneIdTest, UserOfTheStepWritesOnlyWhereItMay) {
  base_.Directory("tmp", 01777).File("tmp/other", "", 0666).File("srv/theirs", "", 0660, 5, 77);
  Layer(
      "for c in 'touch /new' 'mkdir /etc/d' 'ln -s x /etc/l' 'rm /etc/passwd' "
      "'mv /etc/passwd /srv/p' 'ln /srv/data /etc/data' 'chmod 777 /etc/passwd' "
      "'rm /tmp/other' 'rm -r /var/mail' 'sh -c \"echo >> /etc/passwd\"' "
      "'mv /srv/data /etc/passwd'; do $c 2> /dev/null && echo \"$c\"; done; "
      "echo > /tmp/other; echo >> /srv/theirs; touch /tmp/x; rm /srv/theirs; "
      "ln /srv/data /srv/d2; mv /srv/d2 /tmp; echo >> /dev/stdout; echo > /dev/null",
      1000, 1001);
  EXPECT_EQ(last_.out, "\n");
  EXPECT_EQ(last_.err, "");
}

TEST_F(OneIdTest, UserOfTheStepCannotMakeDevices) {
  EXPECT_EQ(Layer("mknod /srv/c c 1 3 || echo no; mkfifo /srv/p", 1000, 1001),
            "d srv 0755 1000:1001\np srv/p 0644 1000:1001\n");
  EXPECT_EQ(Out(), "no\n");
}

TEST_F(OneIdTest, ChangeOfUserIsPlayedForAProcessAndItsChildren) {
  EXPECT_EQ(Layer("su app -c 'id -u; touch /srv/a; mkdir /srv/d; echo x > /srv/d/f; "
                  "ln -s x /srv/l; mkfifo /srv/p; sh -c \"touch /srv/child; chown 0 /srv/child\"; "
                  "(sleep 0.2; touch /srv/orphan) &'; id -u; touch /root-file; sleep 1"),
            "root-file 0644 0:0\n"
            "d srv 0755 1000:1001\n"
            "srv/a 0644 1000:1001\n"
            "srv/child 0644 1000:1001\n"
            "d srv/d 0755 1000:1001\n"
            "srv/d/f 0644 1000:1001\n"
            "l srv/l 0777 1000:1001\n"
            "srv/orphan 0644 1000:1001\n"
            "p srv/p 0644 1000:1001\n");
  EXPECT_EQ(Out(), "1000\n0\n");
  EXPECT_NE(last_.err.find("Operation not permitted"), std::string::npos) << last_.err;
}

TEST_F(OneIdTest, SetUserIdProgramsWork) {
  // Busybox itself drops what such a bit gave it.
  const std::string directory = NewDirectory();
  const std::string copy = fmt::format(
      "for f in /usr/bin/id $(ldd /usr/bin/id | grep -o '/[^ ]*'); do mkdir -p {0}/${{f%/*}}; "
      "cp -L $f {0}/$f; done",
      directory);
  ASSERT_EQ(system(copy.c_str()), 0);
  RunRequest request = ShellStep(
      "mkdir /etc; echo 'app:x:1000:1001::/:/bin/sh' > /etc/passwd; cd /usr/bin; cp id uid; "
      "chown 8:8 uid; chmod 4755 uid; cp id gid; chgrp 77 gid; chmod 2755 gid; "
      "su app -c './uid -u; ./gid -g; ./uid -ru; ./id -u'");
  LowerDirs(request).insert(LowerDirs(request).begin(), directory);
  last_ = Run(request);
  EXPECT_EQ(Out(), "8\n77\n1000\n1000\n") << last_.err;
}

TEST_F(OneIdTest, MountsTellTheirOwners) {
  const std::string cache = NewDirectory();
  WriteTestFile(cache + "/old", "x");
  RunRequest request = ShellStep(
      "stat -c '%n %u:%g %a' /cache /cache/old /secret; touch /cache/new; chown 5:6 /cache/old; "
      "stat -c %u:%g /cache/new /cache/old");
  SandboxMount bind;
  bind.source = cache;
  bind.target = "/cache";
  bind.uid = 12;
  bind.gid = 34;
  SandboxMount secret;
  secret.kind = SandboxMount::Kind::kFile;
  secret.target = "/secret";
  secret.mode = 0440;
  secret.uid = 1;
  secret.gid = 2;
  request.mounts = {bind, secret};
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(Run(request).out,
            "/cache 12:34 755\n/cache/old 12:34 644\n/secret 1:2 440\n0:0\n5:6\n");
}

TEST_F(OneIdTest, RacesNeitherHangNorReachOutside) {
  const std::string layer = Layer(
      "mkdir /a /b; (while true; do mv /a /x; ln -s /b /a; rm /a; mv /x /a; done) & k=$!; "
      "(while true; do touch /b/f; chown 5:6 /b/f; rm /b/f; done) & j=$!; "
      "for i in $(seq 300); do chown 7:8 /a/../b/f /a /b /a/f; stat /a /b/f > /dev/null; done; "
      "kill -9 $k $j; wait; true");
  EXPECT_EQ(last_.status(), 0) << layer;
  EXPECT_NE(layer.find("b 0755 7:8\n"), std::string::npos) << layer;
}

TEST_F(OneIdTest, ProcessesKilledInACallDoNoHarm) {
  Layer(
      "for i in $(seq 60); do (while true; do chown 1:1 /srv/data; id -u; done) > /dev/null & "
      "kill -9 $!; done; wait; stat -c %u /etc/shadow");
  EXPECT_EQ(Out(), "0\n") << last_.err;
}

TEST_F(OneIdTest, StopEndsAStepInACall) {
  std::stop_source stop;
  std::thread later([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const StepResult step =
      Run(ShellStep("while true; do chown 3:4 /bin/sh; done 2> /dev/null"), stop.get_token());
  later.join();
  EXPECT_FALSE(step.outcome.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

}  // namespace
}  // namespace cooper
