#include "kube/relist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_http_client.h"
#include "support/fake_kube_api.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using Progress = Relist::Progress;

std::string Item(const std::string& version, std::size_t padding = 0) {
  return R"({"metadata":{"name":"e","uid":"u)" + version + R"(","resourceVersion":")" + version +
         R"("},"message":")" + std::string(padding, 'x') + R"("})";
}

std::string Page(const std::string& version, const std::vector<std::string>& items,
                 const std::string& token = "") {
  std::string joined;
  for (const std::string& item : items) joined += (joined.empty() ? "" : ",") + item;
  return R"({"metadata":{"resourceVersion":")" + version + R"(","continue":")" + token +
         R"("},"items":[)" + joined + "]}";
}

class RelistTest : public testing::Test {
 protected:
  Progress Take(const HttpResponse& response) { return relist_->Take(response, decoder_, &error_); }
  Progress Take(const std::string& page) { return Take(FakeResponse(200, page)); }
  std::vector<std::string> Kept() {
    std::vector<std::string> versions;
    for (const Relist::Kept& kept : relist_->TakeKept()) versions.push_back(kept.resume_version);
    return versions;
  }
  void Begin(Relist::Range range, std::size_t bytes) { relist_.emplace("ns", range, bytes); }

  EventDecoder decoder_;
  std::string error_;
  std::optional<Relist> relist_{std::in_place, "ns", Relist::Range{}, std::size_t{1} << 20};
};

TEST_F(RelistTest, AsksForPagesOf500) {
  EXPECT_EQ(relist_->Query().limit, 500);
  EXPECT_EQ(relist_->Query().ns, "ns");
  EXPECT_EQ(Take(Page("9", {Item("3")}, "more")), Progress::kMore);
  EXPECT_EQ(relist_->Query().continue_token, "more");
  EXPECT_EQ(Take(Page("9", {Item("2")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("2", "3"));
  EXPECT_FALSE(relist_->NextPass());
  EXPECT_EQ(relist_->version(), "9");
}

TEST_F(RelistTest, HalvesPagesOverEightMebibytesAndAsksForThemAgain) {
  EXPECT_EQ(Take(Page("9", {Item("1", 9 << 20)}, "second")), Progress::kMore);
  EXPECT_EQ(relist_->Query().limit, 250);
  EXPECT_EQ(relist_->Query().continue_token, "");
  HttpResponse large = FakeResponse(200);
  large.error = HttpError::kTooLarge;
  EXPECT_EQ(Take(large), Progress::kMore);
  EXPECT_EQ(relist_->Query().limit, 125);
  for (int limit : {62, 31, 15, 7, 3, 1}) {
    EXPECT_EQ(Take(large), Progress::kMore);
    EXPECT_EQ(relist_->Query().limit, limit);
  }
  EXPECT_EQ(Take(large), Progress::kFailed);
  EXPECT_EQ(Take(Page("9", {Item("1", 9 << 20)})), Progress::kPass);  // one alone is taken
  EXPECT_THAT(Kept(), ElementsAre("1"));
}

TEST_F(RelistTest, BeginsThePassAgainWhenItsSnapshotIsGone) {
  EXPECT_EQ(Take(Page("9", {Item("3")}, "more")), Progress::kMore);
  EXPECT_EQ(Take(FakeResponse(410)), Progress::kExpired);
  EXPECT_EQ(relist_->Query().continue_token, "");
  EXPECT_EQ(Take(Page("12", {Item("4")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("4"));
}

TEST_F(RelistTest, AFailedPageIsAskedForAgain) {
  EXPECT_EQ(Take(Page("9", {Item("3")}, "more")), Progress::kMore);
  EXPECT_EQ(Take(FakeResponse(503)), Progress::kFailed);
  EXPECT_EQ(Take(FakeFailure(HttpError::kTimeout)), Progress::kFailed);
  EXPECT_EQ(Take("<html>"), Progress::kFailed);
  EXPECT_NE(error_, "");
  EXPECT_EQ(Take(R"({"items":[]})"), Progress::kFailed);
  EXPECT_EQ(error_, "the list has no resourceVersion");
  EXPECT_EQ(relist_->Query().continue_token, "more");
  EXPECT_EQ(Take(Page("9", {Item("4")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("3", "4"));
}

TEST_F(RelistTest, KeepsTheOldestThatFitAndNothingNewerThanWhatItLeftOut) {
  Begin({.newer_than = 1}, 3000);
  // 5 is large: once it is left out, 6 must not be kept although it would fit.
  EXPECT_EQ(Take(Page("9", {Item("4"), Item("5", 2500), Item("3")}, "more")), Progress::kMore);
  EXPECT_EQ(Take(Page("9", {Item("6"), Item("1"), Item("2")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("2", "3", "4"));
  ASSERT_TRUE(relist_->NextPass());
  EXPECT_EQ(Take(Page("10", {Item("4"), Item("5", 2500), Item("6"), Item("7")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("5"));
  ASSERT_TRUE(relist_->NextPass());
  EXPECT_EQ(Take(Page("10", {Item("6"), Item("7")})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("6", "7"));
  EXPECT_FALSE(relist_->NextPass());
}

TEST_F(RelistTest, OneEventIsKeptHoweverLarge) {
  Begin({}, 10);
  EXPECT_EQ(Take(Page("9", {Item("2", 5000), Item("1", 5000)})), Progress::kPass);
  EXPECT_THAT(Kept(), ElementsAre("1"));
  EXPECT_TRUE(relist_->NextPass());
}

}  // namespace
}  // namespace eventer
