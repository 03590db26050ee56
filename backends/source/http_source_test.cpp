#include "backends/source/http_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/http/testing/scripted_server.h"
#include "backends/source/testing/memory_store.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kModified = "Last-Modified: Wed, 01 Jan 2020 00:00:00 GMT";

class HttpSourceTest : public testing::Test {
 protected:
  SourceHttpOp Op(const ScriptedServer& server, const std::string& path = "/a.txt") {
    return {.url = server.url() + path, .checksum = std::nullopt, .filename = "a.txt"};
  }

  MemoryStore store_;
  HttpSource source_{store_};
};

TEST_F(HttpSourceTest, BringsAFileAndItsTimeIntoTheStore) {
  ScriptedServer server(
      [](const SeenRequest&) { return ScriptedAnswer{.headers = {kModified}, .body = "hello"}; });
  const auto file = source_.Update(Op(server), "", {});
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file->digest, Digest::Of("hello"));
  EXPECT_EQ(file->mtime, 1577836800u);
  EXPECT_TRUE(store_.HasBlob(file->digest));
}

TEST_F(HttpSourceTest, AsksAgainWithAStrongValidator) {
  ScriptedServer server([](const SeenRequest& request) {
    if (request.Header("If-None-Match") == "\"1\"") return ScriptedAnswer{.status = 304};
    return ScriptedAnswer{.headers = {kModified, "ETag: \"1\""}, .body = "hello"};
  });
  const SourceHttpOp op = Op(server);
  EXPECT_FALSE(source_.Recall(op, "", {}));
  ASSERT_TRUE(source_.Update(op, "", {}).ok());
  const auto again = source_.Update(op, "", {});
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(again->digest, Digest::Of("hello"));
  EXPECT_EQ(again->mtime, 1577836800u);
  const auto recalled = source_.Recall(op, "", {});
  ASSERT_TRUE(recalled);
  EXPECT_EQ(recalled->digest, Digest::Of("hello"));
  EXPECT_EQ(server.seen().back().method, "HEAD");
}

TEST_F(HttpSourceTest, TrustsNeitherWeakValidatorsNorDates) {
  ScriptedServer server([](const SeenRequest& request) {
    EXPECT_EQ(request.Header("If-None-Match"), "");
    EXPECT_EQ(request.Header("If-Modified-Since"), "");
    return ScriptedAnswer{.headers = {kModified, "ETag: W/\"1\""}, .body = "hello"};
  });
  ASSERT_TRUE(source_.Update(Op(server), "", {}).ok());
  EXPECT_FALSE(source_.Recall(Op(server), "", {}));
  ASSERT_TRUE(source_.Update(Op(server), "", {}).ok());
  EXPECT_EQ(server.seen().size(), 2u);
}

TEST_F(HttpSourceTest, StartsOverWhenAServerEndsEarly) {
  int requests = 0;
  ScriptedServer server([&](const SeenRequest& request) {
    EXPECT_EQ(request.Header("Range"), "");
    if (++requests == 1) return ScriptedAnswer{.body = "ol", .claimed_bytes = 3};
    return ScriptedAnswer{.body = "new"};
  });
  const auto file = source_.Update(Op(server), "", {});
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file->digest, Digest::Of("new"));
}

TEST_F(HttpSourceTest, RefusesAPartOfAFile) {
  ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 206, .headers = {"Content-Range: bytes 0-1/9"}, .body = "he"};
  });
  const auto file = source_.Update(Op(server), "", {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind(), DiagnosticKind::kDownload);
}

TEST_F(HttpSourceTest, TellsAMissingFileFromAServerThatFails) {
  ScriptedServer server([](const SeenRequest& request) {
    return ScriptedAnswer{.status = request.target.starts_with("/none") ? 404 : 500};
  });
  const auto missing = source_.Update(Op(server, "/none?sig=secret"), "", {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), DiagnosticKind::kMissingSource);
  EXPECT_EQ(missing.error().message(),
            "`" + server.url() + "/none` is not on the server: HTTP 404");
  EXPECT_EQ(server.seen().size(), 1u) << "a second try would change nothing";

  const auto failed = source_.Update(Op(server), "", {});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().kind(), DiagnosticKind::kDownload);
  EXPECT_THAT(failed.error().message(), HasSubstr("HTTP 500"));
  EXPECT_EQ(server.seen().size(), 4u) << "two more tries";
}

TEST_F(HttpSourceTest, FetchesWhatHasAChecksumOnce) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "hello"}; });
  SourceHttpOp op = Op(server);
  op.checksum = Digest::Of("hello");
  ASSERT_TRUE(source_.Fetch(op, "", {}).ok());
  ASSERT_TRUE(source_.Fetch(op, "", {}).ok());
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST_F(HttpSourceTest, KeepsNothingOfAFileWithAnotherChecksum) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "other"}; });
  SourceHttpOp op = Op(server);
  op.checksum = Digest::Of("hello");
  const Status status = source_.Fetch(op, "", {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kInvalidFlag);
  EXPECT_THAT(status.error().message(), HasSubstr("checksum mismatch"));
  EXPECT_FALSE(store_.HasBlob(Digest::Of("other")));
}

TEST_F(HttpSourceTest, SendsCredentialsAndShowsNone) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.status = 401}; });
  const auto file = source_.Update(Op(server), "me:p%40ss", {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(server.seen()[0].Header("Authorization"), "Basic bWU6cEBzcw==");  // me:p@ss
  EXPECT_THAT(file.error().message(), Not(HasSubstr("ss`")));
  EXPECT_THAT(file.error().message(), Not(HasSubstr("p%40")));
}

TEST_F(HttpSourceTest, SendsNoPasswordOverPlainHttp) {
  SourceHttpOp op;
  op.url = "http://files.example/a";
  const auto file = source_.Update(op, "me:secret", {});
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind(), DiagnosticKind::kInvalidArgument);
  EXPECT_THAT(file.error().message(), Not(HasSubstr("secret")));
}

TEST_F(HttpSourceTest, EndsWhenItIsStopped) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "hello"}; });
  std::stop_source stop;
  stop.request_stop();
  const auto file = source_.Update(Op(server), "", stop.get_token());
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind(), DiagnosticKind::kInterrupted);
}

TEST_F(HttpSourceTest, ShowsOneFileOfTheContract) {
  SourceHttpOp op;
  op.url = "https://h/dir/a%20b.txt";
  op.pin = *store_.PutBlob("hello");
  op.mtime = 1577836800;
  const auto tree = OpenHttpTree(op, store_);
  ASSERT_TRUE(tree.ok());
  const auto entry = tree->Find("a b.txt");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->mode, 0600u);
  EXPECT_EQ(entry->uid, 0u);
  EXPECT_EQ(entry->size_bytes, 5u);
  EXPECT_EQ(entry->mtime.seconds, 1577836800);
  EXPECT_EQ(*tree->ReadFile("a b.txt", 10), "hello");
}

}  // namespace
}  // namespace cooper
