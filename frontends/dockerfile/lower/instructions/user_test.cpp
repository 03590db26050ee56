#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"

namespace cooper {
namespace {

using UserTest = FileLoweringTest;

TEST_F(UserTest, RefusesUsersThatCannotBe) {
  Lower(
      "FROM base\nUSER 4294967295\nUSER -1\nUSER root:a b\nUSER a/b\nUSER a:b:c\n"
      "USER $NONE\nUSER 4294967294:app-1_x\n");
  EXPECT_EQ(Messages(),
            "2: invalid user `4294967295`: an id is a number from 0 to 4294967294; write "
            "`name[:group]` or `uid[:gid]`\n"
            "3: invalid user `-1`: an id is a number from 0 to 4294967294; write `name[:group]` or "
            "`uid[:gid]`\n"
            "4: invalid user `root:a b`: a name has no blanks, control characters, `/` or further "
            "`:`; write `name[:group]` or `uid[:gid]`\n"
            "5: invalid user `a/b`: a name has no blanks, control characters, `/` or further `:`; "
            "write `name[:group]` or `uid[:gid]`\n"
            "6: invalid user `a:b:c`: a name has no blanks, control characters, `/` or further "
            "`:`; write `name[:group]` or `uid[:gid]`\n");
}

}  // namespace
}  // namespace cooper
