#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"

namespace cooper {
namespace {

using InstructionCheckerTest = FileLoweringTest;

TEST_F(InstructionCheckerTest, RefusesNulBytes) {
  std::string text = "FROM base\nLABEL a=\"x_y\"\nCMD [\"a\\u0000b\"]\n";
  text[text.find('_')] = '\0';
  Lower(text);
  EXPECT_EQ(Messages(),
            "2: LABEL has a NUL byte, which no argument can hold\n"
            "3: CMD has a NUL byte, which no argument can hold\n");
}

}  // namespace
}  // namespace cooper
