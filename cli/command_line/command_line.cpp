#include "cli/command_line/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/command_line/version.h"
#include "cli/flags/flag_values.h"
#include "cli/flags/grant_flags.h"
#include "cli/flags/limit_flags.h"
#include "cli/flags/output_flag.h"
#include "cli/flags/parse_words.h"
#include "cli/flags/place_flags.h"

namespace cooper {
namespace {

// What the words are stored into; turned into the typed options afterwards.
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
  std::string jobs;  // empty: chosen by the build
  std::string progress = "auto";
  std::string call = "build";
  bool check = false;  // short for --call=check
};

struct RawGrants {
  std::vector<std::string> secrets;
  std::vector<std::string> agents;
  std::vector<std::string> allowed;
};

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

void AddContext(CLI::App& app, RawInput& raw) {
  AddValue(app, "CONTEXT", raw.context, " ", "Directory that COPY and ADD read").required();
}

// The flags that decide what a file means, whichever verb reads it.
void AddMeaningFlags(CLI::App& app, InputOptions& input, RawInput& raw) {
  AddList(app, "--target", input.targets, "STAGE", "Stage to build (default: the last)");
  AddList(app, "--build-arg", raw.build_args, "NAME[=VALUE]",
          "Value of an ARG; without =VALUE that of the\n"
          "variable of this name (repeatable)");
  AddList(app, "--label", raw.labels, "NAME=VALUE", "Label of the image (repeatable)");
  AddList(app, "--build-context", raw.build_contexts, "NAME=DIR",
          "Another context; also NAME=docker-image://REF,\n"
          "NAME=oci-layout://DIR[:TAG] and NAME=URL of a git\n"
          "repository or an archive (repeatable)");
  AddValue(app, "--platform", input.platform, "OS/ARCH",
           "Platform of the image, as in linux/arm64\n"
           "(default: this machine)");
  AddValue(app, "--frontend", input.frontend, "NAME",
           "dockerfile or ir (default: ir for *.ir, else\n"
           "dockerfile)");
  AddPlaceFlags(app, input);
}

void AddPassFlags(CLI::App& app, InputOptions& input, RawInput& raw) {
  const std::string group = "Compiler";
  AddList(app, "--passes", raw.passes, "A,B,...", "Run these planner passes, in this order")
      .delimiter(',')
      ->group(group);
  AddList(app, "--skip-pass", input.planner.skip, "A,B,...", "Leave these planner passes out")
      .delimiter(',')
      ->group(group);
  AddValue(app, "--dump-ir", raw.dump_ir, "WHEN",
           "Show the plan between passes: after-change,\n"
           "after-all or never (default: never)")
      .group(group);
  app.add_flag("--time-passes", input.planner.time_passes, "Show the time of each pass")
      ->group(group);
  app.add_flag("--list-passes", raw.list_passes, "List the planner passes and exit")->group(group);
  app.add_flag("--explain", input.explain, "Say what each pass did and why")->group(group);
}

void AddGrantFlags(CLI::App& app, RawGrants& raw) {
  AddList(app, "--secret", raw.secrets, "id=ID,...",
          "Secret for RUN --mount=type=secret: id=ID,src=FILE\n"
          "or id=ID,env=NAME (repeatable)");
  AddList(app, "--ssh", raw.agents, "ID[=SOCKET]",
          "ssh agent for RUN --mount=type=ssh; `default` is\n"
          "the one of SSH_AUTH_SOCK (repeatable)");
  AddList(app, "--allow", raw.allowed, "POWER",
          "What RUN may ask for: network.host,\n"
          "security.insecure (repeatable)");
}

void AddFile(CLI::App& app, RawInput& raw) {
  AddValue(app, "-f,--file", raw.file, "FILE", "Default: CONTEXT/Dockerfile; - is stdin");
}

Status FinishInput(const RawInput& raw, const CliEnvironment& environment, InputOptions& input) {
  input.context = raw.context;
  input.dockerfile = raw.file;
  input.planner.passes = raw.passes;
  COOPER_ASSIGN_OR_RETURN(input.planner.dump_ir,
                          ParseChoice<DumpIr>("--dump-ir", raw.dump_ir,
                                              {{"never", DumpIr::kNever},
                                               {"after-change", DumpIr::kAfterChange},
                                               {"after-all", DumpIr::kAfterAll}}));
  for (const std::string& text : raw.build_args) {
    COOPER_RETURN_IF_ERROR(AddBuildArg(text, environment, input.build_args));
  }
  for (const std::string& text : raw.labels) {
    COOPER_RETURN_IF_ERROR(AddPair("--label", text, input.labels));
  }
  for (const std::string& text : raw.build_contexts) {
    COOPER_RETURN_IF_ERROR(AddNamedContext(text, input.named_contexts));
  }
  return Ok();
}

Result<GrantOptions> FinishGrants(const RawGrants& raw) {
  GrantOptions grants;
  for (const std::string& text : raw.secrets) COOPER_RETURN_IF_ERROR(AddSecret(text, grants));
  for (const std::string& text : raw.agents) COOPER_RETURN_IF_ERROR(AddAgent(text, grants));
  for (const std::string& text : raw.allowed) COOPER_RETURN_IF_ERROR(AddAllowed(text, grants));
  return grants;
}

Status FinishBuild(const RawBuild& raw, BuildOptions& build) {
  for (const std::string& text : raw.outputs) {
    COOPER_ASSIGN_OR_RETURN(OutputSpec output, ParseOutputSpec(text));
    output.names.insert(output.names.end(), raw.tags.begin(), raw.tags.end());
    build.outputs.push_back(std::move(output));
  }
  if (raw.push) {
    const bool rewrite = !build.outputs.empty() && build.outputs.front().rewrite_timestamp;
    build.outputs.push_back({OutputType::kRegistry, "", raw.tags, rewrite});
  }
  if (build.outputs.empty()) {
    return UsageError(
        "the image has nowhere to go; add `--output type=oci,dest=FILE`, `--push -t REF`, or "
        "`--output type=cacheonly` to fill the store alone");
  }
  if (!raw.jobs.empty()) {
    COOPER_ASSIGN_OR_RETURN(build.jobs, ParseNumber("--jobs", raw.jobs, 1, 256));
  }
  COOPER_ASSIGN_OR_RETURN(build.quiet,
                          ParseChoice<bool>("--progress", raw.progress,
                                            {{"auto", false}, {"plain", false}, {"quiet", true}}));
  for (const OutputSpec& output : build.outputs) {
    if (output.rewrite_timestamp == build.outputs.front().rewrite_timestamp) continue;
    return UsageError(
        "`rewrite-timestamp` must be the same for every `--output`: one build makes one image");
  }
  return Ok();
}

// `--call NAME[,format=FORMAT]`: instead of a build, in the words of docker buildx.
Result<Command> FinishBuildOrCall(const RawBuild& raw, BuildOptions build) {
  enum class Call : uint8_t { kBuild, kCheck, kOutline, kTargets };
  const std::string text = raw.check ? "check" : raw.call;
  const size_t comma = text.find(',');
  std::string format = comma == std::string::npos ? "format=text" : text.substr(comma + 1);
  COOPER_ASSIGN_OR_RETURN(const Call call, ParseChoice<Call>("--call", text.substr(0, comma),
                                                             {{"build", Call::kBuild},
                                                              {"check", Call::kCheck},
                                                              {"outline", Call::kOutline},
                                                              {"targets", Call::kTargets}}));
  COOPER_ASSIGN_OR_RETURN(
      const bool json,
      ParseChoice<bool>("--call", format, {{"format=text", false}, {"format=json", true}}));
  if (call == Call::kBuild) {
    COOPER_RETURN_IF_ERROR(FinishBuild(raw, build));
    return Command(std::move(build));
  }
  if (call == Call::kCheck) {
    CheckOptions check;
    check.input = std::move(build.input);
    check.format = json ? CheckFormat::kJson : CheckFormat::kText;
    check.fail_on = FailOn::kWarning;  // as buildx has it
    return Command(std::move(check));
  }
  return Command(InspectOptions{std::move(build.input), call == Call::kOutline, json});
}

}  // namespace

