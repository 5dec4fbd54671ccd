#include "eventer/event_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventer/error.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

Event MakeEvent() {
  Event event;
  event.type = "Normal";
  event.reason = "BackOff";
  event.ns = "shop";
  event.involved_object.ns = "shop";
  event.involved_object.kind = "Pod";
  return event;
}

EventFilter Filter(const std::string& options, std::string_view default_level = "") {
  SinkUri uri = SinkUri::Parse("--sink", "log:?" + options);
  EventFilter filter = EventFilter::Parse(uri, default_level);
  uri.CheckAllRead();
  return filter;
}

bool WantsType(const EventFilter& filter, const std::string& type) {
  Event event = MakeEvent();
  event.type = type;
  return filter.Wants(event);
}

bool WantsReason(const std::string& options, const std::string& reason) {
  Event event = MakeEvent();
  event.reason = reason;
  return Filter(options).Wants(event);
}

bool WantsNamespace(const std::string& options, const std::string& object, const std::string& own) {
  Event event = MakeEvent();
  event.involved_object.ns = object;
  event.ns = own;
  return Filter(options).Wants(event);
}

bool WantsKind(const std::string& options, const std::string& kind) {
  Event event = MakeEvent();
  event.involved_object.kind = kind;
  return Filter(options).Wants(event);
}

