#include "backends/sandbox/relay/socket_relay.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

using testing::HasSubstr;

sockaddr_un Address(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

// Until the other side says that this is all.
std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    text.append(buffer, static_cast<size_t>(size));
  }
  return text;
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    text.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

class SocketRelayTest : public testing::Test {
 protected:
  SocketRelayTest() {
    const sockaddr_un address = Address(directory_ / "host");
    listener_ = ScopedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    EXPECT_EQ(listen(listener_.get(), 64), 0);
  }

  Result<std::unique_ptr<SocketRelay>> Start(const std::string& to, SocketOwner owner = {}) {
    return SocketRelay::Start(directory_fd_.get(), "step", owner, to);
  }

  // Answers `connections` one after the other with what they said, backwards.
  std::thread AnswerBackwards(int connections) {
    return std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) {
        const ScopedFd one(accept(listener_.get(), nullptr, nullptr));
        std::string text = ReadAll(one.get());
        EXPECT_TRUE(WriteAll(one.get(), std::string(text.rbegin(), text.rend())));
      }
    });
  }

  ScopedFd Connect() {
    const sockaddr_un address = Address(directory_ / "step");
    ScopedFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    return client;
  }

  std::string Ask(const std::string& question) {
    const ScopedFd client = Connect();
    std::thread writer([&] {
      EXPECT_TRUE(WriteAll(client.get(), question));
      shutdown(client.get(), SHUT_WR);
    });
    std::string answer = ReadAll(client.get());
    writer.join();
    return answer;
  }

  TestDirectory directory_;
  ScopedFd directory_fd_{open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  ScopedFd listener_;
};

TEST_F(SocketRelayTest, CarriesBytesBothWaysAndTellsTheEnd) {
  const auto relay = Start(directory_ / "host");
  ASSERT_TRUE(relay.ok()) << relay.error().message();
  std::thread host = AnswerBackwards(2);
  EXPECT_EQ(Ask("question"), "noitseuq");
  std::string much;
  for (int i = 0; i < 100'000; ++i) much += std::to_string(i);
  EXPECT_EQ(Ask(much), std::string(much.rbegin(), much.rend()));
  host.join();
}

TEST_F(SocketRelayTest, ServesConnectionsSideBySide) {
  const auto relay = Start(directory_ / "host");
  ASSERT_TRUE(relay.ok());
  const ScopedFd first = Connect();  // says nothing, and is in nobody's way
  const ScopedFd waiting(accept(listener_.get(), nullptr, nullptr));
  std::thread host = AnswerBackwards(1);
  EXPECT_EQ(Ask("ab"), "ba");
  host.join();
}

TEST_F(SocketRelayTest, SocketHasOwnerAndMode) {
  const auto relay = Start(directory_ / "host", {.mode = 0620, .uid = geteuid(), .gid = getegid()});
  ASSERT_TRUE(relay.ok());
  struct stat status{};
  ASSERT_EQ(stat((directory_ / "step").c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0620u);
  EXPECT_EQ(status.st_uid, geteuid());
}

TEST_F(SocketRelayTest, EndsItsConnections) {
  auto relay = Start(directory_ / "host");
  ASSERT_TRUE(relay.ok());
  const ScopedFd client = Connect();
  const ScopedFd host(accept(listener_.get(), nullptr, nullptr));
  relay->reset();
  EXPECT_EQ(ReadAll(client.get()), "");
  EXPECT_EQ(ReadAll(host.get()), "");
}

TEST_F(SocketRelayTest, HostThatIsGoneEndsTheConnection) {
  const auto relay = Start(directory_ / "host");
  ASSERT_TRUE(relay.ok());
  listener_.Close();
  EXPECT_EQ(ReadAll(Connect().get()), "");
}

TEST_F(SocketRelayTest, RefusesWhatIsNoSocket) {
  WriteTestFile(directory_ / "key", "a key");
  const auto key = Start(directory_ / "key");
  ASSERT_FALSE(key.ok());
  EXPECT_THAT(key.error().message(), HasSubstr("is not a socket"));
  const auto nothing = Start(directory_ / "nothing");
  ASSERT_FALSE(nothing.ok());
  EXPECT_THAT(nothing.error().message(), HasSubstr("no such file"));
}

}  // namespace
}  // namespace cooper
