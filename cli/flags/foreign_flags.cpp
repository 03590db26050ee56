#include "cli/flags/foreign_flags.h"

namespace cooper {
namespace {

struct ForeignFlag {
  std::string_view name;
  std::string_view advice;
};

constexpr std::string_view kKaniko = "it is kaniko's; see `cooper kaniko --help`";
constexpr std::string_view kNotYet = "it is not supported yet";
constexpr std::string_view kStore =
    "it is not supported yet; steps are cached in the directory of `--store`";
constexpr std::string_view kDigest =
    "it is not supported yet; the last message, `image DIGEST`, names the image";

constexpr ForeignFlag kForeignFlags[] = {
    {"--load", "there is no daemon; pipe `--output type=docker,dest=-` into `docker load`"},
    {"--pull", "leave it out: tags are looked up in the registry by every build"},
    {"--quiet", "use `--progress quiet`"},
    {"-q", "use `--progress quiet`"},
    {"--tls-verify", "name the registries of plain HTTP with `--insecure-registry HOST`"},
    {"--cache-from", kStore},
    {"--cache-to", kStore},
    {"--iidfile", kDigest},
    {"--metadata-file", kDigest},
    {"--network", kNotYet},
    {"--add-host", kNotYet},
    {"--annotation", kNotYet},
    {"--provenance", kNotYet},
    {"--sbom", kNotYet},
    {"--squash", kNotYet},
    {"--context", kKaniko},
    {"--dockerfile", kKaniko},
    {"--destination", kKaniko},
    {"--no-push", kKaniko},
    {"--tar-path", kKaniko},
    {"--digest-file", kKaniko},
};

}  // namespace

std::string_view AdviceForForeignFlag(std::string_view flag) {
  for (const ForeignFlag& foreign : kForeignFlags) {
    if (foreign.name == flag) return foreign.advice;
  }
  return {};
}

}  // namespace cooper
