#include "frontends/dockerfile/operands/git_source.h"

#include <fmt/format.h>
#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "frontends/dockerfile/operands/path.h"
#include "ir/text/text.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

constexpr std::string_view kKeys[] = {
    "ref",    "tag",          "branch",     "subdir", "checksum",
    "commit", "keep-git-dir", "submodules", "mtime",  "fetch-by-commit"};

using Query = std::map<std::string, std::string, std::less<>>;

Error Invalid(std::string message) {
  return Error(DiagnosticKind::kInvalidArgument, std::move(message));
}

bool IsUserAtHost(std::string_view text) {
  const size_t at = text.find('@');
  const size_t colon = text.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || at > colon) return false;
  const auto is_name = [](std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return llvm::isAlnum(c) || c == '-' || c == '_' || c == '.';
    });
  };
  return is_name(text.substr(0, at)) && is_name(text.substr(at + 1, colon - at - 1)) &&
         colon + 1 < text.size();
}

// `%2F` and `+` as in any query.
std::string Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hex = text[i] == '%' && i + 2 < text.size() && llvm::isHexDigit(text[i + 1]) &&
                     llvm::isHexDigit(text[i + 2]);
    if (hex) {
      out += static_cast<char>(llvm::hexFromNibbles(text[i + 1], text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Result<Query> ParseQuery(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t equals = pair.find('=');
    const std::string key = Decoded(pair.substr(0, equals));
    if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys)) {
      const std::optional<std::string_view> nearest = NearestName(key, kKeys);
      return Invalid(fmt::format("unexpected query `{}`{}", key,
                                 nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
    }
    std::string value = equals == std::string_view::npos ? "" : Decoded(pair.substr(equals + 1));
    if (!query.emplace(key, std::move(value)).second) {
      return Invalid(fmt::format("query `{}` is given twice; give it once", key));
    }
  }
  return query;
}

// Present without a value is true.
Result<std::optional<bool>> BoolOf(const Query& query, std::string_view key) {
  const auto found = query.find(key);
  if (found == query.end()) return std::optional<bool>();
  const std::string& value = found->second;
  if (value.empty() || value == "1" || value == "true") return std::optional<bool>(true);
  if (value == "0" || value == "false") return std::optional<bool>(false);
  return Invalid(fmt::format("query `{}` is `{}`; write `true` or `false`", key, value));
}

// A branch, tag or commit; at most one of fragment and query may name it.
Status ReadRef(const Query& query, std::string_view fragment, SourceGitOp& op) {
  std::string_view named = fragment.empty() ? "" : "fragment";
  op.ref = fragment;
  for (const auto& [key, prefix] : {std::pair<std::string_view, std::string_view>("ref", ""),
                                    {"tag", "refs/tags/"},
                                    {"branch", "refs/heads/"}}) {
    const auto found = query.find(key);
    if (found == query.end() || found->second.empty()) continue;
    if (!named.empty()) return Invalid(fmt::format("`{}` conflicts with the {}", key, named));
    named = key;
    op.ref = std::string(prefix) + found->second;
  }
  return Ok();
}

Status ReadSubdir(const Query& query, std::string_view fragment, SourceGitOp& op) {
  const auto found = query.find("subdir");
  const std::string_view subdir = found == query.end() ? std::string_view() : found->second;
  if (!fragment.empty() && !subdir.empty() && fragment != subdir) {
    return Invalid(
        fmt::format("`subdir` is `{}` in the query and `{}` behind `#`", subdir, fragment));
  }
  // Clamped to the repository, as every path of a source is.
  const std::string clean = CleanSource(fragment.empty() ? subdir : fragment);
  if (clean != ".") op.subdir = clean;
  return Ok();
}

Status ReadChecksum(const Query& query, SourceGitOp& op) {
  for (const std::string_view key : {"checksum", "commit"}) {
    const auto found = query.find(key);
    if (found == query.end()) continue;
    if (!IsCommitPrefix(found->second)) {
      return Invalid(
          fmt::format("`{}` is `{}`; it is a commit's name, or its beginning, in "
                      "hexadecimal digits",
                      key, found->second));
    }
    if (!op.checksum.empty() && op.checksum != found->second) {
      return Invalid("`checksum` and `commit` differ; give one of them");
    }
    op.checksum = found->second;
  }
  return Ok();
}

}  // namespace

bool IsGitUrl(std::string_view text) {
  if (text.starts_with("git://") || text.starts_with("ssh://")) return true;
  if (text.starts_with("http://") || text.starts_with("https://")) {
    return text.substr(0, text.find_first_of("#?")).ends_with(".git");
  }
  return IsUserAtHost(text);
}

bool IsCommitPrefix(std::string_view text) {
  return text.size() >= 4 && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<GitSource> ParseGitSource(std::string_view text) {
  GitSource source;
  const size_t hash = text.find('#');
  const std::string_view fragment =
      hash == std::string_view::npos ? std::string_view() : text.substr(hash + 1);
  std::string_view url = text.substr(0, hash);
  const size_t mark = url.find('?');
  const std::string_view query_text =
      mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
  source.op.url = url.substr(0, mark);
  if (url.starts_with("http")) {
    SplitUrl split = SplitUserinfo(source.op.url);
    source.op.url = std::move(split.url);
    source.userinfo = std::move(split.userinfo);
  }

  const size_t colon = fragment.find(':');
  COOPER_ASSIGN_OR_RETURN(const Query query, ParseQuery(query_text));
  COOPER_RETURN_IF_ERROR(ReadRef(query, fragment.substr(0, colon), source.op));
  COOPER_RETURN_IF_ERROR(ReadSubdir(
      query, colon == std::string_view::npos ? std::string_view() : fragment.substr(colon + 1),
      source.op));
  COOPER_RETURN_IF_ERROR(ReadChecksum(query, source.op));
  COOPER_ASSIGN_OR_RETURN(source.keep_git_dir, BoolOf(query, "keep-git-dir"));
  COOPER_ASSIGN_OR_RETURN(const std::optional<bool> submodules, BoolOf(query, "submodules"));
  COOPER_ASSIGN_OR_RETURN(const std::optional<bool> by_commit, BoolOf(query, "fetch-by-commit"));
  source.op.keep_git_dir = source.keep_git_dir.value_or(false);
  source.op.skip_submodules = !submodules.value_or(true);
  source.op.fetch_by_commit = by_commit.value_or(false);
  if (const auto mtime = query.find("mtime"); mtime != query.end()) {
    if (mtime->second != "commit" && mtime->second != "checkout") {
      return Invalid(
          fmt::format("query `mtime` is `{}`; there are `checkout` and `commit`", mtime->second));
    }
    source.op.commit_mtime = mtime->second == "commit";
  }
  if (source.op.fetch_by_commit && source.op.checksum.empty()) {
    return Invalid("`fetch-by-commit` needs the commit; add `commit=`");
  }
  return source;
}

}  // namespace cooper
