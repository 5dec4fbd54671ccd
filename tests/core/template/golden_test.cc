// Templates whose output and errors the original gave (tests/golden/templates.jsonl).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/template/template_support.h"
#include "support/test_data.h"

namespace eventer {
namespace {

// What the recorded line says of the template: its output or its error.
std::string Recorded(const nlohmann::json& line) {
  for (const char* key : {"output", "parse_error", "exec_error"}) {
    if (line.contains(key)) return line[key];
  }
  return "line without a result";
}

TEST(GoldenTemplateTest, EveryRecordedTemplateRendersAsTheOriginal) {
  const LocalZone zone("Asia/Shanghai");
  const auto events = ReadTestLines("golden/template-events.jsonl");
  const auto lines = ReadTestLines("golden/templates.jsonl");
  ASSERT_EQ(lines.size(), 142u);
  for (const std::string& text : lines) {
    const auto line = nlohmann::json::parse(text);
    const EventPtr event = MakeEvent(events.at(line.value("event", 0)));
    EXPECT_EQ(Render(line["template"].get<std::string>(), *event), Recorded(line)) << text;
  }
}

}  // namespace
}  // namespace eventer
