#include "frontends/dockerfile/operands/git_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::HasSubstr;

std::string Fault(std::string_view text) {
  const Result<GitSource> source = ParseGitSource(text);
  return source.ok() ? "none" : source.error().message();
}

TEST(GitSource, TellsRepositoriesFromFiles) {
  for (const char* text : {"https://h/a.git", "http://h/a.git#v1:docs", "https://h/a.git?tag=v1",
                           "git://h/a", "ssh://git@h/a", "git@h:a.git", "me@my-host:~/a"}) {
    EXPECT_TRUE(IsGitUrl(text)) << text;
  }
  for (const char* text : {"https://h/a.tar", "https://h/a?x=.git", "a.git", "./git@h:a", "a b@h:c",
                           "git@h:", "@h:a", "h:a@b"}) {
    EXPECT_FALSE(IsGitUrl(text)) << text;
  }
}

TEST(GitSource, ReadsTheFragment) {
  const Result<GitSource> source = ParseGitSource("https://h/a.git#v1:docs/../x");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->op.url, "https://h/a.git");
  EXPECT_EQ(source->op.ref, "v1");
  EXPECT_EQ(source->op.subdir, "x");
  EXPECT_FALSE(source->keep_git_dir.has_value());
}

TEST(GitSource, KeepsCredentialsApartFromTheUrl) {
  const Result<GitSource> source = ParseGitSource("https://me:secret@h/a.git#v1");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->op.url, "https://h/a.git");
  EXPECT_EQ(source->userinfo, "me:secret");
  EXPECT_EQ(ParseGitSource("ssh://git@h/a")->op.url, "ssh://git@h/a");
}

TEST(GitSource, ReadsTheQuery) {
  const Result<GitSource> source = ParseGitSource(
      "git@h:a.git?branch=a%2Fb&subdir=%2Fdocs&commit=c0ffee&keep-git-dir&submodules=0"
      "&mtime=commit&fetch-by-commit=true");
  ASSERT_TRUE(source.ok()) << source.error().message();
  EXPECT_EQ(source->op.url, "git@h:a.git");
  EXPECT_EQ(source->op.ref, "refs/heads/a/b");
  EXPECT_EQ(source->op.subdir, "docs");
  EXPECT_EQ(source->op.checksum, "c0ffee");
  EXPECT_TRUE(source->op.keep_git_dir);
  EXPECT_TRUE(source->op.skip_submodules);
  EXPECT_TRUE(source->op.commit_mtime);
  EXPECT_TRUE(source->op.fetch_by_commit);
}

TEST(GitSource, ClampsTheDirectoryToTheRepository) {
  EXPECT_EQ(ParseGitSource("git://h/a#:../../etc")->op.subdir, "etc");
  EXPECT_EQ(ParseGitSource("git://h/a#:..")->op.subdir, "");
}

TEST(GitSource, RefusesContradictions) {
  EXPECT_THAT(Fault("git://h/a?tag=v1#v2"), HasSubstr("`tag` conflicts with the fragment"));
  EXPECT_THAT(Fault("git://h/a?tag=v1&branch=b"), HasSubstr("`branch` conflicts with the tag"));
  EXPECT_THAT(Fault("git://h/a?subdir=x#v1:y"), HasSubstr("`subdir` is `x`"));
  EXPECT_THAT(Fault("git://h/a?tag=a&tag=b"), HasSubstr("given twice"));
  EXPECT_THAT(Fault("git://h/a?commit=aaaa&checksum=bbbb"), HasSubstr("differ"));
}

TEST(GitSource, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Fault("git://h/a?barnch=x"), HasSubstr("did you mean `branch`?"));
  EXPECT_THAT(Fault("git://h/a?mtime=now"), HasSubstr("`checkout` and `commit`"));
  EXPECT_THAT(Fault("git://h/a?submodules=maybe"), HasSubstr("write `true` or `false`"));
  EXPECT_THAT(Fault("git://h/a?commit=HEAD"), HasSubstr("hexadecimal"));
  EXPECT_THAT(Fault("git://h/a?fetch-by-commit"), HasSubstr("needs the commit"));
}

}  // namespace
}  // namespace cooper
