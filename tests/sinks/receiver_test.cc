// The receivers that `make run` and the benchmarks send to.
#include "support/receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/chat_page.h"

namespace eventer {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

RecordedRequest Bulk(const std::vector<int>& versions) {
  RecordedRequest request{.method = "POST", .target = "/_bulk?filter_path=errors"};
  for (int version : versions) {
    const std::string number = std::to_string(version);
    request.body += R"({"create":{"_index":"i","_id":"a-b-)" + number + "\"}}\n";
    request.body += R"({"Message":"{\"create\":","Count":)" + number + "}\n";
  }
  return request;
}

TEST(ReceiverTest, BulkAnswerHasAnItemForEachDocument) {
  EXPECT_THAT(
      AnswerOf(ReceiverKind::kElasticsearch, Bulk({1, 2})),
      EndsWith(
          R"({"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]})"));
}

TEST(ReceiverTest, ElasticsearchTellsItsVersionAndHasNoTemplate) {
  const auto answer = [](const char* method, const char* target) {
    return AnswerOf(ReceiverKind::kElasticsearch, {.method = method, .target = target});
  };
  EXPECT_THAT(answer("GET", "/"), HasSubstr(R"("number":"8.)"));
  EXPECT_THAT(answer("GET", "/_index_template/x"), HasSubstr("404"));
  EXPECT_THAT(answer("PUT", "/_index_template/x"), HasSubstr("200"));
}

TEST(ReceiverTest, RobotSaysThatItTookTheMessage) {
  EXPECT_THAT(AnswerOf(ReceiverKind::kDingtalk, {}), HasSubstr(R"({"errcode":0)"));
  EXPECT_THAT(AnswerOf(*ReceiverOf("wecom"), {}), HasSubstr(R"({"errcode":0)"));
  EXPECT_THAT(AnswerOf(*ReceiverOf("feishu"), {}), HasSubstr(R"({"code":0)"));
}

TEST(ReceiverTest, ShowsJsonIndentedAndOtherBodiesAsTheyAre) {
  EXPECT_EQ(ShowRequest({.method = "POST", .target = "/in", .body = R"({"b":1,"a":[]})"}),
            "POST /in\n{\n  \"b\": 1,\n  \"a\": []\n}\n");
  EXPECT_EQ(ShowRequest({.method = "GET", .target = "/in", .body = "text"}), "GET /in\ntext\n");
  EXPECT_EQ(ShowRequest({.method = "GET", .target = "/"}), "GET /\n");
}

TEST(ReceiverTest, ShowsTheFirstDocumentsOfABulkRequest) {
  const std::string shown = ShowRequest(Bulk({1, 2, 3, 4}));
  EXPECT_THAT(shown, HasSubstr("\"Count\": 2"));
  EXPECT_THAT(shown, Not(HasSubstr("\"Count\": 3")));
  EXPECT_THAT(shown, EndsWith("... and 2 documents more\n"));
}

TEST(ReceiverTest, BooksTellWhetherVersionsOnlyGrew) {
  ReceiverBooks books;
  books.Take(ReceiverKind::kElasticsearch, {.method = "GET", .target = "/"}, {});
  books.Take(ReceiverKind::kElasticsearch, Bulk({9, 10}), {});
  EXPECT_THAT(books.Text(), HasSubstr("requests 1\nevents 2\n"));
  EXPECT_THAT(books.Text(), HasSubstr("in_order yes"));
  books.Take(ReceiverKind::kElasticsearch, Bulk({10}), {});
  EXPECT_THAT(books.Text(), HasSubstr("in_order no"));
}

TEST(ReceiverTest, RateCountsFromTheFirstAnswer) {
  ReceiverBooks books;
  const SteadyTime begin(std::chrono::hours(1));
  for (int i = 0; i <= 10; ++i) {
    books.Take(ReceiverKind::kWebhook, {.method = "POST"}, begin + i * milliseconds(100));
  }
  EXPECT_EQ(books.Text(), "requests 11\nevents 11\nevents_per_second 10\n");
}

TEST(ChatPageTest, ShowsWhatTheGroupSees) {
  const auto message = ReadDingtalkMessage(
      R"-({"msgtype":"markdown","markdown":{"title":"t","text":"#### A **b** <x>\n\n> it\\_is [here](http://h/)"}})-");
  ASSERT_TRUE(message.has_value());
  const std::string page = ChatPage({*message});
  EXPECT_NE(page.find("<h4>A <b>b</b> &lt;x&gt;</h4>"), std::string::npos) << page;
  EXPECT_NE(page.find(R"-(<blockquote>it_is <a href="http://h/">here</a></blockquote>)-"),
            std::string::npos)
      << page;
}

TEST(ChatPageTest, ATextIsShownAsItIs) {
  const auto message =
      ReadDingtalkMessage(R"({"msgtype":"text","text":{"content":"Level:Warning \n**x**"}})");
  ASSERT_TRUE(message.has_value());
  EXPECT_NE(ChatPage({*message}).find("Level:Warning <br>\n**x**<br>"), std::string::npos);
}

TEST(ChatPageTest, WhatIsNoMessageIsNone) {
  for (const char* body : {"", "[]", "{}", R"({"msgtype":"image"})"}) {
    EXPECT_FALSE(ReadDingtalkMessage(body).has_value()) << body;
  }
}

}  // namespace
}  // namespace eventer
