// Templates that are JSON: what they render is JSON, whatever a message holds.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "core/template/template_support.h"
#include "support/test_data.h"

namespace eventer {
namespace {

constexpr auto kJson = EventTemplate::Escaping::kJson;

// What the original's documentation shows, so what stands in its users' ConfigMaps.
std::map<std::string, std::string> DocumentedTemplates() {
  std::map<std::string, std::string> templates;
  for (const std::string& line : ReadTestLines("golden/documented-templates.jsonl")) {
    const auto record = nlohmann::json::parse(line);
    templates[record["name"]] = record["template"];
  }
  EXPECT_EQ(templates.size(), 9u);
  return templates;
}

// BearyChat's is shown without its braces.
std::map<std::string, std::string> DocumentedJson() {
  std::map<std::string, std::string> templates = DocumentedTemplates();
  templates.erase("bearychat");
  return templates;
}

struct Message {
  std::string text, as_read;  // as_read: by the receiver
};

Message Same(const std::string& text) { return {text, text}; }

std::vector<Message> NastyMessages() {
  std::string controls;
  for (char c = 1; c < ' '; ++c) controls += c;
  return {
      Same(""),
      Same("Readiness probe failed: Get \"http://10.2.0.7:8080/healthz\""),
      Same("first\nsecond\r\n\tthird"),
      Same("C:\\path\\new \\\" \\u0041 \\"),
      Same("100% done %s %d %!"),
      Same("emoji \U0001F600\u2764 \u65E5\u672C \u2028\u2029 \u00AD \uFEFF"),
      Same(controls + "\x7F"),
      Same(std::string("nul \0 nul", 9)),
      Same("</script><!-- & ' = {{ .Type }} }}"),
      Same("\", \"injected\": \""),
      {"\xFF bad \xC3( \xED\xA0\x80 \xF0\x9F\x98",
       "\uFFFD bad \uFFFD( \uFFFD\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD"},
      {"cut \xE2\x82", "cut \uFFFD\uFFFD"},
  };
}

Event EventSaying(const std::string& message) {
  Event event = *MakeEvent(kPlainEvent);
  event.message = message;
  return event;
}

// Some string in `json` holds `text`.
bool Says(const nlohmann::json& json, const std::string& text) {
  if (json.is_string()) return json.get<std::string>().find(text) != std::string::npos;
  if (!json.is_structured()) return false;
  for (const auto& part : json) {
    if (Says(part, text)) return true;
  }
  return false;
}

TEST(JsonEscapingTest, EveryDocumentedTemplateStaysJsonAndTellsTheMessageUnaltered) {
  for (const auto& [name, text] : DocumentedJson()) {
    for (const Message& message : NastyMessages()) {
      const std::string body = Render(text, EventSaying(message.text), kJson);
      const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
      ASSERT_FALSE(json.is_discarded()) << name << ": " << body;
      EXPECT_TRUE(Says(json, message.as_read)) << name << ": " << body;
    }
  }
}

TEST(JsonEscapingTest, BearyChatsTemplateIsNoJsonUntilItsBracesArePutRound) {
  const std::string text = DocumentedTemplates()["bearychat"];
  const Event event = EventSaying("\"x\"");
  const std::string body = Render(text, event, kJson);
  EXPECT_TRUE(body.ends_with("EventMessage:\"x\"\"")) << body;
  EXPECT_FALSE(nlohmann::json::accept(body));
  EXPECT_TRUE(Says(nlohmann::json::parse(Render("{" + text + "}", event, kJson)), "\"x\""));
}

TEST(JsonEscapingTest, EveryFieldInAStringIsEscaped) {
  Event event = EventSaying("m");
  event.type = event.reason = event.involved_object.kind = event.involved_object.name = "a\"\\\n";
  for (const auto& [name, text] : DocumentedJson()) {
    EXPECT_TRUE(nlohmann::json::accept(Render(text, event, kJson))) << name;
  }
}

TEST(JsonEscapingTest, EscapesAreTheShortOnes) {
  EXPECT_EQ(Render(R"(["{{.Message}}"])", EventSaying("\b\f\n\r\t\"\\/\x01\x1F\x7F<>&'é"), kJson),
            R"(["\b\f\n\r\t\"\\/\u0001\u001f)"
            "\x7F"
            R"(<>&'é"])");
}

TEST(JsonEscapingTest, OnlyStringsOfTheTemplateAreEscapedInto) {
  const Event event = EventSaying("\"x\"");
  EXPECT_EQ(Render(R"({"a": {{.Message}}, "b": "{{.Message}}", "c": {{.Count}}})", event, kJson),
            R"({"a": "x", "b": "\"x\"", "c": 1})");
}

