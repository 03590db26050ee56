#include "ir/image/image_config.h"

#include <llvm/Support/raw_ostream.h>

#include "ir/image/json_fields.h"

namespace cooper {
namespace {

Status ReadHealthcheck(const JsonFields& parent, std::optional<Healthcheck>& healthcheck) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* object, parent.Object("Healthcheck"));
  if (object == nullptr) return Ok();
  const JsonFields fields(*object, parent.PathOf("Healthcheck"));
  Healthcheck check;
  COOPER_RETURN_IF_ERROR(fields.Read("Test", check.test));
  COOPER_RETURN_IF_ERROR(fields.Read("Interval", check.interval_ns));
  COOPER_RETURN_IF_ERROR(fields.Read("Timeout", check.timeout_ns));
  COOPER_RETURN_IF_ERROR(fields.Read("StartPeriod", check.start_period_ns));
  COOPER_RETURN_IF_ERROR(fields.Read("StartInterval", check.start_interval_ns));
  COOPER_RETURN_IF_ERROR(fields.Read("Retries", check.retries));
  healthcheck = std::move(check);
  return Ok();
}

Status ReadContainerConfig(const JsonFields& parent, ContainerConfig& config) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* object, parent.Object("config"));
  if (object == nullptr) return Ok();
  const JsonFields fields(*object, "config");
  COOPER_RETURN_IF_ERROR(fields.Read("User", config.user));
  COOPER_RETURN_IF_ERROR(fields.Read("ExposedPorts", config.exposed_ports));
  COOPER_RETURN_IF_ERROR(fields.Read("Env", config.env));
  COOPER_RETURN_IF_ERROR(fields.Read("Entrypoint", config.entrypoint));
  COOPER_RETURN_IF_ERROR(fields.Read("Cmd", config.cmd));
  COOPER_RETURN_IF_ERROR(fields.Read("Volumes", config.volumes));
  COOPER_RETURN_IF_ERROR(fields.Read("WorkingDir", config.working_dir));
  COOPER_RETURN_IF_ERROR(fields.Read("Labels", config.labels));
  COOPER_RETURN_IF_ERROR(fields.Read("StopSignal", config.stop_signal));
  COOPER_RETURN_IF_ERROR(ReadHealthcheck(fields, config.healthcheck));
  COOPER_RETURN_IF_ERROR(fields.Read("OnBuild", config.on_build));
  COOPER_RETURN_IF_ERROR(fields.Read("Shell", config.shell));
  COOPER_RETURN_IF_ERROR(fields.Read("ArgsEscaped", config.args_escaped));
  return Ok();
}

Status ReadHistory(const JsonFields& parent, std::vector<HistoryEntry>& history) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Array* array, parent.Array("history"));
  if (array == nullptr) return Ok();
  for (const llvm::json::Value& element : *array) {
    const llvm::json::Object* object = element.getAsObject();
    if (object == nullptr) return parent.Invalid("history", "a list of objects");
    const JsonFields fields(*object, "history");
    HistoryEntry entry;
    COOPER_RETURN_IF_ERROR(fields.Read("created", entry.created));
    COOPER_RETURN_IF_ERROR(fields.Read("created_by", entry.created_by));
    COOPER_RETURN_IF_ERROR(fields.Read("author", entry.author));
    COOPER_RETURN_IF_ERROR(fields.Read("comment", entry.comment));
    COOPER_RETURN_IF_ERROR(fields.Read("empty_layer", entry.empty_layer));
    history.push_back(std::move(entry));
  }
  return Ok();
}

Status ReadRootfs(const JsonFields& parent, std::vector<Digest>& diff_ids) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* object, parent.Object("rootfs"));
  if (object == nullptr) return Ok();
  const JsonFields fields(*object, "rootfs");
  std::string type = "layers";
  COOPER_RETURN_IF_ERROR(fields.Read("type", type));
  if (type != "layers") return fields.Invalid("type", "`layers`");
  return fields.Read("diff_ids", diff_ids);
}

void WriteUnlessEmpty(llvm::json::OStream& json, std::string_view key, const auto& value) {
  if (!value.empty()) WriteAttribute(json, key, value);
}

void WriteNumber(llvm::json::OStream& json, llvm::StringRef key, int64_t value) {
  if (value != 0) json.attribute(key, value);
}

