#include "ir/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace cooper {
namespace {

Error Fault(std::string message) { return Error(DiagnosticKind::kStore, std::move(message)); }

Result<std::unique_ptr<int>> Halved(int value) {
  if (value % 2 != 0) return Fault("odd");
  return std::make_unique<int>(value / 2);
}

Result<int> Quartered(int value) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Halved(value));
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<int> quarter, Halved(*half));
  return *quarter;
}

Status Check(int value) {
  COOPER_RETURN_IF_ERROR(Quartered(value));
  return Ok();
}

TEST(Result, HandsValuesThatOnlyMoveOn) {
  ASSERT_TRUE(Quartered(12).ok());
  EXPECT_EQ(*Quartered(12), 3);
}

TEST(Result, ReturnsTheErrorOfAnInnerCall) {
  ASSERT_FALSE(Quartered(6).ok());
  EXPECT_EQ(Quartered(6).error().message(), "odd");
  EXPECT_TRUE(Check(4).ok());
  EXPECT_FALSE(Check(6).ok());
}

TEST(Error, KeepsTheInnermostPlaceAndPutsContextInFront) {
  Error error = Fault("full");
  const SourceRange inner{0, {3, 1}, {3, 5}};
  error.At(inner).At({0, {1, 1}, {1, 2}}).Within("layer").Within("step 2");
  EXPECT_EQ(error.range(), inner);
  EXPECT_EQ(error.message(), "step 2: layer: full");
}

TEST(ErrnoError, EndsInTheReasonInLowerCase) {
  EXPECT_EQ(ErrnoError(DiagnosticKind::kStore, "cannot open `/x`", ENOENT).message(),
            "cannot open `/x`: no such file or directory");
}

TEST(ErrnoError, BlamesTheMachineAndNotWhoGaveTheInput) {
  for (const int number : {EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT, EIO, EROFS}) {
    for (const DiagnosticKind kind : {DiagnosticKind::kContext, DiagnosticKind::kUsage}) {
      EXPECT_EQ(ErrnoError(kind, "cannot open `/x`", number).kind(), DiagnosticKind::kEnvironment);
    }
    // A kind that says more is kept.
    EXPECT_EQ(ErrnoError(DiagnosticKind::kStore, "x", number).kind(), DiagnosticKind::kStore);
  }
  for (const int number : {ENOENT, EACCES, ELOOP, ENAMETOOLONG}) {
    EXPECT_EQ(ErrnoError(DiagnosticKind::kContext, "x", number).kind(), DiagnosticKind::kContext);
  }
  EXPECT_EQ(ErrnoError(DiagnosticKind::kContext, "cannot open `/x`", EMFILE).message(),
            "cannot open `/x`: too many open files; raise the limit of open files");
}

}  // namespace
}  // namespace cooper
