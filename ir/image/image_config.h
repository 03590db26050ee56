// The configuration of an image (OCI image-spec, config.md) with the fields that
// Docker adds: Healthcheck, OnBuild, Shell, ArgsEscaped.

#ifndef COOPER_IR_IMAGE_IMAGE_CONFIG_H_
#define COOPER_IR_IMAGE_IMAGE_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/platform.h"

namespace cooper {

inline constexpr size_t kMaxImageConfigBytes = 4 << 20;

// Durations in nanoseconds, as in the JSON; 0 means "inherit".
struct Healthcheck {
  std::vector<std::string> test;  // {"NONE"}, {"CMD", ...} or {"CMD-SHELL", line}
  int64_t interval_ns = 0;
  int64_t timeout_ns = 0;
  int64_t start_period_ns = 0;
  int64_t start_interval_ns = 0;
  int64_t retries = 0;

  friend bool operator==(const Healthcheck&, const Healthcheck&) = default;
};

// What a container started from the image gets: the `config` object.
struct ContainerConfig {
  std::string user;                     // verbatim, "name:group"
  std::set<std::string> exposed_ports;  // "80/tcp"
  std::vector<std::string> env;         // "KEY=value", in order
  std::optional<std::vector<std::string>> entrypoint;
  std::optional<std::vector<std::string>> cmd;
  std::set<std::string> volumes;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  std::optional<Healthcheck> healthcheck;
  std::vector<std::string> on_build;
  std::vector<std::string> shell;
  bool args_escaped = false;

  friend bool operator==(const ContainerConfig&, const ContainerConfig&) = default;
};

struct HistoryEntry {
  std::string created;  // RFC 3339, UTC; empty when unknown
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;

  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

struct ImageConfig {
  std::string created;
  std::string author;
  Platform platform;
  ContainerConfig config;
  std::vector<Digest> diff_ids;  // bottom layer first
  std::vector<HistoryEntry> history;

  friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

// Unknown keys are dropped; malformed values are an error that names the key.
// Null means absent. Environment entries without `=` are kept as they are.
Result<ImageConfig> ParseImageConfig(std::string_view json);

// Compact JSON, keys in the order of config.md, absent values left out.
std::string ToJson(const ImageConfig& config);

// The value of `name` in "KEY=value" lines; the last one wins.
std::optional<std::string_view> FindEnv(const std::vector<std::string>& env, std::string_view name);
// Replaces in place, or appends.
void SetEnv(std::vector<std::string>& env, std::string_view name, std::string_view value);

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_IMAGE_CONFIG_H_
