// DingTalk messages that are made to be read.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sinks/http_sink_fixture.h"
#include "support/local_zone.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class DingTalkCardTest : public HttpSinkTest {
 protected:
  json BodyOf(const std::string& options, std::size_t events = 1) {
    Make("dingtalk:https://h/s?access_token=s3cret" + options);
    client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, R"({"errcode":0})"); });
    Export(std::vector(events, WarningEvent("a *b*")));
    return json::parse(LastRequest().body.text());
  }
  const LocalZone zone_{"UTC"};
};

TEST_F(DingTalkCardTest, ACardHasAButtonForItsLink) {
  const json body = BodyOf("&msg_type=card&cluster=prod&label=k&link=https://c/{{.Reason}}");
  EXPECT_EQ(body, json::parse(R"({"msgtype":"actionCard","msgUuid":"605abd8a-2875","actionCard":{
      "title":"⚠ BackOff · shop/cart-1","singleTitle":"Open","singleURL":"https://c/BackOff",
      "text":"label[0]: **k**\n\n#### ⚠ BackOff · shop/cart-1\n\nCluster: **prod**\n\nNamespace: **shop**\n\nObject: **Pod/cart-1**\n\nReason: **BackOff**\n\nWhen: **7 times, last 2026-11-23 04:33:10**\n\n> a \\*b\\*"}})"));
}

TEST_F(DingTalkCardTest, WithoutALinkACardIsMarkdown) {
  const json body = BodyOf("&msg_type=card");
  EXPECT_EQ(body["msgtype"], "markdown");
  EXPECT_EQ(body["markdown"]["title"], "⚠ BackOff · shop/cart-1");
  EXPECT_THAT(std::string(body["markdown"]["text"]), StartsWith("#### ⚠ BackOff · shop/cart-1"));
}

TEST_F(DingTalkCardTest, APlainStyleHasTheSameWordsInMarkdownAndText) {
  EXPECT_THAT(
      std::string(BodyOf("&msg_type=markdown&style=plain&link=https://c")["markdown"]["text"]),
      testing::EndsWith("> a \\*b\\*\n\n[Open](https://c)"));
  EXPECT_EQ(BodyOf("&style=plain&link=https://c")["text"]["content"],
            "⚠ BackOff · shop/cart-1\nNamespace: shop\nObject: Pod/cart-1\nReason: BackOff\n"
            "When: 7 times, last 2026-11-23 04:33:10\na *b*\nhttps://c");
}

TEST_F(DingTalkCardTest, ATemplateIsTheWholeTextBehindTheLabels) {
  const TempDir dir;
  dir.Write("t", "{{.Reason}}!");
  EXPECT_EQ(BodyOf("&label=k&template_file=" + dir.Path("t"))["text"]["content"], "k\nBackOff!");
}

TEST_F(DingTalkCardTest, ADigestOfACardIsMarkdown) {
  const json body = BodyOf("&msg_type=card&link=https://c&cluster=prod", 41);
  EXPECT_EQ(body["msgtype"], "markdown");
  EXPECT_EQ(body["markdown"]["title"], "Kubernetes events of prod");
  EXPECT_THAT(std::string(body["markdown"]["text"]), HasSubstr("41 × **BackOff** · shop/cart"));
}

TEST_F(DingTalkCardTest, MentionsAreInTheTextToo) {
  const json people = {{"atMobiles", {"138", "139"}}, {"atUserIds", {"u1"}}, {"isAtAll", false}};
  const std::string options = "&at_mobiles=138,139&at_user_ids=u1";
  json body = BodyOf(options);
  EXPECT_EQ(body["at"], people);
  EXPECT_THAT(std::string(body["text"]["content"]), testing::EndsWith("a *b*\n@138 @139 @u1"));
  body = BodyOf(options + "&msg_type=card&link=https://c");
  EXPECT_EQ(body["at"], people);
  EXPECT_THAT(std::string(body["actionCard"]["text"]), testing::EndsWith("\n\n@138 @139 @u1"));
  body = BodyOf(options, 41);
  EXPECT_THAT(std::string(body["text"]["content"]), testing::EndsWith("\n@138 @139 @u1"));
  EXPECT_EQ(BodyOf("&at_all=true")["at"]["isAtAll"], true);
}

TEST_F(DingTalkCardTest, NormalEventsMentionNobody) {
  Make("dingtalk:https://h/s?access_token=s3cret&level=Normal&at_all=true");
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, R"({"errcode":0})"); });
  auto event = std::make_shared<Event>(*WarningEvent());
  event->type = "Normal";
  Export(EventPtr(event));
  EXPECT_FALSE(json::parse(LastRequest().body.text()).contains("at"));
}

TEST_F(DingTalkCardTest, AMentionSurvivesATextThatIsCut) {
  Make("dingtalk:https://h/s?access_token=s3cret&at_user_ids=u1");
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, R"({"errcode":0})"); });
  Export(WarningEvent(std::string(9000, 'x')));
  const std::string text = json::parse(LastRequest().body.text())["text"]["content"];
  EXPECT_THAT(text, testing::EndsWith("x…\n@u1"));
  EXPECT_LE(text.size(), 5002u);
}

TEST_F(DingTalkCardTest, WhatIsWrongIsSaidInOneLine) {
  const TempDir dir;
  dir.Write("bad", "a\n{{.Reason");
  const std::pair<std::string, std::string> rows[] = {
      {"&style=fancy", "option style must be one of"},
      {"&at_all=maybe", "option at_all"},
      {"&at_mobiles=138x", "option at_mobiles must be telephone numbers"},
      {"&at_user_ids=a%20b", "option at_user_ids must be user ids"},
      {"&link=https://c", "option link needs style=plain or msg_type=card"},
      {"&msg_type=card&link={{.Reason", "option link is no template"},
      {"&template_file=/no/such", "option template_file cannot be read"},
      {"&template_file=" + dir.Path("bad"), "option template_file is no template"},
      {"&template_file=/a&template_configmap=b", "option template_file must not be given with"},
      {"&template_configmap=", "option template_configmap needs a name"},
  };
  for (const auto& [options, said] : rows) {
    const std::string error = ErrorOf("dingtalk:https://h?access_token=s3cret" + options);
    EXPECT_THAT(error, HasSubstr(said)) << options;
    EXPECT_THAT(error, StartsWith("--sink=dingtalk: ")) << options;
    EXPECT_THAT(error, testing::Not(HasSubstr("s3cret"))) << options;
  }
}

}  // namespace
}  // namespace eventer
