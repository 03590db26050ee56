#include <utility>
#include <variant>

#include "backends/execute/step_worker.h"
#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/layer/layer_reader.h"

namespace cooper {

Status ApplyFileOp(StepWorker& worker, VertexId vertex_id, VertexId base_id, EntrySink& sink) {
  const Vertex& vertex = worker.catalog.plan().graph.vertex(vertex_id);
  COOPER_ASSIGN_OR_RETURN(const FileTree base, worker.catalog.Tree(base_id));
  const FileOpContext context{base, worker.options.now, [](ContentReader& content) {
                                return OpenArchive(content, ArchiveLimits{});
                              }};

  if (const auto* copy = std::get_if<FileCopyOp>(&vertex.op)) {
    COOPER_ASSIGN_OR_RETURN(const FileTree source, worker.catalog.Tree(vertex.inputs[1].vertex));
    return ApplyCopy(*copy, source, context, sink);
  }
  if (const auto* unpack = std::get_if<FileUnpackOp>(&vertex.op)) {
    COOPER_ASSIGN_OR_RETURN(const FileTree source, worker.catalog.Tree(vertex.inputs[1].vertex));
    return ApplyUnpack(*unpack, source, context, sink);
  }
  if (const auto* mkdir = std::get_if<FileMkdirOp>(&vertex.op)) {
    return ApplyMkdir(*mkdir, context, sink);
  }
  if (const auto* mkfile = std::get_if<FileMkfileOp>(&vertex.op)) {
    return ApplyMkfile(*mkfile, context, sink);
  }
  if (const auto* remove = std::get_if<FileRemoveOp>(&vertex.op)) {
    return ApplyRemove(*remove, context, sink);
  }
  return Error(DiagnosticKind::kUnsupported,
               "`" + std::string(OpName(vertex.op)) + "` cannot be executed yet");
}

Status DoFileStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  LayerCatalog& catalog = worker.catalog;
  const Digest id = catalog.LayerIdOf(step.vertex);
  const VertexId base_vertex = catalog.plan().graph.vertex(step.vertex).inputs[0].vertex;
  COOPER_ASSIGN_OR_RETURN(const FileTree base, catalog.Tree(base_vertex));
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<SnapshotWriter> snapshot,
                          catalog.store().NewSnapshot(id));
  DirectoryWriter files(snapshot->root_fd(), catalog.WriterOptions(&base));
  IndexRecorder recorder(&files);
  StoppableSink sink(recorder, std::move(stop));
  COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, base_vertex, sink));
  COOPER_RETURN_IF_ERROR(files.Finish());
  COOPER_RETURN_IF_ERROR(snapshot->Commit());
  LayerRecord record;
  record.snapshot = true;
  record.created = worker.options.started;
  COOPER_ASSIGN_OR_RETURN(record.index, catalog.store().SaveIndex(recorder.Take()));
  return catalog.Record(step, record);
}

}  // namespace cooper
