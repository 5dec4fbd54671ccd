#include "common/event_card.h"

#include <gmock/gmock.h>

#include "common/event_group.h"
#include "eventer/error.h"
#include "sinks/http_sink_fixture.h"
#include "support/local_zone.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;

class CardTest : public HttpSinkTest {
 protected:
  CardWriter Writer(const std::string& options, const Markup& markup,
                    const std::string& cluster = "") {
    SinkUri uri = SinkUri::Parse("--sink", "dingtalk:https://h?" + options);
    SinkContext context{clock_, FakeFactory(client_, &asked_), {}};
    context.config_map = [this](auto, auto, auto) {
      return std::make_unique<FakeText>(config_map_);
    };
    return CardWriter(uri, context, cluster, markup);
  }
  static EventCard Write(CardWriter writer, const Event& event) {
    return std::get<EventCard>(writer.Write(event, {}));
  }
  // 41 times in 12 min, today by the fake clock.
  Event BackOff() {
    Event event = *WarningEvent("Back-off *restarting*\nfailed [container](x)");
    event.involved_object.name = "web-7cd9";
    event.source = {"kubelet", "node-3"};
    event.count = 41;
    event.last_seen = clock_.Wall();
    event.first_seen = clock_.Wall() - 724s;
    return event;
  }
  const LocalZone zone_{"UTC"};
};

TEST_F(CardTest, InMarkdownItSaysWhatWhereAndHowOften) {
  const EventCard card = Write(Writer("", kMarkdown, "prod"), BackOff());
  EXPECT_EQ(card.title, "⚠ BackOff · shop/web-7cd9");
  EXPECT_EQ(card.text,
            "Cluster: **prod**\n\nNamespace: **shop**\n\nObject: **Pod/web-7cd9**\n\n"
            "Reason: **BackOff**\n\nWhen: **41 times in 12 min, last 02:03:04**\n\n"
            "Source: **kubelet, node-3**\n\n"
            "> Back-off \\*restarting\\*\n>\n> failed \\[container\\](x)");
  EXPECT_EQ(card.link, "");
}

TEST_F(CardTest, TimesAreInTheZoneThatIsAskedFor) {
  EXPECT_THAT(Write(Writer("timezone=Asia/Shanghai", kPlainText), BackOff()).text,
              HasSubstr("last 10:03:04"));
}

TEST_F(CardTest, AZoneThatThereIsNotIsRefused) {
  for (const char* name : {"Mars/Olympus", "/etc/localtime", "../zoneinfo/UTC", "CST-8", ""}) {
    EXPECT_THAT([&] { Writer(std::string("timezone=") + name, kPlainText); },
                testing::ThrowsMessage<ConfigError>(HasSubstr("timezone")))
        << name;
  }
}

TEST_F(CardTest, InPlainTextThereIsNoMarkup) {
  EXPECT_EQ(Write(Writer("", kPlainText), BackOff()).text,
            "Namespace: shop\nObject: Pod/web-7cd9\nReason: BackOff\n"
            "When: 41 times in 12 min, last 02:03:04\nSource: kubelet, node-3\n"
            "Back-off *restarting*\nfailed [container](x)");
}

TEST_F(CardTest, WhatIsNotKnownHasNoLine) {
  Event event;
  event.type = "Normal";
  event.reason = "NodeReady";
  event.involved_object = {.kind = "Node", .name = "n1"};
  event.last_seen = clock_.Wall() - 48 * 3600s;
  const EventCard card = Write(Writer("", kPlainText), event);
  EXPECT_EQ(card.title, "NodeReady · n1");
  EXPECT_EQ(card.text, "Object: Node/n1\nReason: NodeReady\nWhen: once, 2024-04-29 02:03:04\n");
}

TEST_F(CardTest, SpansAreInWords) {
  EXPECT_EQ(SpanInWords(59s), "59 s");
  EXPECT_EQ(SpanInWords(60s), "1 min");
  EXPECT_EQ(SpanInWords(7199s), "2 h 0 min");
  EXPECT_EQ(SpanInWords(7300s), "2 h 2 min");
  EXPECT_EQ(SpanInWords(50 * 3600s), "2 days");
}

TEST_F(CardTest, TheLinkIsATemplateAndCannotEndTheMarkupAroundIt) {
  const std::string link =
      "link=https://c.example/ns/{{.InvolvedObject.Namespace}}/pods/{{.InvolvedObject.Name}}";
  Event event = BackOff();
  EXPECT_EQ(Write(Writer(link, kMarkdown), event).link, "https://c.example/ns/shop/pods/web-7cd9");
  event.involved_object.name = "a) [b](\"c\n";
  EXPECT_EQ(Write(Writer(link, kMarkdown), event).link,
            "https://c.example/ns/shop/pods/a%29%20[b]%28%22c%0A");
}

TEST_F(CardTest, ALinkThatFailsIsNoneAndTheEventIsToldAllTheSame) {
  const EventCard card = Write(Writer("link={{index .Labels 3}}", kMarkdown), BackOff());
  EXPECT_EQ(card.link, "");
  EXPECT_THAT(card.text, HasSubstr("BackOff"));
}

TEST_F(CardTest, ATemplateReplacesTheText) {
  const TempDir dir;
  dir.Write("t", "{{.Reason}} of {{.InvolvedObject.Name}}");
  EXPECT_EQ(Write(Writer("template_file=" + dir.Path("t"), kMarkdown), BackOff()).text,
            "BackOff of web-7cd9");
}

TEST_F(CardTest, ThatATemplateLeavesOutTheClustersNameIsWarnedOfByEachChat) {
  const TempDir dir;
  dir.Write("t", "{{.Reason}}");
  for (const char* robot : {"dingtalk:https://h?access_token=t", "wecom:https://h?key=k",
                            "feishu:https://h/hook/t?at_all=false"}) {
    const std::string with_template = robot + ("&template_file=" + dir.Path("t"));
    Make(with_template + "&cluster=prod");
    EXPECT_THAT(warnings_, testing::ElementsAre(HasSubstr("the cluster's name is not in it")))
        << robot;
    Make(with_template);
    EXPECT_THAT(warnings_, testing::IsEmpty()) << robot;
    Make(robot + std::string("&cluster=prod"));
    EXPECT_THAT(warnings_, testing::IsEmpty()) << robot;
  }
}

TEST_F(CardTest, ATemplateOfAConfigMapIsWaitedFor) {
  config_map_ = {"", 0, "ConfigMap default/t is missing", true};
  CardWriter writer = Writer("template_configmap=t", kMarkdown);
  const auto none = writer.Write(BackOff(), {});
  EXPECT_EQ(std::get<EventOutcome>(none).outcome, Outcome::kMisconfigured);
  config_map_ = {"{{.Reason}}!", 1, "", false};
  EXPECT_EQ(std::get<EventCard>(writer.Write(BackOff(), {})).text, "BackOff!");
  config_map_ = {"{{.Nothing}}", 2, "", false};
  const auto failed = writer.Write(BackOff(), {});
  EXPECT_EQ(std::get<EventOutcome>(failed).cause, Cause::kTemplate);
}

}  // namespace
}  // namespace eventer
