#include "backends/sandbox/request_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::HasSubstr;

RunRequest Minimal() {
  RunRequest request;
  request.args = {"/bin/true"};
  return request;
}

TEST(HostsFile, ListsLocalhostHostnameAndExtraHosts) {
  RunRequest request = Minimal();
  request.hostname = "build";
  request.extra_hosts = {"db=10.0.0.7", "six=fd00::7"};
  EXPECT_EQ(*HostsFile(request),
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
            "127.0.0.1\tbuild\n10.0.0.7\tdb\nfd00::7\tsix\n");
}

TEST(HostsFile, RefusesEntryThatCouldAddLines) {
  RunRequest request = Minimal();
  for (const char* entry : {"db", "=10.0.0.7", "db=", "db=1.2.3.4\n6.6.6.6 registry"}) {
    request.extra_hosts = {entry};
    EXPECT_EQ(HostsFile(request).error().kind(), DiagnosticKind::kInvalidArgument) << entry;
  }
}

TEST(WriteRunnerRequest, RefusesTextWithNul) {
  RunRequest request = Minimal();
  request.env = {std::string("A=b\0c", 5)};
  EXPECT_THAT(WriteRunnerRequest(request, {}).error().message(), HasSubstr("NUL"));
}

TEST(WriteRunnerRequest, RefusesMoreLayersThanOverlayfsTakes) {
  RunRequest request = Minimal();
  std::get<OverlayRoot>(request.root).lower_dirs.assign(500, "/layer");
  EXPECT_EQ(WriteRunnerRequest(request, {}).error().kind(), DiagnosticKind::kLimitExceeded);
}

TEST(WriteRunnerRequest, RefusesStepWithoutCommand) {
  EXPECT_FALSE(WriteRunnerRequest(RunRequest(), {}).ok());
}

}  // namespace
}  // namespace cooper
