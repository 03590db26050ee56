#include "ir/text/url_text.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(SplitUserinfo, TakesUserAndPasswordOutOfTheUrl) {
  const SplitUrl split = SplitUserinfo("https://me:p%40ss@h.example/a?x=b@c");
  EXPECT_EQ(split.url, "https://h.example/a?x=b@c");
  EXPECT_EQ(split.userinfo, "me:p%40ss");
  EXPECT_EQ(SplitUserinfo("https://a@b@h/").userinfo, "a@b");
  EXPECT_EQ(SplitUserinfo("https://@h/").url, "https://h/");
}

TEST(SplitUserinfo, TakesASlashInAPasswordForAPartOfIt) {
  EXPECT_EQ(SplitUserinfo("https://u:p/w@h/x@y").userinfo, "u:p/w");
  EXPECT_EQ(SplitUserinfo("https://u:p/w@h/x@y").url, "https://h/x@y");
  for (const char* url :
       {"https://h:80/a@b", "https://h:/a@b", "https://[::1]/a@b", "https://h:x/a"}) {
    EXPECT_EQ(SplitUserinfo(url).userinfo, "") << url;
  }
}

TEST(SplitUserinfo, LeavesUrlsWithoutAlone) {
  for (const char* url : {"https://h.example/a@b", "https://h?a@b", "h@b:c", ""}) {
    EXPECT_EQ(SplitUserinfo(url).url, url);
    EXPECT_EQ(SplitUserinfo(url).userinfo, "") << url;
  }
}

TEST(HideUserinfo, KeepsEveryColumnOfTheText) {
  EXPECT_EQ(HideUserinfo("ADD https://u:p/w@h/x a@b"), "ADD https://xxxxx@h/x a@b");
  EXPECT_EQ(HideUserinfo("ADD https://me:pw@h/a ftp://u@h [\"http://t@x\"] m@x.org"),
            "ADD https://xxxxx@h/a ftp://x@h [\"http://x@x\"] m@x.org");
  EXPECT_EQ(HideUserinfo("http://"), "http://");
}

TEST(HideUserinfo, TakesWhatIsCutOffForAPassword) {
  EXPECT_EQ(HideUserinfo("ADD https://me:password@h/a", 18), "ADD https://xxxxxx");
  EXPECT_EQ(HideUserinfo("ADD https://h/a/b", 14), "ADD https://h/");
  EXPECT_EQ(HideUserinfo("COPY a@b c", 8), "COPY a@b");
}

TEST(ShownUrl, HasNeitherUserNorQuery) {
  EXPECT_EQ(ShownUrl("https://me:pw@h/a.tar?sig=1#x"), "https://h/a.tar");
}

TEST(PercentDecoded, LeavesWhatIsNoEncodedByte) {
  EXPECT_EQ(PercentDecoded("a%20b%2Fc%2fd"), "a b/c/d");
  EXPECT_EQ(PercentDecoded("100%, %4 %zz%"), "100%, %4 %zz%");
}

TEST(UrlFileName, IsTheLastPartOfThePath) {
  EXPECT_EQ(UrlFileName("https://h/a/b.tar?c=/d#e/f"), "b.tar");
  EXPECT_EQ(UrlFileName("https://h/dir/"), "dir");
  EXPECT_EQ(UrlFileName("https://h/a%20b"), "a b");
}

TEST(UrlFileName, NamesOneFileWhateverThePathIs) {
  EXPECT_EQ(UrlFileName("https://h"), "__unnamed__");
  EXPECT_EQ(UrlFileName("https://h/?x=y"), "__unnamed__");
  EXPECT_EQ(UrlFileName("https://h/.."), "__unnamed__");
  EXPECT_EQ(UrlFileName("https://h/a%2f%2e%2e"), "__unnamed__");
  EXPECT_EQ(UrlFileName("https://h/%2e%2e%2fetc%2fpasswd"), "passwd");
}

}  // namespace
}  // namespace cooper