TEST(JsonEscapingTest, EscapedQuotesOfTheTemplateDontEndItsStrings) {
  const Event event = EventSaying("\"x\"");
  EXPECT_EQ(Render(R"({"a": "\"{{.Message}}\" \\", "b": {{.Message}}})", event, kJson),
            R"({"a": "\"\"x\"\" \\", "b": "x"})");
}

TEST(JsonEscapingTest, PipelinesThatEndInJsOrToJsonAreLeftAlone) {
  const Event event = EventSaying("a\"b");
  EXPECT_EQ(Render(R"({"a": "{{.Message | js}}"})", event, kJson), R"({"a": "a\"b"})");
  EXPECT_EQ(Render(R"({"a": "{{js .Message}}"})", event, kJson), R"({"a": "a\"b"})");
  EXPECT_EQ(Render(R"({"a": "{{(js .Message)}}"})", event, kJson), R"({"a": "a\"b"})");
  EXPECT_EQ(Render(R"({"a": {{.Message | toJson}}})", event, kJson), R"({"a": "a\"b"})");
  EXPECT_EQ(Render(R"({"a": "{{.Message | js | print}}"})", event, kJson), R"({"a": "a\\\"b"})");
}

TEST(JsonEscapingTest, BranchesLoopsAndTemplatesKeepTheirPlaceInTheText) {
  Event event = EventSaying("\"");
  constexpr std::string_view kText =
      R"({{define "m"}}{{.Message}}{{end}}{"a": "{{if .Type}}{{.Message}}"{{end}}, "b": "x)"
      R"({{range 2}}{{$.Message}}{{end}}", "c": "{{template "m" .}}"{{with .Type}}, "d": {{len .}}{{end}}})";
  EXPECT_EQ(Render(kText, event, kJson), R"({"a": "\"", "b": "x\"\"", "c": "\"", "d": 6})");
}

TEST(JsonEscapingTest, WholeStructsAreEscaped) {
  EXPECT_EQ(Render(R"(["{{.Labels}}", "{{.Source}}", "{{.Count}}", "{{.LastTimestamp.Month}}"])",
                   *MakeEvent(R"({"metadata":{"labels":{"a":"\""}},"lastTimestamp":
"2026-11-23T04:31:37Z","source":{"host":"\\"}})"),
                   kJson),
            R"(["map[a:\"]", "&EventSource{Component:,Host:\\,}", "1", "November"])");
}

TEST(JsonEscapingTest, OtherTemplatesAreNotEscaped) {
  const Event event = EventSaying("a\"\n");
  EXPECT_EQ(Render("say \"{{.Message}}\"", event, kJson), "say \"a\"\n\"");
  EXPECT_EQ(Render(R"(["{{.Message}}"])", event), "[\"a\"\n\"]");
}

bool IsJson(std::string_view text) {
  return std::get<EventTemplate>(EventTemplate::Parse("body", text)).is_json();
}