Result<Command> ParseCommandLine(const std::vector<std::string>& arguments,
                                 const CliEnvironment& environment) {
  CLI::App app("cooper: a compiler for container images", "cooper");
  app.set_version_flag("--version", VersionText());
  app.require_subcommand(1);

  BuildOptions build;
  PlanOptions plan;
  CheckOptions check;
  CompileOptions compile;
  RawInput raw;
  RawBuild raw_build;
  RawGrants raw_grants;
  RawLimits raw_limits;
  std::string plan_format = "text";
  std::string check_format = "text";
  std::string fail_on = "error";
  std::string emit = "ir";

  CLI::App* build_app = app.add_subcommand("build", "Build an image and write it somewhere");
  AddContext(*build_app, raw);
  AddFile(*build_app, raw);
  AddMeaningFlags(*build_app, build.input, raw);
  AddList(*build_app, "-o,--output", raw_build.outputs, "KEY=VALUE,...",
          "type=oci|docker|layout,dest=PATH, or\n"
          "type=registry,name=REF, or type=cacheonly;\n"
          "PATH alone is an OCI tar (repeatable)");
  AddList(*build_app, "-t,--tag", raw_build.tags, "REF", "Name of the image (repeatable)");
  build_app->add_flag("--push", raw_build.push, "Push to the registries of the tags");
  build_app->add_flag("--no-cache", build.input.no_cache, "Run every step");
  AddValue(*build_app, "--isolation", build.isolation, "RUNG",
           "How RUN is isolated: auto, ns, userns, userns1,\n"
           "chroot or inplace (default: auto)");
  AddGrantFlags(*build_app, raw_grants);
  AddValue(*build_app, "-j,--jobs", raw_build.jobs, "N", "Steps at a time (default: 4 or more)");
  AddValue(*build_app, "--progress", raw_build.progress, "HOW",
           "auto, plain or quiet (default: auto)");
  AddValue(*build_app, "--call", raw_build.call, "WHAT",
           "build, or instead: check, outline or targets; with\n,format=json for programs");
  build_app->add_flag("--check", raw_build.check, "The same as --call=check");
  AddLimitFlags(*build_app, raw_limits);
  AddPassFlags(*build_app, build.input, raw);

  CLI::App* plan_app = app.add_subcommand("plan", "Show what a build would do, and why");
  AddContext(*plan_app, raw);
  AddFile(*plan_app, raw);
  AddMeaningFlags(*plan_app, plan.input, raw);
  plan_app->add_flag("--no-cache", plan.input.no_cache, "Plan as if nothing were cached");
  // As for build, so that one list of flags serves both; a plan needs none of it.
  AddGrantFlags(*plan_app, raw_grants);
  AddValue(*plan_app, "--format", plan_format, "FORMAT",
           "text, json, dot, mermaid or markdown\n(default: text)");
  plan_app->add_flag("--detailed-exitcode", plan.detailed_exit_code,
                     "End with 2 when a step would run, 0 when none\nwould, 1 after a fault");
  AddPassFlags(*plan_app, plan.input, raw);

  CLI::App* check_app =
      app.add_subcommand("check", "Look for faults and bad habits in a Dockerfile");
  AddValue(*check_app, "CONTEXT", raw.context, " ",
           "Directory that COPY and ADD read (default: .)");
  AddFile(*check_app, raw);
  AddMeaningFlags(*check_app, check.input, raw);
  AddValue(*check_app, "--format", check_format, "FORMAT",
           "text, json, sarif or gitlab (default: text)");
  AddValue(*check_app, "--output", check.output, "FILE", "Write the report there");
  AddValue(*check_app, "--fail-on", fail_on, "SEVERITY",
           "error, warning or info: the least that gives\nexit code 1 (default: error)");
  check_app->add_flag("--offline", check.offline,
                      "Ask no registry; leave out what needs base images");

  CLI::App* compile_app =
      app.add_subcommand("compile", "Show the stages of the compiler for a file");
  AddValue(*compile_app, "FILE", raw.file, " ", "Dockerfile, or graph text (*.ir)").required();
  AddValue(*compile_app, "--emit", emit, "STAGE", "ast, ir or plan (default: ir)");
  compile_app->add_flag("--locations", compile.locations, "Print source locations with the graph");
  AddMeaningFlags(*compile_app, compile.input, raw);
  AddPassFlags(*compile_app, compile.input, raw);
  // Their flags are read elsewhere; here they are listed and suggested.
  CLI::App* explain_app = app.add_subcommand("explain", "Say what the last build did, and why");
  CLI::App* store_app =
      app.add_subcommand("store", "Look after what builds keep: check, usage, prune");
  CLI::App* image_app =
      app.add_subcommand("image", "Look at images and take them apart: unpack, inspect");
  CLI::App* kaniko_app = app.add_subcommand("kaniko", "Build with the flags of kaniko's executor");
  for (CLI::App* verb :
       {build_app, plan_app, explain_app, check_app, compile_app, store_app, image_app, kaniko_app})
    verb->group("Verbs");
  app.footer(
      "`cooper VERB --help` lists the flags of a verb. A plan, and two builds:\n"
      "  cooper plan .\n"
      "  cooper build --output type=oci,dest=image.tar .\n"
      "  cooper build --push -t registry.example/app:1 .");

  const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  // Needs neither a verb nor a file.
  const bool lists_passes = std::find(words.begin(), words.end(), "--list-passes") != words.end();
  if (lists_passes) return Command(ListPassesRequest{});
  COOPER_ASSIGN_OR_RETURN(const WordsOutcome outcome, ParseWords(app, words));
  if (const auto* help = std::get_if<HelpWanted>(&outcome)) {
    return Command(PrintRequest{help->text});
  }
  if (std::holds_alternative<VersionWanted>(outcome)) {
    return Command(PrintRequest{VersionText() + "\n"});
  }

  if (store_app->parsed()) return UsageError("`store` must be the first word");
  if (explain_app->parsed()) return UsageError("`explain` must be the first word");
  if (image_app->parsed()) return UsageError("`image` must be the first word");
  if (kaniko_app->parsed()) return UsageError("`kaniko` must be the first word");
  if (build_app->parsed()) {
    COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, build.input));
    COOPER_ASSIGN_OR_RETURN(build.grants, FinishGrants(raw_grants));
    COOPER_RETURN_IF_ERROR(FinishLimits(raw_limits, build.input.unpack));
    return FinishBuildOrCall(raw_build, std::move(build));
  }
  if (plan_app->parsed()) {
    COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, plan.input));
    COOPER_RETURN_IF_ERROR(FinishGrants(raw_grants));
    COOPER_ASSIGN_OR_RETURN(plan.format,
                            ParseChoice<PlanFormat>("--format", plan_format,
                                                    {{"text", PlanFormat::kText},
                                                     {"json", PlanFormat::kJson},
                                                     {"dot", PlanFormat::kDot},
                                                     {"mermaid", PlanFormat::kMermaid},
                                                     {"markdown", PlanFormat::kMarkdown}}));
    return Command(std::move(plan));
  }
  if (check_app->parsed()) {
    if (raw.context.empty()) raw.context = ".";
    COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, check.input));
    COOPER_ASSIGN_OR_RETURN(check.format,
                            ParseChoice<CheckFormat>("--format", check_format,
                                                     {{"text", CheckFormat::kText},
                                                      {"json", CheckFormat::kJson},
                                                      {"sarif", CheckFormat::kSarif},
                                                      {"gitlab", CheckFormat::kGitlab}}));
    COOPER_ASSIGN_OR_RETURN(check.fail_on, ParseChoice<FailOn>("--fail-on", fail_on,
                                                               {{"error", FailOn::kError},
                                                                {"warning", FailOn::kWarning},
                                                                {"info", FailOn::kInfo}}));
    return Command(std::move(check));
  }
  COOPER_RETURN_IF_ERROR(FinishInput(raw, environment, compile.input));
  COOPER_ASSIGN_OR_RETURN(compile.emit, ParseChoice<EmitStage>("--emit", emit,
                                                               {{"ast", EmitStage::kAst},
                                                                {"ir", EmitStage::kIr},
                                                                {"plan", EmitStage::kPlan}}));
  return Command(std::move(compile));
}

}  // namespace cooper
