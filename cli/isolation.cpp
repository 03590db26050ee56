#include "cli/isolation.h"

#include <fmt/format.h>

#include <utility>

#include "backends/sandbox/ladder/user_namespace.h"

namespace cooper {
namespace {

Result<Footing> Stand(RungChoice choice, const std::string& store_dir) {
  COOPER_ASSIGN_OR_RETURN(Footing footing, ChooseRung(choice, store_dir));
  COOPER_RETURN_IF_ERROR(StepOnto(footing.rung));
  return footing;
}

}  // namespace

SnapshotForm FormOfSnapshots(const Result<Footing>& footing) {
  if (footing.ok() && footing->rung == Rung::kUserns1) return SnapshotForm::kSingle;
  // Overlay marks of the trusted kind take root of the machine, with CAP_SYS_ADMIN.
  const bool trusted = footing.ok() && footing->rung == Rung::kNs && !InUserNamespace();
  return trusted ? SnapshotForm::kTrusted : SnapshotForm::kUser;
}

Isolation::Isolation(RungChoice choice, std::string store_dir)
    : store_dir_(std::move(store_dir)),
      footing_(Stand(choice, store_dir_)),
      form_(FormOfSnapshots(footing_)) {}

Result<Sandbox*> Isolation::Open(std::string* opened) {
  const std::lock_guard lock(mutex_);
  if (!footing_.ok()) return footing_.error();
  if (sandbox_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(sandbox_, OpenSandbox(footing_->rung, store_dir_));
    *opened = Description();
  }
  return sandbox_.get();
}

std::string Isolation::Description() const {
  std::string text = fmt::format("isolation: {}\n", NameOf(footing_->rung));
  for (const std::string& reason : footing_->passed_over) text += fmt::format("  not {}\n", reason);
  for (const std::string& note : sandbox_->notes()) text += fmt::format("  {}\n", note);
  return text;
}

}  // namespace cooper
