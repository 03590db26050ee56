#include "backends/filesystem/tree/user_lookup.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace cooper {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr uint32_t kMaxId = 0x7fffffff;
constexpr std::string_view kPasswd = "/etc/passwd";
constexpr std::string_view kGroup = "/etc/group";

struct PasswdEntry {
  std::string name;
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::string home;
};

Error Unknown(std::string message) { return {DiagnosticKind::kUnknownUser, std::move(message)}; }

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<uint32_t> ParseId(std::string_view text) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (!IsNumber(text) || error != std::errc() || id > kMaxId) return std::nullopt;
  return id;
}

Result<uint32_t> RequireId(std::string_view what, std::string_view text) {
  if (const std::optional<uint32_t> id = ParseId(text)) return *id;
  return Unknown(std::string(what) + " id `" + std::string(text) +
                 "` is out of range; ids are 0 to " + std::to_string(kMaxId));
}

std::string_view TakeUntil(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

// The text of an account file; nothing when it does not exist.
Result<std::optional<std::string>> ReadAccounts(const FileTree& tree, std::string_view file) {
  COOPER_ASSIGN_OR_RETURN(const std::string path, tree.Resolve(file, /*follow_last=*/true));
  const std::optional<TreeEntry> entry = tree.Find(path);
  if (!entry) return std::optional<std::string>();
  if (entry->type != EntryType::kFile) {
    return Unknown("`" + std::string(file) + "` is not a regular file");
  }
  COOPER_ASSIGN_OR_RETURN(std::string text, tree.ReadFile(path, kMaxFileBytes));
  return std::optional<std::string>(std::move(text));
}

// Reads /etc/passwd and /etc/group at most once each, and only when asked.
class Accounts {
 public:
  explicit Accounts(const FileTree& tree) : tree_(tree) {}

  // By name, or by id when `id` is given. Lines that no entry can be read from
  // are passed over, except the one that was asked for by name.
  Result<std::optional<PasswdEntry>> FindUser(std::string_view name, std::optional<uint32_t> id) {
    COOPER_RETURN_IF_ERROR(Load(passwd_, kPasswd));
    std::string_view rest = passwd_.text;
    while (!rest.empty()) {
      std::string_view line = TakeUntil(rest, '\n');
      PasswdEntry entry;
      entry.name = TakeUntil(line, ':');
      TakeUntil(line, ':');
      const std::string_view uid = TakeUntil(line, ':');
      const std::string_view gid = TakeUntil(line, ':');
      TakeUntil(line, ':');
      entry.home = TakeUntil(line, ':');
      if (entry.name.empty() || (!id && entry.name != name)) continue;
      const std::optional<uint32_t> uid_value = ParseId(uid);
      const std::optional<uint32_t> gid_value = ParseId(gid);
      if (!uid_value || !gid_value) {
        if (id) continue;
        return Unknown("the ids of user `" + std::string(name) + "` in `" + std::string(kPasswd) +
                       "` are not numbers from 0 to " + std::to_string(kMaxId));
      }
      if (id && *id != *uid_value) continue;
      entry.uid = *uid_value;
      entry.gid = *gid_value;
      return std::optional<PasswdEntry>(std::move(entry));
    }
    return std::optional<PasswdEntry>();
  }

  Result<PasswdEntry> RequireUser(std::string_view name) {
    COOPER_ASSIGN_OR_RETURN(std::optional<PasswdEntry> entry, FindUser(name, std::nullopt));
    if (entry) return *std::move(entry);
    return Missing("user", name, passwd_, kPasswd);
  }

  // A group given by name or number.
  Result<uint32_t> RequireGroup(std::string_view group) {
    if (IsNumber(group)) return RequireId("group", group);
    COOPER_RETURN_IF_ERROR(Load(group_, kGroup));
    std::string_view rest = group_.text;
    while (!rest.empty()) {
      std::string_view line = TakeUntil(rest, '\n');
      if (TakeUntil(line, ':') != group) continue;
      TakeUntil(line, ':');
      return RequireId("group", TakeUntil(line, ':'));
    }
    return Missing("group", group, group_, kGroup);
  }

  // The groups whose member list names `user`, in the order of the file.
  Result<std::vector<uint32_t>> GroupsOf(std::string_view user) {
    COOPER_RETURN_IF_ERROR(Load(group_, kGroup));
    std::vector<uint32_t> groups;
    std::string_view rest = group_.text;
    while (!rest.empty()) {
      std::string_view line = TakeUntil(rest, '\n');
      TakeUntil(line, ':');
      TakeUntil(line, ':');
      const std::optional<uint32_t> gid = ParseId(TakeUntil(line, ':'));
      bool member = false;
      while (!line.empty() && !member) member = TakeUntil(line, ',') == user;
      if (!gid || !member) continue;
      if (std::find(groups.begin(), groups.end(), *gid) == groups.end()) groups.push_back(*gid);
    }
    return groups;
  }

 private:
  struct File {
    bool loaded = false;
    bool exists = false;
    std::string text;
  };

  Status Load(File& file, std::string_view path) {
    if (file.loaded) return Ok();
    COOPER_ASSIGN_OR_RETURN(std::optional<std::string> text, ReadAccounts(tree_, path));
    file.loaded = true;
    file.exists = text.has_value();
    if (text) file.text = *std::move(text);
    return Ok();
  }

  static Error Missing(std::string_view what, std::string_view name, const File& file,
                       std::string_view path) {
    return Unknown(std::string(what) + " `" + std::string(name) + "` is not in `" +
                   std::string(path) + (file.exists ? "`" : "`, which does not exist") +
                   "; name one that is, or use a number");
  }

  const FileTree& tree_;
  File passwd_;
  File group_;
};

struct UserAndGroup {
  std::string_view user;
  std::string_view group;
};

UserAndGroup Split(std::string_view text) {
  UserAndGroup parts;
  parts.user = TakeUntil(text, ':');
  parts.group = text;
  return parts;
}

}  // namespace

