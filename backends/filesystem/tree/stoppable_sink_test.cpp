#include "backends/filesystem/tree/stoppable_sink.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "backends/filesystem/tree/string_reader.h"

namespace cooper {
namespace {

// Asks for a stop after the first piece of the first file.
class StoppingSink : public EntrySink {
 public:
  explicit StoppingSink(std::stop_source& stop) : stop_(stop) {}
  Status Add(const TreeEntry&, ContentReader* content) override {
    ++entries;
    while (content != nullptr) {
      std::array<char, 4> piece{};
      COOPER_ASSIGN_OR_RETURN(const size_t count, content->Read(piece));
      if (count == 0) break;
      read.append(piece.data(), count);
      stop_.request_stop();
    }
    return Ok();
  }

  int entries = 0;
  std::string read;

 private:
  std::stop_source& stop_;
};

TEST(StoppableSink, EndsInsideAFileAndTakesNoMoreEntries) {
  std::stop_source stop;
  StoppingSink last(stop);
  StoppableSink sink(last, stop.get_token());
  TreeEntry file;
  file.path = "file";
  file.size_bytes = 12;
  EXPECT_TRUE(sink.Add(PlainDirectory("directory"), nullptr).ok());

  StringReader content("123456789012");
  EXPECT_EQ(sink.Add(file, &content).error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_EQ(last.read, "1234");
  EXPECT_EQ(sink.Add(file, nullptr).error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_EQ(last.entries, 2);
}

}  // namespace
}  // namespace cooper
