#include "ir/graph/text/graph_printer.h"

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <utility>
#include <variant>

#include "ir/graph/enum_names.h"
#include "ir/graph/op_fields.h"
#include "ir/graph/target_fields.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

std::string FormatValue(std::string_view, const std::string& value) { return Quoted(value); }

template <typename List>
std::string FormatList(const List& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    if (text.size() > 1) text += ", ";
    text += Quoted(value);
  }
  return text + "]";
}
std::string FormatValue(std::string_view, const std::vector<std::string>& values) {
  return FormatList(values);
}
std::string FormatValue(std::string_view, const std::set<std::string>& values) {
  return FormatList(values);
}

template <std::integral T>
std::string FormatValue(std::string_view name, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else {
    return name == "mode" ? fmt::format("{:#o}", value) : fmt::format("{}", value);
  }
}

std::string FormatValue(std::string_view, const Digest& value) { return value.ToString(); }
std::string FormatValue(std::string_view, const Platform& value) {
  return Quoted(value.ToString());
}
template <NamedEnum E>
std::string FormatValue(std::string_view, E value) {
  return std::string(NameOf(value));
}

// Each field as text; an absent optional has none.
struct FormattedField {
  std::string_view name;
  std::optional<std::string> text;
};

class FieldFormatter {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& member) {
    fields.push_back({name, FormatValue(name, member)});
  }
  template <typename T>
  void operator()(std::string_view name, const std::optional<T>& member) {
    fields.push_back({name, member ? std::optional(FormatValue(name, *member)) : std::nullopt});
  }

  std::vector<FormattedField> fields;
};

// The fields of `value` that differ from those of a fresh one.
template <typename T, typename VisitAll>
std::vector<FormattedField> ChangedFields(const T& value, VisitAll&& visit_all) {
  static const std::vector<FormattedField> kDefaults = [&] {
    FieldFormatter defaults;
    visit_all(T{}, defaults);
    return std::move(defaults.fields);
  }();
  FieldFormatter actual;
  visit_all(value, actual);
  for (size_t i = 0; i < actual.fields.size(); ++i) {
    if (actual.fields[i].text == kDefaults[i].text) actual.fields[i].text.reset();
  }
  std::erase_if(actual.fields, [](const FormattedField& field) { return !field.text; });
  return std::move(actual.fields);
}

// " name=value" of each.
std::string FieldsText(const std::vector<FormattedField>& fields) {
  std::string text;
  for (const FormattedField& field : fields) {
    text += fmt::format(" {}={}", field.name, *field.text);
  }
  return text;
}

class Printer {
 public:
  Printer(const BuildGraph& graph, GraphPrintOptions options) : graph_(graph), options_(options) {}

  std::string Print() && {
    text_ = fmt::format("graph version={}\n", kGraphTextVersion);
    for (const Vertex& vertex : graph_.vertices()) PrintVertex(vertex);
    for (const Target& target : graph_.targets()) PrintTarget(target);
    return std::move(text_);
  }

 private:
  // A graph that is not valid is printed as well, to show what is wrong with it.
  std::string NameOfVertex(VertexId id) const {
    return "%" + (id < graph_.size() ? graph_.vertex(id).name : "?");
  }

  void PrintVertex(const Vertex& vertex) {
    text_ += fmt::format("%{} = {}", vertex.name, OpName(vertex.op));
    auto fields = std::visit(
        [](const auto& op) {
          return ChangedFields(op,
                               [](const auto& value, auto& visit) { VisitFields(value, visit); });
        },
        vertex.op);
    if (!fields.empty() && fields.front().name == kPositional) {
      text_ += " " + *fields.front().text;
      fields.erase(fields.begin());
    }

    const ExecOp* exec = std::get_if<ExecOp>(&vertex.op);
    size_t own_inputs = vertex.inputs.size();
    if (exec != nullptr) {
      for (const Mount& mount : exec->mounts) {
        if (mount.input && own_inputs > 0) --own_inputs;
      }
    }
    for (size_t i = 0; i < own_inputs; ++i) {
      text_ += (i == 0 ? " (" : ", ") + NameOfVertex(vertex.inputs[i].vertex);
    }
    if (own_inputs > 0) text_ += ")";

    text_ += FieldsText(fields);
    if (options_.metadata) PrintMetadata(vertex.metadata);
    if (exec != nullptr && !exec->mounts.empty()) {
      text_ += " {\n";
      for (const Mount& mount : exec->mounts) PrintMount(vertex, mount);
      text_ += "}";
    }
    text_ += "\n";
  }

  void PrintMetadata(const VertexMetadata& metadata) {
    for (size_t i = 0; i < metadata.ranges.size(); ++i) {
      const SourceRange& range = metadata.ranges[i];
      const auto& names = graph_.source_names();
      text_ += fmt::format("{}{}:{}:{}-{}:{}", i == 0 ? " loc(" : ", ",
                           Quoted(range.file < names.size() ? names[range.file] : ""),
                           range.begin.line, range.begin.column, range.end.line, range.end.column);
    }
    if (!metadata.ranges.empty()) text_ += ")";
    if (!metadata.display_name.empty()) text_ += " display=" + Quoted(metadata.display_name);
  }

  void PrintMount(const Vertex& vertex, const Mount& mount) {
    text_ += fmt::format("  mount {}", NameOf(mount.type));
    if (mount.input) {
      const bool exists = *mount.input < vertex.inputs.size();
      text_ += " from=" + NameOfVertex(exists ? vertex.inputs[*mount.input].vertex : UINT32_MAX);
    }
    text_ += FieldsText(ChangedFields(
        mount, [](const Mount& value, auto& visit) { VisitMountFields(value, visit); }));
    text_ += "\n";
  }

  void PrintTarget(const Target& target) {
    text_ += fmt::format("target {} = {}", Quoted(target.name), NameOfVertex(target.root.vertex));
    if (target.platform != Platform{}) {
      text_ += " platform=" + Quoted(target.platform.ToString());
    }
    std::string block;
    const auto line = [&](const std::string& content) { block += "  " + content + "\n"; };
    for (const FormattedField& field : ChangedFields(
             target, [](const Target& value, auto& visit) { VisitTargetFields(value, visit); })) {
      line(fmt::format("{} = {}", field.name, *field.text));
    }
    if (target.epoch_of) line("epoch_of = " + NameOfVertex(*target.epoch_of));
    for (const auto& [key, value] : target.config.labels) {
      line(fmt::format("label {} = {}", Quoted(key), Quoted(value)));
    }
    if (target.config.healthcheck) {
      line("healthcheck" + FieldsText(ChangedFields(*target.config.healthcheck,
                                                    [](const Healthcheck& value, auto& visit) {
                                                      VisitHealthcheckFields(value, visit);
                                                    })));
    }
    for (const TargetHistory& entry : target.history) {
      std::string text = "history " + Quoted(entry.created_by);
      if (entry.layer) text += " = " + NameOfVertex(*entry.layer);
      text += FieldsText(ChangedFields(entry, [](const TargetHistory& value, auto& visit) {
        VisitHistoryFields(value, visit);
      }));
      line(text);
    }
    text_ += block.empty() ? "\n" : " config {\n" + block + "}\n";
  }

  const BuildGraph& graph_;
  const GraphPrintOptions options_;
  std::string text_;
};

}  // namespace

std::string PrintGraph(const BuildGraph& graph, GraphPrintOptions options) {
  return Printer(graph, options).Print();
}

}  // namespace cooper
