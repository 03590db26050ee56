#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "cli/version.h"

namespace cooper {
namespace {

// What CLI11 writes into; turned into the typed options afterwards.
struct RawInput {
  std::string context;
  std::string file;
  std::vector<std::string> build_args;
  std::vector<std::string> labels;
  std::vector<std::string> build_contexts;
  std::vector<std::string> passes;
  std::string dump_ir = "never";
  bool list_passes = false;
};

struct RawBuild {
  std::vector<std::string> outputs;
  std::vector<std::string> tags;
  bool push = false;
  std::string progress = "plain";
};

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

void AddPassFlags(CLI::App& app, InputOptions& input, RawInput& raw) {
  app.add_option("--passes", raw.passes, "Run these planner passes, in this order")
      ->delimiter(',')
      ->group("Compiler");
  app.add_option("--skip-pass", input.planner.skip, "Leave a planner pass out (repeatable)")
      ->delimiter(',')
      ->group("Compiler");
  app.add_option("--dump-ir", raw.dump_ir, "Show the plan between passes: after-change, after-all")
      ->check(CLI::IsMember({"never", "after-change", "after-all"}))
      ->group("Compiler");
  app.add_flag("--time-passes", input.planner.time_passes, "Show the time of each pass")
      ->group("Compiler");
  app.add_flag("--list-passes", raw.list_passes, "List the planner passes and exit")
      ->group("Compiler");
  app.add_flag("--explain", input.explain, "Say what each pass did and why")->group("Compiler");
}

void AddInputFlags(CLI::App& app, InputOptions& input, RawInput& raw) {
  app.add_option("-f,--file", raw.file, "Dockerfile (default: CONTEXT/Dockerfile; - is stdin)");
  app.add_option("--target", input.targets, "Stage to build (default: the last)");
  app.add_option("--build-arg", raw.build_args, "NAME=VALUE for ARG (repeatable)");
  app.add_option("--label", raw.labels, "NAME=VALUE label for the image (repeatable)");
  app.add_option("--build-context", raw.build_contexts,
                 "NAME=DIR | docker-image://REF | oci-layout://DIR[:TAG] (repeatable)");
  app.add_option("--platform", input.platform, "os/arch[/variant] (default: this machine)");
  app.add_option("--frontend", input.frontend, "dockerfile or ir (default: by the file's name)");
  app.add_option("--store", input.store,
                 "Store directory (default: COOPER_STORE, ~/.cache/cooper)");
  app.add_option("--insecure-registry", input.insecure_registries,
                 "Registry host to reach over plain HTTP (repeatable)");
}

Status ReadPairs(const std::vector<std::string>& texts, const std::string& flag,
                 std::map<std::string, std::string>& pairs) {
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(fmt::format("`{} {}`: expected NAME=VALUE", flag, text));
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return Ok();
}

Result<NamedContext> ParseNamedContext(const std::string& name, const std::string& value) {
  constexpr std::string_view kImage = "docker-image://";
  constexpr std::string_view kLayout = "oci-layout://";
  NamedContext context;
  if (value.starts_with(kImage)) {
    context.kind = NamedContext::Kind::kImage;
    context.value = value.substr(kImage.size());
  } else if (value.starts_with(kLayout)) {
    context.kind = NamedContext::Kind::kLayout;
    context.value = value.substr(kLayout.size());
    const size_t colon = context.value.rfind(':');
    const size_t slash = context.value.rfind('/');
    if (colon != std::string::npos && (slash == std::string::npos || colon > slash)) {
      context.tag = context.value.substr(colon + 1);
      context.value.resize(colon);
    }
  } else if (const size_t scheme = value.find("://"); scheme != std::string::npos) {
    return UsageError(
        fmt::format("`--build-context {}={}`: contexts of kind `{}` are not supported yet", name,
                    value, value.substr(0, scheme)));
  } else {
    context.value = value;
  }
  if (context.value.empty()) {
    return UsageError(fmt::format("`--build-context {}=` has no value", name));
  }
  return context;
}

Status FinishInput(const RawInput& raw, const CliEnvironment& environment, InputOptions& input) {
  input.context = raw.context;
  input.dockerfile = raw.file;
  input.planner.passes = raw.passes;
  if (raw.dump_ir == "after-change") input.planner.dump_ir = DumpIr::kAfterChange;
  if (raw.dump_ir == "after-all") input.planner.dump_ir = DumpIr::kAfterAll;
  for (const std::string& text : raw.build_args) {
    COOPER_RETURN_IF_ERROR(AddBuildArg(text, environment, input.build_args));
  }
  COOPER_RETURN_IF_ERROR(ReadPairs(raw.labels, "--label", input.labels));
  std::map<std::string, std::string> contexts;
  COOPER_RETURN_IF_ERROR(ReadPairs(raw.build_contexts, "--build-context", contexts));
  for (const auto& [name, value] : contexts) {
    COOPER_ASSIGN_OR_RETURN(input.named_contexts[name], ParseNamedContext(name, value));
  }
  return Ok();
}

Status FinishBuild(const RawBuild& raw, BuildOptions& build) {
  for (const std::string& text : raw.outputs) {
    COOPER_ASSIGN_OR_RETURN(OutputSpec output, ParseOutputSpec(text));
    output.names.insert(output.names.end(), raw.tags.begin(), raw.tags.end());
    build.outputs.push_back(std::move(output));
  }
  if (raw.push) build.outputs.push_back({OutputType::kRegistry, "", raw.tags});
  if (build.outputs.empty()) {
    return UsageError(
        "the image has nowhere to go; add `--output type=oci,dest=FILE`, `--push -t REF`, or "
        "`--output type=cacheonly` to fill the store alone");
  }
  build.quiet = raw.progress == "quiet";
  return Ok();
}

}  // namespace

Status AddBuildArg(const std::string& text, const CliEnvironment& environment,
                   std::map<std::string, std::string>& arguments) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (name.empty()) return UsageError(fmt::format("`--build-arg {}`: expected NAME=VALUE", text));
  if (equals != std::string::npos) {
    arguments[name] = text.substr(equals + 1);
  } else if (const auto value = environment.variable(name)) {
    arguments[name] = *value;
  }
  return Ok();
}

