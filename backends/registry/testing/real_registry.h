// Debian's docker-registry on a free loopback port, for as long as the object lives.

#ifndef COOPER_BACKENDS_REGISTRY_TESTING_REAL_REGISTRY_H_
#define COOPER_BACKENDS_REGISTRY_TESTING_REAL_REGISTRY_H_

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "backends/filesystem/testing/temporary_directory.h"

namespace cooper {

// A loopback port that nobody listens on.
inline uint16_t FreeLoopbackPort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) abort();
  return ntohs(address.sin_port);
}

class RealRegistry {
 public:
  static constexpr const char* kProgram = "/usr/bin/docker-registry";
  static constexpr const char* kHtpasswd = "/usr/bin/htpasswd";
  // Whether the programs are there; tests skip otherwise.
  static bool Installed() { return access(kProgram, X_OK) == 0 && access(kHtpasswd, X_OK) == 0; }

  // With a user, everything needs that user's password. Null when it does not start.
  static std::unique_ptr<RealRegistry> Start(const std::string& user = "",
                                             const std::string& password = "") {
    auto registry = std::unique_ptr<RealRegistry>(new RealRegistry);
    return registry->Launch(user, password) ? std::move(registry) : nullptr;
  }
  ~RealRegistry() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  RealRegistry(const RealRegistry&) = delete;
  RealRegistry& operator=(const RealRegistry&) = delete;

  std::string host() const { return fmt::format("127.0.0.1:{}", port_); }

 private:
  RealRegistry() = default;

  bool Launch(const std::string& user, const std::string& password) {
    port_ = FreeLoopbackPort();
    std::string config = fmt::format(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
        "storage: {{filesystem: {{rootdirectory: {0}/data}}}}\nhttp: {{addr: '127.0.0.1:{1}'}}\n",
        directory_, port_);
    if (!user.empty()) {
      const std::string file = directory_ + "/htpasswd";
      const pid_t pid = Spawn({kHtpasswd, "-Bbn", "-C", "4", user, password}, file);
      int status = 0;
      if (waitpid(pid, &status, 0) != pid || status != 0) return false;
      config += fmt::format("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", file);
    }
    std::ofstream(directory_ + "/config.yml") << config;
    pid_ = Spawn({kProgram, "serve", directory_ + "/config.yml"}, directory_ + "/log");
    for (int i = 0; i < 200; ++i) {
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) break;
      if (Answers()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  bool Answers() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool answers = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return answers;
  }

  static pid_t Spawn(const std::vector<std::string>& args, const std::string& output) {
    std::vector<char*> argv;
    for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
      const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      const int none = open("/dev/null", O_RDWR);
      dup2(none, 0);
      dup2(out, 1);
      dup2(none, 2);
      execv(argv[0], argv.data());
      _exit(127);
    }
    return pid;
  }

  const TemporaryDirectory temporary_;
  const std::string directory_ = temporary_.path();
  uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_TESTING_REAL_REGISTRY_H_
