// An HTTP server on a free loopback port that answers as a test says, and
// remembers what it was asked.

#ifndef COOPER_BACKENDS_HTTP_TESTING_SCRIPTED_SERVER_H_
#define COOPER_BACKENDS_HTTP_TESTING_SCRIPTED_SERVER_H_

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace cooper {

struct SeenRequest {
  std::string method;
  std::string target;  // path and query
  std::string head;    // everything up to the body
  std::string body = {};

  // "" if absent; `name` is written as the client writes it.
  std::string Header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

struct ScriptedAnswer {
  int status = 200;
  std::vector<std::string> headers = {};
  std::string body = {};
  size_t claimed_bytes = std::string::npos;  // Content-Length, where it is a lie
};

class ScriptedServer {
 public:
  using Script = std::function<ScriptedAnswer(const SeenRequest&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~ScriptedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string host() const { return fmt::format("127.0.0.1:{}", port_); }
  std::string url() const { return "http://" + host(); }
  std::vector<SeenRequest> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void Serve() {
    while (true) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      Converse(connection);
      close(connection);
    }
  }

  void Converse(int connection) {
    SeenRequest request;
    std::string bytes;
    size_t end = std::string::npos;
    while (end == std::string::npos) {
      if (!Receive(connection, bytes)) return;
      if (bytes[0] == '\x16') return;  // a TLS greeting
      end = bytes.find("\r\n\r\n");
    }
    request.head = bytes.substr(0, end + 2);
    request.body = bytes.substr(end + 4);
    const std::string length = request.Header("Content-Length");
    while (!length.empty() && request.body.size() < std::stoul(length)) {
      if (!Receive(connection, request.body)) return;
    }
    request.method = bytes.substr(0, bytes.find(' '));
    request.target = bytes.substr(request.method.size() + 1);
    request.target.resize(request.target.find(' '));
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
    }
    const ScriptedAnswer answer = script_(request);
    const size_t claimed =
        answer.claimed_bytes == std::string::npos ? answer.body.size() : answer.claimed_bytes;
    std::string text = fmt::format("HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n",
                                   answer.status, claimed);
    for (const std::string& header : answer.headers) text += header + "\r\n";
    text += "\r\n";
    if (request.method != "HEAD") text += answer.body;
    for (size_t sent = 0; sent < text.size();) {
      const ssize_t n = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<size_t>(n);
    }
  }

  static bool Receive(int connection, std::string& bytes) {
    char buffer[4096];
    const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    bytes.append(buffer, static_cast<size_t>(got));
    return true;
  }

  Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  std::thread thread_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_HTTP_TESTING_SCRIPTED_SERVER_H_
