#include "cli/flags/output_flag.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(OutputSpec, BarePathIsAnOciTar) {
  const auto spec = ParseOutputSpec("out.tar");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->type, OutputType::kOciTar);
  EXPECT_EQ(spec->destination, "out.tar");
}

TEST(OutputSpec, ReadsTypeDestinationAndQuotedNames) {
  const auto spec = ParseOutputSpec("type=docker,dest=a.tar,\"name=x/y:1,z:2\"");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->type, OutputType::kDockerTar);
  EXPECT_EQ(spec->names, (std::vector<std::string>{"x/y:1", "z:2"}));
}

TEST(OutputSpec, OciWithoutTarIsALayout) {
  EXPECT_EQ(ParseOutputSpec("type=oci,tar=false,dest=d")->type, OutputType::kLayout);
}

TEST(OutputSpec, ReadsWhetherTimestampsAreRewritten) {
  EXPECT_TRUE(ParseOutputSpec("type=oci,dest=d,rewrite-timestamp=true")->rewrite_timestamp);
  EXPECT_FALSE(ParseOutputSpec("type=oci,dest=d")->rewrite_timestamp);
  EXPECT_FALSE(ParseOutputSpec("type=oci,dest=d,rewrite-timestamp=maybe").ok());
}

TEST(OutputSpec, SuggestsTheKeyOrTypeThatWasMeant) {
  EXPECT_EQ(ParseOutputSpec("type=oci,dst=x").error().message(),
            "`--output` does not know the key `dst`; did you mean `dest`?");
  EXPECT_EQ(ParseOutputSpec("type=dcoker,dest=x").error().message(),
            "`--output` does not know the type `dcoker`; did you mean `docker`?");
}

TEST(OutputSpec, ListsKeysOrTypesWhenNoneIsNear) {
  EXPECT_EQ(ParseOutputSpec("type=squashfs,dest=x").error().message(),
            "`--output` does not know the type `squashfs`; there are `oci`, `docker`, `layout`, "
            "`registry`, `image`, `cacheonly`");
  EXPECT_EQ(ParseOutputSpec("type=oci,destination=x").error().message(),
            "`--output` does not know the key `destination`; there are `type`, `dest`, `name`, "
            "`tar`, `push`, `rewrite-timestamp`");
}

TEST(OutputSpec, RefusesWhatItWouldHaveToIgnore) {
  EXPECT_FALSE(ParseOutputSpec("type=registry,dest=x").ok());
  EXPECT_FALSE(ParseOutputSpec("type=oci").ok());
  EXPECT_FALSE(ParseOutputSpec("type=image").ok());
  EXPECT_FALSE(ParseOutputSpec("type=layout,dest=-").ok());
  EXPECT_FALSE(ParseOutputSpec("").ok());
}

}  // namespace
}  // namespace cooper