std::string ErrorOf(const std::string& options) {
  try {
    Filter(options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(EventFilter, WithoutOptionsEverythingPasses) {
  EXPECT_TRUE(EventFilter().Wants(Event()));
  EXPECT_TRUE(Filter("").Wants(Event()));
  EXPECT_TRUE(WantsType(Filter(""), "Odd"));
}

std::vector<std::string> Warnings(const std::string& options) {
  SinkUri uri = SinkUri::Parse("--sink", "log:?" + options);
  EventFilter::Parse(uri, "");
  return uri.warnings();
}

TEST(EventFilter, APlusInAPatternThatIsReadAsABlankIsWarnedOf) {
  EXPECT_THAT(Warnings("reason=^B.+Off"),
              testing::ElementsAre(
                  "--sink=log: option reason: a + is read as a blank; write %2B for a plus"));
  EXPECT_THAT(Warnings("reason=a&exclude_reason=b+"),
              testing::ElementsAre(testing::HasSubstr("option exclude_reason: a + ")));
  EXPECT_THAT(Warnings("reason=^B.%2BOff&kinds=a+b"), testing::IsEmpty());
}

TEST(EventFilter, LevelNormalPassesNormalAndWarning) {
  for (const char* level : {"Normal", "normal", "NORMAL"}) {
    const EventFilter filter = Filter(std::string("level=") + level);
    EXPECT_TRUE(WantsType(filter, "Normal"));
    EXPECT_TRUE(WantsType(filter, "Warning"));
    EXPECT_FALSE(WantsType(filter, "Odd"));
    EXPECT_FALSE(WantsType(filter, ""));
  }
}

TEST(EventFilter, LevelWarningPassesWarningOnly) {
  for (const char* level : {"Warning", "warning", "wArNiNg"}) {
    const EventFilter filter = Filter(std::string("level=") + level);
    EXPECT_FALSE(WantsType(filter, "Normal"));
    EXPECT_TRUE(WantsType(filter, "Warning"));
    EXPECT_FALSE(WantsType(filter, "Odd"));
  }
}

TEST(EventFilter, TheSinksOwnLevelCountsIfNoneIsGiven) {
  EXPECT_FALSE(WantsType(Filter("", "Warning"), "Normal"));
  EXPECT_TRUE(WantsType(Filter("level=Normal", "Warning"), "Normal"));
}

TEST(EventFilter, AnotherLevelIsAnError) {
  for (const char* level : {"Error", "", "Warnings", "Normal,Warning"}) {
    EXPECT_EQ(ErrorOf(std::string("level=") + level),
              "--sink=log: option level must be Normal or Warning");
  }
}

TEST(EventFilter, NamespaceIsTheObjectsOrTheEventsIfTheObjectHasNone) {
  EXPECT_TRUE(WantsNamespace("namespaces=shop,ci", "ci", "other"));
  EXPECT_FALSE(WantsNamespace("namespaces=shop,ci", "other", "ci"));
  EXPECT_TRUE(WantsNamespace("namespaces=default", "", "default"));
  EXPECT_FALSE(WantsNamespace("namespaces=shop", "", "default"));
  EXPECT_FALSE(WantsNamespace("namespaces=shop", "shop2", "shop"));
  EXPECT_FALSE(WantsNamespace("exclude_namespaces=kube-system,ci", "ci", "shop"));
  EXPECT_FALSE(WantsNamespace("exclude_namespaces=default", "", "default"));
  EXPECT_TRUE(WantsNamespace("exclude_namespaces=kube-system", "shop", "kube-system"));
}

TEST(EventFilter, KindsMatchExactly) {
  EXPECT_TRUE(WantsKind("kinds=Pod,Node", "Node"));
  EXPECT_FALSE(WantsKind("kinds=Pod,Node", "node"));
  EXPECT_FALSE(WantsKind("kinds=Pod", "PodDisruptionBudget"));
  EXPECT_FALSE(WantsKind("exclude_kinds=Pod,Node", "Pod"));
  EXPECT_TRUE(WantsKind("exclude_kinds=Node", "Pod"));
}

TEST(EventFilter, ReasonsAreUnanchoredExpressions) {
  EXPECT_TRUE(WantsReason("reason=Back", "CrashLoopBackOff"));
  EXPECT_FALSE(WantsReason("reason=^Back", "CrashLoopBackOff"));
  EXPECT_FALSE(WantsReason("reason=back", "BackOff"));
  EXPECT_TRUE(WantsReason("reason=(%3Fi)back", "BackOff"));
  EXPECT_TRUE(WantsReason("reason=^B.%2BOff", "BackOff"));
  EXPECT_TRUE(WantsReason("reason=Back.*,^Failed", "FailedMount"));
  EXPECT_FALSE(WantsReason("reason=Back.*,^Failed", "Unhealthy"));
  EXPECT_FALSE(WantsReason("exclude_reason=^Pull,ed$", "Created"));
  EXPECT_TRUE(WantsReason("exclude_reason=^Pull", "BackOff"));
}

TEST(EventFilter, ABadExpressionIsAnError) {
  EXPECT_THAT(ErrorOf("reason=Back,("), testing::StartsWith("--sink=log: option reason is no "));
  EXPECT_THAT(ErrorOf("exclude_reason=*x"),
              testing::StartsWith("--sink=log: option exclude_reason is no "));
}

TEST(EventFilter, ABadPatternIsShownWithThePlaceOfItsFault) {
  const std::pair<std::string, std::string> rows[] = {
      {"(b", "missing ): (b (at character 1 of \"(b\")"},
      {"a(b)[(]\\((c", "(at character 10 of "},
      {"a(b))", "unexpected ): a(b)) (at character 5 of "},
      {"ab**", "(at character 3 of "},
      {"\xc3\xa4[b", "(at character 2 of "},
      {"a\n\\", "(at character "},
  };
  for (const auto& [pattern, said] : rows) {
    const std::string error = ErrorOf("reason=" + PercentEncode(pattern));
    EXPECT_THAT(error, testing::HasSubstr(said));
    EXPECT_THAT(error, testing::Not(testing::HasSubstr("\n")));
  }
}

TEST(EventFilter, AnEmptyListIsNoFilter) {
  EXPECT_TRUE(
      Filter("namespaces=&kinds=,&reason=&exclude_kinds=&exclude_reason=%20").Wants(MakeEvent()));
}

TEST(EventFilter, AllValuesOfARepeatedOptionCount) {
  EXPECT_TRUE(WantsKind("kinds=Node&kinds=Pod", "Pod"));
  EXPECT_TRUE(WantsNamespace("namespaces=a&namespaces=b,c", "c", ""));
  EXPECT_TRUE(WantsReason("reason=a&reason=Back", "BackOff"));
  EXPECT_FALSE(WantsReason("exclude_reason=a&exclude_reason=Back", "BackOff"));
}

TEST(EventFilter, AllRulesMustHold) {
  const EventFilter filter = Filter("level=Normal&namespaces=shop&kinds=Pod&reason=Back");
  EXPECT_TRUE(filter.Wants(MakeEvent()));
  for (auto spoil :
       {+[](Event& e) { e.type = "Odd"; }, +[](Event& e) { e.involved_object.ns = "x"; },
        +[](Event& e) { e.involved_object.kind = "x"; }, +[](Event& e) { e.reason = "x"; }}) {
    Event event = MakeEvent();
    spoil(event);
    EXPECT_FALSE(filter.Wants(event));
  }
}

TEST(EventFilter, ACopyWantsTheSame) {
  const EventFilter filter = Filter("kinds=Node");
  const EventFilter copy = filter;
  EXPECT_FALSE(copy.Wants(MakeEvent()));
}

}  // namespace
}  // namespace eventer
