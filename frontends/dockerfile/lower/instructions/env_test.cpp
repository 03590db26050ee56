#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"

namespace cooper {
namespace {

using EnvTest = FileLoweringTest;

TEST_F(EnvTest, RefusesNamesThatExpandToNothing) {
  Lower("FROM base\nENV $NONE=1\nARG $NONE\n");
  EXPECT_EQ(Messages(),
            "2: ENV names can not be blank; `$NONE` expands to nothing\n"
            "3: ARG names can not be blank\n");
}

}  // namespace
}  // namespace cooper
