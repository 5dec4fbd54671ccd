// What the engine bounds, where it says that a text is wrong, and that threads may share a
// template.
#include <gtest/gtest.h>

#include <thread>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TemplateError ParseErrorOf(std::string_view text) {
  const auto parsed = EventTemplate::Parse("body", text);
  const auto* error = std::get_if<TemplateError>(&parsed);
  return error ? *error : TemplateError{};
}

RenderResult RenderedPlain(std::string_view text) {
  static const EventPtr event = MakeEvent(kPlainEvent);
  return std::get<EventTemplate>(EventTemplate::Parse("body", text)).Render(*event);
}

TEST(TemplateErrorTest, NamesLineAndColumn) {
  const TemplateError error = ParseErrorOf("{\n  \"a\": {{ nosuch }}\n}");
  EXPECT_EQ(error.text, "template: body:2: function \"nosuch\" not defined");
  EXPECT_EQ(error.line, 2);
  EXPECT_EQ(error.column, 11);
}

TEST(TemplateErrorTest, CountsColumnsFromOne) {
  const TemplateError error = ParseErrorOf("{{end}}");
  EXPECT_EQ(error.line, 1);
  EXPECT_EQ(error.column, 6);  // where the action is complete
  EXPECT_EQ(ParseErrorOf("abc{{.X}}\n{{ 08 }}").column, 4);
}

TEST(TemplateErrorTest, HasTheNameThatWasGiven) {
  const auto parsed = EventTemplate::Parse("configmap ns/name", "{{");
  EXPECT_EQ(std::get<TemplateError>(parsed).text, "template: configmap ns/name:1: unclosed action");
}

TEST(TemplateErrorTest, AFailedRenderingIsNotOk) {
  EXPECT_FALSE(RenderedPlain("x{{.Foo}}").ok);
  EXPECT_TRUE(RenderedPlain("x{{.Type}}").ok);
  EXPECT_EQ(RenderedPlain("x{{.Type}}").text, "xNormal");
}

TEST(TemplateLimitsTest, OutputOfOneMebibyteIsTheMost) {
  EXPECT_EQ(RenderedPlain("{{printf \"%1048576d\" 1}}").text.size(), 1048576u);
  EXPECT_EQ(RenderedPlain("{{printf \"%1048577d\" 1}}").text,
            "template: body:1:2: executing \"body\" at <printf \"%1048577d\" 1>: output of more "
            "than 1048576 bytes");
  EXPECT_FALSE(RenderedPlain("{{range 3}}{{printf \"%400000d\" .}}{{end}}").ok);
  EXPECT_FALSE(RenderedPlain("{{range 1000000}}abcdefghijkl{{end}}").ok);
}

TEST(TemplateLimitsTest, EscapingCountsAsOutput) {
  EXPECT_FALSE(
      RenderedPlain("[\"{{range 100}}{{printf \"%010000d\" .}}{{printf \"%c\" 1}}{{end}}{{range "
                    "9000}}{{\"\\x01\\x01\\x01\\x01\"}}{{end}}\"]")
          .ok);
}

TEST(TemplateLimitsTest, LoopsWithoutEndAreStopped) {
  const RenderResult result = RenderedPlain("{{range 9223372036854775807}}{{end}}");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.text,
            "template: body:1:8: executing \"body\" at <9223372036854775807>: template does too "
            "much work");
  EXPECT_FALSE(RenderedPlain("{{range 100000}}{{range 100000}}{{$x := .}}{{end}}{{end}}").ok);
}

TEST(TemplateLimitsTest, TextsThatDoubleAreStopped) {
  EXPECT_FALSE(RenderedPlain("{{$x := \"abcdefgh\"}}{{range 64}}{{$x = print $x $x}}{{end}}").ok);
  EXPECT_FALSE(
      RenderedPlain("{{$x := printf \"%1000000d\" 1}}{{range 100000}}{{$y := eq $x $x}}{{end}}")
          .ok);
}

TEST(TemplateLimitsTest, RecursionIsStopped) {
  EXPECT_EQ(RenderedPlain("{{define \"x\"}}{{template \"x\" .}}{{end}}{{template \"x\" .}}").text,
            "template: body:1:29: executing \"x\" at <.>: exceeded maximum template depth (1000)");
  EXPECT_TRUE(RenderedPlain("{{define \"x\"}}{{if .}}{{template \"x\" (slice . 1)}}{{end}}{{end}}"
                            "{{template \"x\" (printf \"%200d\" 1)}}")
                  .ok);
}

std::string Repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(TemplateLimitsTest, NestingIsBounded) {
  EXPECT_EQ(RenderedPlain(Repeated("{{if 1}}", 300) + "x" + Repeated("{{end}}", 300)).text, "x");
  EXPECT_EQ(ParseErrorOf(Repeated("{{if 1}}", 301) + "x" + Repeated("{{end}}", 301)).text,
            "template: body:1: max nesting depth exceeded");
  EXPECT_EQ(RenderedPlain("{{" + Repeated("(", 300) + "1" + Repeated(")", 300) + "}}").text, "1");
  EXPECT_EQ(ParseErrorOf("{{" + Repeated("(", 301) + "1" + Repeated(")", 301) + "}}").text,
            "template: body:1: max expression depth exceeded");
  EXPECT_EQ(ParseErrorOf(Repeated("{{block \"a\" .}}", 100000)).text,
            "template: body:1: max nesting depth exceeded");
}

TEST(TemplateLimitsTest, ManyTemplatesDontReachTheDepthLimitOneAfterTheOther) {
  EXPECT_EQ(RenderedPlain("{{define \"x\"}}{{end}}{{range 5000}}{{template \"x\"}}{{end}}").text,
            "");
}

TEST(TemplateThreadsTest, ATemplateIsSharedByThreads) {
  const EventPtr event = MakeEvent(kRichEvent);
  const auto parsed = std::get<EventTemplate>(EventTemplate::Parse(
      "body", "{{.LastTimestamp.UTC}} {{range $k, $v := .Labels}}{{$k}}{{$v}}{{end}}{{.Series}}"));
  const std::string expected = parsed.Render(*event).text;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) EXPECT_EQ(parsed.Render(*event).text, expected);
    });
  }
}

}  // namespace
}  // namespace eventer