Result<RunUser> LookUpRunUser(const FileTree& tree, std::string_view user) {
  const UserAndGroup parts = Split(user);
  Accounts accounts(tree);
  RunUser run;
  std::optional<PasswdEntry> entry;
  if (parts.user.empty() || IsNumber(parts.user)) {
    if (!parts.user.empty()) {
      COOPER_ASSIGN_OR_RETURN(run.uid, RequireId("user", parts.user));
    }
    COOPER_ASSIGN_OR_RETURN(entry, accounts.FindUser({}, run.uid));
  } else {
    COOPER_ASSIGN_OR_RETURN(entry, accounts.RequireUser(parts.user));
    run.uid = entry->uid;
  }
  if (entry) run.home = entry->home;

  if (!parts.group.empty()) {
    COOPER_ASSIGN_OR_RETURN(run.gid, accounts.RequireGroup(parts.group));
  } else if (!parts.user.empty() && entry) {
    run.gid = entry->gid;
    COOPER_ASSIGN_OR_RETURN(run.groups, accounts.GroupsOf(entry->name));
  }
  std::erase(run.groups, run.gid);
  run.groups.insert(run.groups.begin(), run.gid);
  return run;
}

Result<Owner> LookUpOwner(const FileTree& tree, std::string_view chown) {
  const UserAndGroup parts = Split(chown);
  Accounts accounts(tree);
  Owner owner;
  if (IsNumber(parts.user)) {
    COOPER_ASSIGN_OR_RETURN(owner.uid, RequireId("user", parts.user));
    owner.gid = owner.uid;
  } else if (!parts.user.empty()) {
    COOPER_ASSIGN_OR_RETURN(const PasswdEntry entry, accounts.RequireUser(parts.user));
    owner.uid = entry.uid;
    owner.gid = entry.gid;
  }
  if (!parts.group.empty()) {
    COOPER_ASSIGN_OR_RETURN(owner.gid, accounts.RequireGroup(parts.group));
  }
  return owner;
}

}  // namespace cooper
