#include "backends/layer/pax_records.h"

#include "backends/layer/testing/tar_builder.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

TEST(PaxRecords, ReadsWhatItKnowsAndLeavesTheRest) {
  const auto records = ParsePaxRecords(
      PaxRecord("path", "a/b") + PaxRecord("size", "12") + PaxRecord("mtime", "5.5") +
      PaxRecord("comment", "x=y\n") + PaxRecord("SCHILY.xattr.user.k", std::string_view("\0=", 2)));
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->path, "a/b");
  EXPECT_EQ(records->size_bytes, 12U);
  EXPECT_EQ(records->mtime, (FileTime{5, 500'000'000}));
  EXPECT_EQ(records->xattrs.at("user.k"), std::string("\0=", 2));
}

TEST(PaxRecords, CountsNanosecondsUpwardsBefore1970) {
  EXPECT_EQ(ParsePaxRecords(PaxRecord("mtime", "-1.25"))->mtime, (FileTime{-2, 750'000'000}));
  EXPECT_EQ(ParsePaxRecords(PaxRecord("mtime", "-0.5"))->mtime, (FileTime{-1, 500'000'000}));
  EXPECT_EQ(ParsePaxRecords(PaxRecord("mtime", "-3"))->mtime, (FileTime{-3, 0}));
}

TEST(PaxRecords, TheLastRecordCountsAndAnEmptyOneTakesBack) {
  EXPECT_EQ(ParsePaxRecords(PaxRecord("path", "a") + PaxRecord("path", "b"))->path, "b");
  EXPECT_FALSE(ParsePaxRecords(PaxRecord("path", "a") + PaxRecord("path", ""))->path.has_value());
}

TEST(PaxRecords, RefusesMalformedRecords) {
  for (const std::string_view text :
       {"999999999 path=x\n", "0 path=x\n", "-5 path=x\n", "12 pathxxxxx\n", "9 path=x", "path=x\n",
        "11 path=xy\n11 p", "\n\n\n", "18446744073709551626 path=x\n", " 9 path=x\n", "5 =x\n"}) {
    EXPECT_FALSE(ParsePaxRecords(text).ok()) << text;
  }
}

TEST(PaxRecords, RefusesValuesThatMakeNoSense) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"size", "-1"},
                                                        {"size", "1e3"},
                                                        {"size", "99999999999999999999"},
                                                        {"mtime", "nan"},
                                                        {"mtime", "1e400"},
                                                        {"mtime", "--1"},
                                                        {"path", std::string("a\0b", 3)},
                                                        {"uid", "x"},
                                                        {"SCHILY.xattr.", "v"}}) {
    EXPECT_FALSE(ParsePaxRecords(PaxRecord(key, value)).ok()) << key << "=" << value;
  }
}

}  // namespace
}  // namespace cooper