TEST(JsonEscapingTest, ATemplateIsJsonByTheFirstCharacterOfItsOwnText) {
  EXPECT_TRUE(IsJson("{\"a\": 1}"));
  EXPECT_TRUE(IsJson(" \n\t[1]"));
  EXPECT_TRUE(IsJson("{{/* note */}}{{$x := 1}}\n{\"a\": {{$x}}}"));
  EXPECT_TRUE(IsJson("{{if .Series}}{\"a\": 1}{{else}}text{{end}}"));
  EXPECT_TRUE(IsJson("{{if .Series}}{{else}}{\"a\": 1}{{end}}"));
  EXPECT_TRUE(IsJson("{{define \"x\"}}{\"a\": 1}{{end}}{{template \"x\" .}}"));
  EXPECT_TRUE(IsJson("{{define \"x\"}}text{{end}}{\"a\": 1}"));
  EXPECT_FALSE(IsJson("{{define \"x\"}}{{end}}text {"));
  EXPECT_FALSE(IsJson("{{define \"x\"}}{\"a\": 1}{{end}}text"));
  EXPECT_FALSE(IsJson("{{.Message}}"));
  EXPECT_FALSE(IsJson("{{template \"x\"}}{{define \"x\"}}{{template \"x\"}}{{end}}"));
  EXPECT_FALSE(IsJson(""));
  EXPECT_FALSE(IsJson("\"{\""));
}

TEST(ToJsonTest, WritesEveryKindOfValue) {
  EXPECT_EQ(RenderRich(R"({{toJson "a\"\n<é"}} {{toJson 1}} {{toJson 1.5}} {{toJson true}} )"
                       R"({{toJson nil}} {{toJson .Series.State}} {{toJson .UID}})"),
            R"("a\"\n<é" 1 1.5 true null "Ongoing" "605abd8a")");
  EXPECT_EQ(RenderRich("{{toJson .Labels}} {{toJson .Finalizers}} {{toJson .InvolvedObject}}"),
            R"({"app":"cart","tier":"web"} ["one","two"] {"kind":"Pod","namespace":"shop",)"
            R"("name":"cart-1","uid":"cart-1-uid","apiVersion":"v1",)"
            R"("fieldPath":"spec.containers{app}"})");
  EXPECT_EQ(RenderRich("{{toJson .OwnerReferences}} {{toJson .Series}} {{toJson .Source}}"),
            R"([{"apiVersion":"v1","kind":"Pod","name":"cart-1","uid":"u1","controller":true}] )"
            R"({"count":7,"lastObservedTime":"2026-11-23T04:33:10.000000Z","state":"Ongoing"} )"
            R"({"component":"kubelet","host":"worker-1"})");
}

TEST(ToJsonTest, WritesTimesAsTheApiDoes) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich("{{toJson .LastTimestamp}} {{toJson .EventTime}} {{toJson .LastTimestamp.Time}}"),
      R"("2026-11-23T04:33:10Z" "2026-11-23T04:32:08.123456Z" "2026-11-23T12:33:10+08:00")");
  EXPECT_EQ(RenderPlain("{{toJson .EventTime}} {{toJson .Series}} {{toJson .Labels}}"),
            "null null null");
}

TEST(ToJsonTest, WritesMetadataWithTheApisNames) {
  EXPECT_EQ(RenderPlain("{{toJson .ObjectMeta}} {{toJson .TypeMeta}}"),
            R"({"name":"cart.18ea","namespace":"shop","uid":"b871719f","resourceVersion":"2668",)"
            R"("creationTimestamp":"2026-11-23T04:31:37Z"} {})");
}

TEST(ToJsonTest, TheWholeEventIsItsKeptText) {
  const EventPtr event = MakeEvent(kRichEvent);
  EXPECT_EQ(Render("{{toJson .}}", *event), event->json);
  Event without_text;
  without_text.reason = "BackOff";
  const auto json = nlohmann::json::parse(Render("{{. | toJson}}", without_text));
  EXPECT_EQ(json["reason"], "BackOff");
  EXPECT_TRUE(json["lastTimestamp"].is_null());
  EXPECT_FALSE(json.contains("kind"));
}

}  // namespace
}  // namespace eventer
