#include "backends/sandbox/resolv_conf.h"

#include <fstream>

namespace cooper {
namespace {

constexpr size_t kLimitBytes = 64 << 10;

}  // namespace

std::string ReadResolvConf() {
  std::string text(kLimitBytes, '\0');
  std::ifstream file("/etc/resolv.conf", std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace cooper