void WriteContainerConfig(llvm::json::OStream& json, const ContainerConfig& config) {
  WriteUnlessEmpty(json, "User", config.user);
  WriteUnlessEmpty(json, "ExposedPorts", config.exposed_ports);
  WriteUnlessEmpty(json, "Env", config.env);
  if (config.entrypoint) WriteAttribute(json, "Entrypoint", *config.entrypoint);
  if (config.cmd) WriteAttribute(json, "Cmd", *config.cmd);
  WriteUnlessEmpty(json, "Volumes", config.volumes);
  WriteUnlessEmpty(json, "WorkingDir", config.working_dir);
  WriteUnlessEmpty(json, "Labels", config.labels);
  WriteUnlessEmpty(json, "StopSignal", config.stop_signal);
  if (config.args_escaped) json.attribute("ArgsEscaped", true);
  if (config.healthcheck) {
    json.attributeObject("Healthcheck", [&] {
      const Healthcheck& check = *config.healthcheck;
      WriteUnlessEmpty(json, "Test", check.test);
      WriteNumber(json, "Interval", check.interval_ns);
      WriteNumber(json, "Timeout", check.timeout_ns);
      WriteNumber(json, "StartPeriod", check.start_period_ns);
      WriteNumber(json, "StartInterval", check.start_interval_ns);
      WriteNumber(json, "Retries", check.retries);
    });
  }
  WriteUnlessEmpty(json, "OnBuild", config.on_build);
  WriteUnlessEmpty(json, "Shell", config.shell);
}

}  // namespace

Result<ImageConfig> ParseImageConfig(std::string_view json) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object object,
                          ParseJsonObject(json, kMaxImageConfigBytes, "image config"));
  const JsonFields fields(object, "");
  ImageConfig config;
  COOPER_RETURN_IF_ERROR(fields.Read("created", config.created));
  COOPER_RETURN_IF_ERROR(fields.Read("author", config.author));
  COOPER_RETURN_IF_ERROR(fields.Read("architecture", config.platform.architecture));
  COOPER_RETURN_IF_ERROR(fields.Read("os", config.platform.os));
  COOPER_RETURN_IF_ERROR(fields.Read("variant", config.platform.variant));
  COOPER_RETURN_IF_ERROR(ReadContainerConfig(fields, config.config));
  COOPER_RETURN_IF_ERROR(ReadRootfs(fields, config.diff_ids));
  COOPER_RETURN_IF_ERROR(ReadHistory(fields, config.history));
  return config;
}

std::string ToJson(const ImageConfig& config) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.object([&] {
    WriteUnlessEmpty(json, "created", config.created);
    WriteUnlessEmpty(json, "author", config.author);
    WriteAttribute(json, "architecture", config.platform.architecture);
    WriteAttribute(json, "os", config.platform.os);
    WriteUnlessEmpty(json, "variant", config.platform.variant);
    json.attributeObject("config", [&] { WriteContainerConfig(json, config.config); });
    json.attributeObject("rootfs", [&] {
      json.attribute("type", "layers");
      json.attributeArray("diff_ids", [&] {
        for (const Digest& diff_id : config.diff_ids) json.value(diff_id.ToString());
      });
    });
    if (config.history.empty()) return;
    json.attributeArray("history", [&] {
      for (const HistoryEntry& entry : config.history) {
        json.object([&] {
          WriteUnlessEmpty(json, "created", entry.created);
          WriteUnlessEmpty(json, "author", entry.author);
          WriteUnlessEmpty(json, "created_by", entry.created_by);
          WriteUnlessEmpty(json, "comment", entry.comment);
          if (entry.empty_layer) json.attribute("empty_layer", true);
        });
      }
    });
  });
  json.flush();
  return text;
}

std::optional<std::string_view> FindEnv(const std::vector<std::string>& env,
                                        std::string_view name) {
  for (size_t i = env.size(); i-- > 0;) {
    const std::string_view entry = env[i];
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
      return entry.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

void SetEnv(std::vector<std::string>& env, std::string_view name, std::string_view value) {
  std::string line = std::string(name) + "=" + std::string(value);
  const std::string_view prefix = std::string_view(line).substr(0, name.size() + 1);
  for (std::string& entry : env) {
    // An entry without `=` is the name alone, and stands for the same variable.
    if (entry.starts_with(prefix) || entry == name) {
      entry = std::move(line);
      return;
    }
  }
  env.push_back(std::move(line));
}

}  // namespace cooper
