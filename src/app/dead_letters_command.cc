#include "app/dead_letters_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/go_args.h"
#include "eventer/error.h"
#include "pipeline/dead_letters.h"

namespace eventer {
namespace {

constexpr char kUsage[] =
    "kube-eventer dead-letters --data-dir=PATH [--replay=SINK]\n\n"
    "Lists the events that sinks rejected for good, by sink and cause. The events themselves\n"
    "are in PATH/dead-letters/SINK.jsonl. With --replay those of one sink are handed in again,\n"
    "to that sink alone, by the daemon on PATH within its --frequency, or when it starts; they\n"
    "wait while no sink of that name is configured. A daemon may run on PATH meanwhile.\n";

std::string CausesOf(const DeadLetterSummary& summary) {
  std::string text;
  for (const auto& [cause, count] : summary.causes) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", cause, count);
  }
  return text;
}

std::string List(const std::filesystem::path& data_dir) {
  const auto sinks = ListDeadLetters(data_dir);
  if (sinks.empty()) return "No dead letters.\n";
  std::size_t width = 4;
  for (const auto& [sink, summary] : sinks) width = std::max(width, sink.size());
  std::string text = fmt::format("{:<{}}  {:>8}  {:<27}  {:<27}  {}\n", "SINK", width, "EVENTS",
                                 "OLDEST", "NEWEST", "CAUSES");
  for (const auto& [sink, summary] : sinks) {
    text += fmt::format("{:<{}}  {:>8}  {:<27}  {:<27}  {}\n", sink, width, summary.events,
                        summary.oldest, summary.newest, CausesOf(summary));
  }
  return text;
}

std::string Replay(const std::filesystem::path& data_dir, const std::string& sink) try {
  AskForReplay(data_dir, sink);
  return sink +
         ": its dead letters are handed in again within the daemon's --frequency; they wait "
         "while no sink of that name is configured\n";
} catch (const ConfigError& error) {
  throw ConfigError(std::string("dead-letters: --replay=") + sink + ": " + error.what());
}

}  // namespace

std::string DeadLettersCommand(const std::vector<std::string>& args) {
  const GoFlags flags = {{"data-dir", false}, {"replay", false}, {"help", true}, {"h", true}};
  std::string data_dir, replay;
  bool help = false;
  CLI::App app;
  app.set_help_flag();
  app.add_option("--data-dir", data_dir);
  app.add_option("--replay", replay);
  app.add_flag("--help,--h", help);
  std::vector<std::string> normalised = NormaliseGoArgs(args, flags).normalised;
  std::reverse(normalised.begin(), normalised.end());  // as CLI11 wants it
  try {
    app.parse(normalised);
    if (help) return kUsage;
    if (data_dir.empty()) throw ConfigError("dead-letters: --data-dir is required");
    if (!std::filesystem::is_directory(data_dir)) {
      throw ConfigError("dead-letters: --data-dir=" + data_dir + " is no directory");
    }
    return replay.empty() ? List(data_dir) : Replay(data_dir, replay);
  } catch (const CLI::ParseError& error) {
    throw ConfigError(std::string("dead-letters: ") + error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    throw ConfigError(std::string("dead-letters: ") + error.what());
  }
}

}  // namespace eventer
