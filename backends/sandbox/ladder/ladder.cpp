#include "backends/sandbox/ladder/ladder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/sandbox/ladder/child.h"
#include "backends/sandbox/ladder/container.h"
#include "backends/sandbox/ladder/user_namespace.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr std::string_view kSeccompAdvice =
    "the container's seccomp profile (Docker's default, RuntimeDefault) forbids it; set "
    "seccompProfile to Unconfined";

Error Lacking(std::string_view what) { return Error(DiagnosticKind::kSandbox, std::string(what)); }

Error CallFailed(std::string_view call, std::string_view advice) {
  Error error = ErrnoError(DiagnosticKind::kSandbox, call, errno);
  if (advice.empty() || (errno != EPERM && errno != EACCES)) return error;
  return Lacking(fmt::format("{}; {}", error.message(), advice));
}

// What every step does first; the rest is seen by a trial step (trial_step.h).
Status TryNamespaces() {
  if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    return CallFailed("unshare of mount and pid namespaces", kSeccompAdvice);
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return CallFailed("mount",
                      "a security module such as AppArmor forbids mounts here: use its profile "
                      "`unconfined` for this container");
  }
  return Ok();
}

Status TryNs() {
  if (geteuid() != 0) return Lacking("the process is not root");
  if (!HasCapability(CAP_SYS_ADMIN)) return Lacking("root lacks CAP_SYS_ADMIN");
  if (HasOneId()) return Lacking("root is the only user of its user namespace");
  return TryNamespaces();
}

Status TryUserNamespace(IdModel ids) {
  COOPER_RETURN_IF_ERROR(EnterUserNamespace(ids));
  return TryNamespaces();
}

// The nearest directory above that is there: the store may be made later.
std::string Existing(std::string path) {
  while (path.size() > 1 && access(path.c_str(), F_OK) != 0) {
    const size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos || slash == 0 ? 1 : slash);
  }
  return path.empty() ? "." : path;
}

Status TryDevice(const std::string& store_dir) {
  const std::string path = fmt::format("{}/.cooper-device-{}", Existing(store_dir), getpid());
  if (mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) {
    return CallFailed("mknod of a device", "root lacks CAP_MKNOD, or is root of a user namespace");
  }
  const ScopedFd device(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const int error = errno;
  unlink(path.c_str());
  errno = error;
  if (device.ok()) return Ok();
  return CallFailed("open of a device",
                    "put the store on a file system that is mounted with `dev`");
}

Status NeedRoot(std::initializer_list<std::pair<unsigned, std::string_view>> capabilities) {
  if (geteuid() != 0) return Lacking("the process is not root");
  for (const auto& [capability, name] : capabilities) {
    if (!HasCapability(capability)) return Lacking(fmt::format("root lacks {}", name));
  }
  return Ok();
}

Status TryChroot(const std::string& store_dir) {
  COOPER_RETURN_IF_ERROR(NeedRoot({{CAP_CHOWN, "CAP_CHOWN"},
                                   {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"},
                                   {CAP_FOWNER, "CAP_FOWNER"},
                                   {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"}}));
  if (chroot("/") != 0) return CallFailed("chroot", "");
  return TryDevice(store_dir);
}

// What is asked for by name needs no image of ours, but never a machine's root.
Status TryInplace(bool asked) {
  if (!InContainer()) return Lacking("this is no container, and RUN would change this machine");
  if (!asked && !InOwnContainer()) {
    return Lacking(
        "the container is not of cooper's own image; ask with `--isolation inplace` if its files "
        "may "
        "be lost");
  }
  COOPER_RETURN_IF_ERROR(NeedRoot({{CAP_CHOWN, "CAP_CHOWN"},
                                   {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"},
                                   {CAP_FOWNER, "CAP_FOWNER"}}));
  struct statvfs root;
  if (statvfs("/", &root) != 0) return CallFailed("statvfs of `/`", "");
  if ((root.f_flag & ST_RDONLY) != 0)
    return Lacking("the container's root file system is read-only");
  return Ok();
}

Status Try(Rung rung, bool asked, const std::string& store_dir) {
  switch (rung) {
    case Rung::kNs:
      return TryNs();
    case Rung::kUserns:
      return TryUserNamespace(IdModel::kRange);
    case Rung::kUserns1:
      return TryUserNamespace(IdModel::kSingle);
    case Rung::kChroot:
      return TryChroot(store_dir);
    case Rung::kInplace:
      return TryInplace(asked);
  }
  return Lacking("unknown");
}

// In a container of our own nothing is lost in place, and /proc and all of /dev are there.
std::array<Rung, 5> BestFirst() {
  if (InOwnContainer()) {
    return {Rung::kNs, Rung::kUserns, Rung::kUserns1, Rung::kInplace, Rung::kChroot};
  }
  return {Rung::kNs, Rung::kUserns, Rung::kUserns1, Rung::kChroot, Rung::kInplace};
}

// Says first what is nearest at hand: of root a range of ids, of others one.
Error NoRung(RungChoice choice, const std::vector<std::string>& passed_over) {
  const std::string nearest(NameOf(geteuid() == 0 ? Rung::kUserns : Rung::kUserns1));
  const std::string* shown = &passed_over.front();
  for (const std::string& reason : passed_over) {
    if (reason.starts_with(nearest + ":")) shown = &reason;
  }
  Error error(DiagnosticKind::kSandbox, "RUN cannot be executed here; " + *shown);
  if (!choice) {
    for (const std::string& reason : passed_over) {
      if (&reason != shown) error.Detail(reason);
    }
  }
  return error;
}

}  // namespace

Result<Footing> ChooseRung(RungChoice choice, const std::string& store_dir) {
  Footing footing;
  for (const Rung rung : BestFirst()) {
    if (choice && rung != *choice) continue;
    const Status tried = TryInChild([&] { return Try(rung, choice.has_value(), store_dir); });
    if (tried.ok()) {
      footing.rung = rung;
      return footing;
    }
    footing.passed_over.push_back(fmt::format("{}: {}", NameOf(rung), tried.error().message()));
  }
  return NoRung(choice, footing.passed_over);
}

Status StepOnto(Rung rung) {
  if (rung == Rung::kUserns) return EnterUserNamespace(IdModel::kRange);
  if (rung == Rung::kUserns1) return EnterUserNamespace(IdModel::kSingle);
  return Ok();
}

}  // namespace cooper
