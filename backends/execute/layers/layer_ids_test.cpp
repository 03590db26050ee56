#include "backends/execute/layers/layer_ids.h"

#include <gtest/gtest.h>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

class LayerIdsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::Open(directory_ / "store");
    ASSERT_TRUE(opened.ok());
    store_ = std::move(*opened);
  }
  Step StepOf(VertexId vertex, StepKind kind, StepState state) {
    Step step;
    step.vertex = vertex;
    step.kind = kind;
    step.state = state;
    step.key = key_;
    return step;
  }
  std::map<VertexId, Digest> Choose(std::vector<Step> steps, bool no_cache = false) {
    BuildPlan plan;
    plan.steps = std::move(steps);
    LayerIds ids(*store_);
    return *ChooseLayerIds(plan, ids, no_cache);
  }

  const Digest key_ = Digest::Of("key");
  const Digest old_ = Digest::Of("old layer");
  TestDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(LayerIdsTest, AnswerStaysForTheBuildWhenAnotherBuildRecordsANewerLayer) {
  LayerIds ids(*store_);
  ASSERT_TRUE(store_->PutResult(key_, old_).ok());
  EXPECT_EQ(*ids.Find(key_), old_);
  ASSERT_TRUE(store_->PutResult(key_, Digest::Of("newer layer")).ok());
  EXPECT_EQ(*ids.Find(key_), old_);
  EXPECT_EQ(*LayerIds(*store_).Find(key_), Digest::Of("newer layer"));
}

TEST_F(LayerIdsTest, CachedStepsKeepTheirLayer) {
  ASSERT_TRUE(store_->PutResult(key_, old_).ok());
  const auto chosen = Choose({StepOf(1, StepKind::kRun, StepState::kCached),
                              StepOf(1, StepKind::kLayer, StepState::kRun)});
  EXPECT_EQ(chosen.at(1), old_);
}

TEST_F(LayerIdsTest, WhatRunsAgainMakesANewLayer) {
  ASSERT_TRUE(store_->PutResult(key_, old_).ok());
  const std::vector<Step> steps = {StepOf(1, StepKind::kRun, StepState::kRun),
                                   StepOf(1, StepKind::kLayer, StepState::kRun)};
  const auto first = Choose(steps);
  EXPECT_NE(first.at(1), old_);
  EXPECT_NE(first.at(1), Choose(steps).at(1));
}

TEST_F(LayerIdsTest, WithoutCacheALayerWithoutFilesOnDiskIsNewToo) {
  ASSERT_TRUE(store_->PutResult(key_, old_).ok());
  const std::vector<Step> steps = {StepOf(1, StepKind::kLayer, StepState::kRun)};
  EXPECT_EQ(Choose(steps).at(1), old_);
  EXPECT_NE(Choose(steps, /*no_cache=*/true).at(1), old_);
}

TEST_F(LayerIdsTest, TwoVerticesOfOneKeyDoNotShareALayerThatBothMake) {
  const auto chosen = Choose(
      {StepOf(1, StepKind::kRun, StepState::kRun), StepOf(2, StepKind::kRun, StepState::kRun)});
  EXPECT_NE(chosen.at(1), chosen.at(2));
}

}  // namespace
}  // namespace cooper
