#include "common/chat_state.h"

#include <nlohmann/json.hpp>

namespace eventer {
namespace {

using nlohmann::json;

std::int64_t Millis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime TimeOf(const json& millis) {
  return WallTime(std::chrono::milliseconds(millis.get<std::int64_t>()));
}

DigestProgress ReadProgress(const json& digest) {
  return {digest.value("end", ""),
          digest.value("events", std::size_t{0}),
          digest.value("told", std::size_t{0}),
          digest.value("rejected", std::vector<std::size_t>{}),
          digest.value("split", std::vector<std::size_t>{}),
          digest.value("patient", true),
          digest.value("late", false),
          digest.value("looks", std::uint64_t{0})};
}

// Why a page was refused is not kept: it was logged.
json WriteSettled(const DigestRun::Outcomes& settled) {
  json ids = {{"told", json::array()}, {"refused", json::array()}};
  for (const auto& [id, outcome] : settled) {
    ids[outcome.outcome == Outcome::kDelivered ? "told" : "refused"].push_back(id);
  }
  return ids;
}

DigestRun::Outcomes ReadSettled(const json& ids) {
  DigestRun::Outcomes settled;
  for (const json& id : ids.at("told")) settled[id.get<std::string>()] = {};
  for (const json& id : ids.at("refused")) settled[id.get<std::string>()] = RefusedBefore();
  return settled;
}

// By the wall clock, and back.
std::int64_t Millis(const Clock& clock, SteadyTime time) {
  return Millis(clock.Wall() + std::chrono::floor<WallTime::duration>(time - clock.Steady()));
}

SteadyTime SteadyTimeOf(const Clock& clock, const json& millis) {
  return clock.Steady() + (TimeOf(millis) - clock.Wall());
}

json WriteProblem(const Clock& clock, const Problem& problem) {
  const auto& [key, since, events, times, first, last, window_end, heard] = problem;
  json document = {{"key", {key.ns, key.kind, key.workload, key.reason}},
                   {"warning", since.warning},
                   {"counts", since.counts},
                   {"all", {events, times, Millis(first), Millis(last)}},
                   {"window_end", Millis(clock, window_end)},
                   {"heard", Millis(clock, heard)}};
  if (since.events == 0) return document;
  document["since"] = {since.events, since.times, Millis(since.first), Millis(since.last)};
  document["text"] = since.text;
  document["objects"] = since.objects;
  document["names"] = since.names;
  return document;
}

Problem ReadProblem(const Clock& clock, const json& document) {
  const json &key = document.at("key"), &all = document.at("all");
  Problem problem{.key = {key.at(0), key.at(1), key.at(2), key.at(3)},
                  .since = EventGroup(),
                  .events = all.at(0),
                  .times = all.at(1),
                  .first = TimeOf(all.at(2)),
                  .last = TimeOf(all.at(3)),
                  .window_end = SteadyTimeOf(clock, document.at("window_end")),
                  .heard = SteadyTimeOf(clock, document.at("heard"))};
  document.at("warning").get_to(problem.since.warning);
  document.at("counts").get_to(problem.since.counts);
  if (!document.contains("since")) return problem;
  const json& since = document["since"];
  problem.since.events = since.at(0);
  problem.since.times = since.at(1);
  problem.since.first = TimeOf(since.at(2));
  problem.since.last = TimeOf(since.at(3));
  document.at("text").get_to(problem.since.text);
  document.at("objects").get_to(problem.since.objects);
  document.at("names").get_to(problem.since.names);
  return problem;
}

}  // namespace

std::string WriteChatState(const Clock& clock, const ChatState& state,
                           const std::list<Problem>& problems) {
  json document = {{"sent", json::array()}};
  for (const WallTime time : state.sent) document["sent"].push_back(Millis(time));
  if (state.rests_until) document["rests_until"] = Millis(*state.rests_until);
  if (state.digest) {
    document["digest"] = {{"end", state.digest->end},         {"events", state.digest->events},
                          {"told", state.digest->told},       {"rejected", state.digest->rejected},
                          {"patient", state.digest->patient}, {"late", state.digest->late},
                          {"looks", state.digest->looks}};
    if (!state.digest->split.empty()) document["digest"]["split"] = state.digest->split;
  }
  if (!state.settled.empty()) document["settled"] = WriteSettled(state.settled);
  if (!problems.empty()) document["problems"] = json::array();
  for (const Problem& problem : problems) {
    document["problems"].push_back(WriteProblem(clock, problem));
  }
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<Problem> ReadProblems(const Clock& clock, std::string_view text) try {
  std::vector<Problem> problems;
  const json document = json::parse(text);
  for (const json& problem : document.value("problems", json::array())) {
    problems.push_back(ReadProblem(clock, problem));
  }
  return problems;
} catch (const json::exception&) {
  return {};
}

ChatState ReadChatState(std::string_view text) try {
  ChatState state;
  const json document = json::parse(text);
  for (const json& time : document.value("sent", json::array())) state.sent.push_back(TimeOf(time));
  if (document.contains("rests_until")) state.rests_until = TimeOf(document["rests_until"]);
  if (document.contains("digest")) state.digest = ReadProgress(document["digest"]);
  if (document.contains("settled")) state.settled = ReadSettled(document["settled"]);
  return state;
} catch (const json::exception&) {
  return {};
}

}  // namespace eventer
