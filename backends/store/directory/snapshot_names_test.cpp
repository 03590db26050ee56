#include "backends/store/directory/snapshot_names.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

const Digest kLayer = Digest::Of("layer");

TEST(SnapshotName, IsReadAsItIsWritten) {
  for (const SnapshotForm form : kSnapshotForms) {
    const auto name = SnapshotName::Parse(SnapshotName{.layer_id = kLayer, .form = form}.Text());
    ASSERT_TRUE(name.has_value());
    EXPECT_EQ(name->layer_id, kLayer);
    EXPECT_EQ(name->form, form);
  }
  EXPECT_EQ((SnapshotName{.layer_id = kLayer, .form = SnapshotForm::kSingle}.Text()),
            kLayer.Hex() + ".single");
}

TEST(SnapshotName, IsNoOtherName) {
  for (const std::string& text :
       {std::string(), std::string("x"), kLayer.Hex() + ".", kLayer.Hex() + ".other",
        kLayer.Hex() + ".user.single", "." + kLayer.Hex(), kLayer.Hex().substr(1)}) {
    EXPECT_FALSE(SnapshotName::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace cooper
