#include "log/text_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;

EventPtr TextEvent() {
  auto event = std::make_shared<Event>();
  event->type = "Warning";
  event->ns = "shop";
  event->involved_object = {.kind = "Pod",
                            .ns = "shop",
                            .name = "cart-1",
                            .uid = {},
                            .api_version = {},
                            .resource_version = {},
                            .field_path = {}};
  event->reason = "BackOff";
  event->message = "Back-off restarting failed container";
  event->count = 7;
  event->last_seen = WallTime(1714528984s);
  return event;
}

std::string Text(const std::vector<EventPtr>& events, bool color = false) {
  setenv("TZ", "Asia/Shanghai", 1);
  TextLine line(color);
  std::string text;
  for (const EventPtr& event : events) line.Append(*event, &text);
  return text;
}

TEST(TextLine, TellsTimeTypeNamespaceObjectReasonCountAndMessage) {
  EXPECT_EQ(
      Text({TextEvent()}),
      "2024-05-01 10:03:04  Warning  shop         Pod/cart-1                BackOff           "
      "x7  Back-off restarting failed container\n");
}

TEST(TextLine, ColumnsStayAlignedAndGrowWithWhatTheyHold) {
  auto wide = std::make_shared<Event>(*TextEvent());
  wide->involved_object.name = "a-deployment-with-a-long-name-5cfb7ff945-8cph2";
  wide->count = 12345;
  std::istringstream lines(Text({TextEvent(), wide, TextEvent()}));
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  std::getline(lines, third);
  EXPECT_EQ(second.find("Back-off"), third.find("Back-off"));
  EXPECT_EQ(second.find("BackOff"), third.find("BackOff"));
  EXPECT_GT(third.size(), first.size());
}

TEST(TextLine, ATextWiderThanItsColumnMayBecomePushesOnlyItsOwnLine) {
  auto wide = std::make_shared<Event>(*TextEvent());
  wide->involved_object.name = std::string(200, 'n');
  std::istringstream lines(Text({wide, TextEvent()}));
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_THAT(first, HasSubstr(std::string(200, 'n') + "  BackOff"));
  EXPECT_LT(second.find("BackOff"), 120);
}

TEST(TextLine, ColoursOnlyIfAskedTo) {
  EXPECT_THAT(Text({TextEvent()}), testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(Text({TextEvent()}, true), HasSubstr("\x1b[33mWarning  \x1b[0m"));
}

TEST(TextLine, ANamespacelessObjectShowsTheEventsNamespaceAsTheFilterDoes) {
  auto node = std::make_shared<Event>(*TextEvent());
  node->involved_object.ns = "";
  node->ns = "default";
  EXPECT_THAT(Text({node}), HasSubstr("  default  "));
  node->ns = "";
  EXPECT_THAT(Text({node}), HasSubstr("  -  "));
}

TEST(TextLine, AMessageCannotForgeLinesNorDriveTheTerminal) {
  auto evil = std::make_shared<Event>(*TextEvent());
  evil->message =
      "one\ntwo\r\tthree\x1b[31m\x7f \xc2\x9b \xe2\x80\xae \xe2\x80\xa8 é ü 日本 \xf0\x9f\x98\x80";
  evil->reason = "Bad\nReason";
  const std::string text = Text({evil});
  EXPECT_THAT(text, HasSubstr("one\\ntwo\\r\\tthree\\x1b[31m\\x7f \\u009b \\u202e \\u2028 é ü 日本 "
                              "\xf0\x9f\x98\x80\n"));
  EXPECT_THAT(text, HasSubstr("Bad\\nReason"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(TextLine, ATruncatedUtf8SequenceAtTheEndIsNoHarm) {
  auto odd = std::make_shared<Event>(*TextEvent());
  for (const char* tail : {"\xc2", "\xe2\x80", "\xf0\x9f"}) {
    odd->message = std::string("odd ") + tail;
    EXPECT_THAT(Text({odd}), HasSubstr(odd->message + "\n"));
  }
}

}  // namespace
}  // namespace eventer