Result<Command> ParseCommandLine(const std::vector<std::string>& arguments,
                                 const CliEnvironment& environment) {
  CLI::App app("cooper: a compiler for container images", "cooper");
  app.set_version_flag("--version", VersionText());
  app.require_subcommand(1);
  app.footer("Run `cooper VERB --help` for the flags of a verb.");

  BuildOptions build;
  PlanOptions plan;
  CompileOptions compile;
  RawInput raw;
  RawBuild raw_build;
  std::string plan_format = "text";
  std::string emit = "ir";

  CLI::App* build_app = app.add_subcommand("build", "Build an image and write it somewhere");
  build_app->add_option("CONTEXT", raw.context, "Directory that COPY and ADD read")->required();
  AddInputFlags(*build_app, build.input, raw);
  build_app->add_option(
      "-o,--output", raw_build.outputs,
      "type=oci|docker|layout|registry|cacheonly,dest=PATH,name=REF (repeatable)");
  build_app->add_option("-t,--tag", raw_build.tags, "Name for the image (repeatable)");
  build_app->add_flag("--push", raw_build.push, "Push to the registries of the tags");
  build_app->add_flag("--no-cache", build.input.no_cache, "Run every step");
  build_app->add_option("--isolation", build.isolation, "How RUN is isolated: auto, ns, userns");
  build_app->add_option("-j,--jobs", build.jobs, "Steps at a time (default: 4 or more)")
      ->check(CLI::Range(1, 256));
  build_app->add_option("--progress", raw_build.progress, "plain or quiet")
      ->check(CLI::IsMember({"plain", "auto", "quiet"}));
  AddPassFlags(*build_app, build.input, raw);

  CLI::App* plan_app = app.add_subcommand("plan", "Show what a build would do, and why");
  plan_app->add_option("CONTEXT", raw.context, "Directory that COPY and ADD read")->required();
  AddInputFlags(*plan_app, plan.input, raw);
  plan_app->add_flag("--no-cache", plan.input.no_cache, "Plan as if nothing were cached");
  plan_app->add_option("--format", plan_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  AddPassFlags(*plan_app, plan.input, raw);

  CLI::App* compile_app =
      app.add_subcommand("compile", "Show the stages of the compiler for a file");
  compile_app->add_option("FILE", raw.file, "Dockerfile, or graph text (*.ir)")->required();
  compile_app->add_option("--emit", emit, "ir or plan")->check(CLI::IsMember({"ir", "plan"}));
  compile_app->add_flag("--locations", compile.locations, "Print source locations with the graph");
  InputOptions& input = compile.input;
  compile_app->add_option("--target", input.targets, "Stage to compile (default: the last)");
  compile_app->add_option("--build-arg", raw.build_args, "NAME=VALUE for ARG (repeatable)");
  compile_app->add_option("--build-context", raw.build_contexts,
                          "NAME=DIR | docker-image://REF | oci-layout://DIR[:TAG]");
  compile_app->add_option("--platform", input.platform, "os/arch[/variant]");
  compile_app->add_option("--frontend", input.frontend, "dockerfile or ir");
  compile_app->add_option("--store", input.store, "Store directory");
  compile_app->add_option("--insecure-registry", input.insecure_registries,
                          "Registry host to reach over plain HTTP (repeatable)");
  AddPassFlags(*compile_app, input, raw);

  // CLI11 wants the words in reverse order and without the program's name.
  std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  const bool lists_passes = std::find(words.begin(), words.end(), "--list-passes") != words.end();
  if (lists_passes) return Command(ListPassesRequest{});
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::CallForVersion&) {
    return Command(PrintRequest{VersionText() + "\n"});
  } catch (const CLI::CallForHelp&) {
    for (const CLI::App* verb : {build_app, plan_app, compile_app}) {
      if (verb->parsed()) return Command(PrintRequest{verb->help("cooper " + verb->get_name())});
    }
    return Command(PrintRequest{app.help()});
  } catch (const CLI::ParseError& error) {
    std::string help = "cooper --help";
    for (const CLI::App* verb : {build_app, plan_app, compile_app}) {
      if (verb->parsed()) help = "cooper " + verb->get_name() + " --help";
    }
    return UsageError(fmt::format("{}; see `{}`", error.what(), help));
  }

  if (build_app->parsed()) {
    COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, build.input));
    COOPER_RETURN_IF_ERROR(FinishBuild(raw_build, build));
    return Command(std::move(build));
  }
  if (plan_app->parsed()) {
    COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, plan.input));
    plan.format = plan_format == "json" ? PlanFormat::kJson : PlanFormat::kText;
    return Command(std::move(plan));
  }
  if (raw.file.empty()) return UsageError("`cooper compile` needs a FILE");
  COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, compile.input));
  compile.emit = emit == "plan" ? EmitStage::kPlan : EmitStage::kIr;
  return Command(std::move(compile));
}

}  // namespace cooper
