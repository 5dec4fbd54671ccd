// Renders a webhook's body, as the sink does.
//
//   template_bench [GOLDEN]
//
// GOLDEN is the folder of recorded events and templates.
// Prints "name value" lines, each the best of several rounds in µs for an event: default_us (the
// sink's own template), longest_us (the longest that the original's documentation shows).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/event_decoder.h"
#include "eventer/event_template.h"
#include "webhook/default_template.h"

namespace eventer {
namespace {

constexpr int kRounds = 2000;  // short ones, so that some of them are not interrupted

std::vector<EventPtr> ReadEvents(const std::string& path) {
  std::ifstream in(path);
  EventDecoder decoder;
  std::vector<EventPtr> events;
  for (std::string line; std::getline(in, line);) {
    if (EventPtr event = decoder.DecodeEvent(line)) events.push_back(std::move(event));
  }
  if (events.empty()) throw std::runtime_error("no events in " + path);
  return events;
}

std::string LongestTemplate(const std::string& path) {
  std::ifstream in(path);
  std::string longest;
  for (std::string line; std::getline(in, line);) {
    const std::string text = nlohmann::json::parse(line)["template"];
    if (text.size() > longest.size()) longest = text;
  }
  if (longest.empty()) throw std::runtime_error("no templates in " + path);
  return longest;
}

EventTemplate Parsed(std::string_view text) {
  auto parsed = EventTemplate::Parse("body", text);
  if (const auto* error = std::get_if<TemplateError>(&parsed))
    throw std::runtime_error(error->text);
  return std::get<EventTemplate>(std::move(parsed));
}

double OneRound(const EventTemplate& body, const std::vector<EventPtr>& events) {
  const auto start = std::chrono::steady_clock::now();
  for (const EventPtr& event : events) {
    const RenderResult result = body.Render(*event);
    if (!result.ok) throw std::runtime_error(result.text);
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(events.size());
}

void Measure(const char* name, std::string_view text, const std::vector<EventPtr>& events) {
  const EventTemplate body = Parsed(text);
  double best = OneRound(body, events);
  for (int i = 1; i < kRounds; ++i) best = std::min(best, OneRound(body, events));
  std::printf("%s %.2f\n", name, best);
}

void Run(const std::string& golden) {
  const std::vector<EventPtr> events = ReadEvents(golden + "/events.jsonl");
  Measure("default_us", kWebhookTemplate, events);
  Measure("longest_us", LongestTemplate(golden + "/documented-templates.jsonl"), events);
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  try {
    eventer::Run(argc > 1 ? argv[1] : "tests/golden");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "template_bench: %s\n", error.what());
    return 1;
  }
}
