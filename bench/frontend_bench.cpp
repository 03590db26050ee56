// Lines of a Dockerfile a second: the syntax tree alone, and the graph.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "frontends/dockerfile/dockerfile_frontend.h"
#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

// The mix that public Dockerfiles have: long RUN lines with continuations and
// comments, some ENV, COPY and ARG, three stages.
constexpr std::string_view kStages = R"(ARG VERSION=1.24
FROM golang:${VERSION} AS build
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download \
    # the modules are a layer of their own
    && go mod verify
COPY --chown=1000:1000 . .
RUN --mount=type=cache,target=/root/.cache \
    set -eux; \
    go build -o /out/app ./cmd/app; \
    strip /out/app
FROM debian:12 AS files
ARG TARGETARCH
LABEL org.opencontainers.image.title="app" \
      org.opencontainers.image.version="${VERSION}"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
FROM scratch
COPY --from=build /out/app /app
COPY --from=files /etc/ssl/certs /etc/ssl/certs
EXPOSE 8080/tcp
USER 1000
HEALTHCHECK --interval=30s CMD ["/app", "-check"]
ENTRYPOINT ["/app"]
)";

// Each copy has stages of its own: a later one of the same name would be meant.
std::string Text(int copies) {
  std::string text;
  for (int copy = 0; copy < copies; ++copy) {
    std::string stages(kStages);
    for (const std::string name : {"build", "files"}) {
      for (const std::string use : {" AS ", "--from="}) {
        const size_t at = stages.find(use + name);
        stages.insert(at + use.size() + name.size(), std::to_string(copy));
      }
    }
    text += stages;
  }
  return text;
}

void CountLines(benchmark::State& state, const std::string& text) {
  const auto lines = std::count(text.begin(), text.end(), '\n');
  state.SetItemsProcessed(state.iterations() * lines);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

void Parse(benchmark::State& state) {
  const std::string text = Text(static_cast<int>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    SourceFiles files;
    DiagnosticEngine diagnostics;
    const uint32_t file = files.Add("Dockerfile", text);
    benchmark::DoNotOptimize(ParseDockerfile(files, file, diagnostics));
  }
  CountLines(state, text);
}
BENCHMARK(Parse)->Arg(1)->Arg(100);

void Compile(benchmark::State& state) {
  const std::string text = Text(static_cast<int>(state.range(0)));
  FakeImageResolver resolver;
  FrontendOptions options;
  for ([[maybe_unused]] auto _ : state) {
    SourceFiles files;
    DiagnosticEngine diagnostics;
    const uint32_t file = files.Add("Dockerfile", text);
    benchmark::DoNotOptimize(
        DockerfileFrontend().Compile(files, file, options, resolver, diagnostics));
    if (diagnostics.has_errors()) state.SkipWithError("the text does not compile");
  }
  CountLines(state, text);
}
BENCHMARK(Compile)->Arg(1)->Arg(100);

}  // namespace
}  // namespace cooper
