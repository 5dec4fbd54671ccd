#include "app/metrics.h"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "core/event_decoder.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::Not;

const MetricsSettings kWithNames = {{"1.2.3", "abc"}, true};
const MetricsSettings kWithoutNames = {{"1.2.3", "abc"}, false};

std::string ReadTestData(const std::string& path) {
  std::ifstream file(std::string(EVENTER_TEST_DATA) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// As the original had it when golden/metrics.txt was recorded.
void FillLikeTheRecording(Stats& stats) {
  EventDecoder decoder;
  for (const std::string& line : Lines(ReadTestData("golden/events.jsonl"))) {
    stats.events.Count(*decoder.DecodeEvent(line));
  }
  stats.housekeep_wall_us = 1'795'408'920'700'000;
  stats.scrape_wall_us = 1'795'408'920'600'000;
  stats.scraped_events = 30;
  stats.scrapes = 2;
  stats.scrape_ns = 94'532;
  SinkStats& sink = stats.sinks.emplace_back();
  sink.name = "log";
  sink.exporter = "LogSink";
  sink.attempts = 2;
  sink.export_ns = 1'273'814;
}

// Texts for comparison: HELP of the original may be empty, and numbers have many spellings.
std::string Canonical(const std::string& line) {
  if (line.starts_with("#")) return line;
  const std::size_t blank = line.rfind(' ');
  return line.substr(0, blank + 1) + std::to_string(std::stod(line.substr(blank + 1)));
}

TEST(Metrics, AreTheOriginalsWithTheObjectNameFlag) {
  Stats stats(true);
  FillLikeTheRecording(stats);
  std::set<std::string> ours;
  for (const std::string& line : Lines(RenderMetrics(stats, kWithNames))) {
    ours.insert(Canonical(line));
  }
  for (const std::string& line : Lines(ReadTestData("golden/metrics.txt"))) {
    if (line.ends_with(" ")) continue;  // an empty HELP: ours has a text
    EXPECT_TRUE(ours.contains(Canonical(line))) << line;
  }
}

TEST(Metrics, HaveNoOtherEventSeriesThanTheOriginal) {
  Stats stats(true);
  FillLikeTheRecording(stats);
  auto count = [](const std::string& text) {
    const auto lines = Lines(text);
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.starts_with("eventer_events_");
    });
  };
  EXPECT_EQ(count(RenderMetrics(stats, kWithNames)), count(ReadTestData("golden/metrics.txt")));
}

TEST(Metrics, HaveNoObjectNamesWithoutTheFlag) {
  Stats stats(false);
  FillLikeTheRecording(stats);
  EXPECT_THAT(RenderMetrics(stats, kWithoutNames), Not(HasSubstr("name=\"cart-1\"")));
  EXPECT_THAT(RenderMetrics(stats, kWithoutNames),
              HasSubstr("eventer_events_error_total{kind=\"Pod\",namespace=\"shop\","
                        "reason=\"PodCrash\"} 2\n"));
}

TEST(Metrics, EveryFamilyHasHelpAndTypeOnceAndIsSorted) {
  Stats stats;
  FillLikeTheRecording(stats);
  stats.sinks.emplace_back().name = "another";
  std::vector<std::string> families, series;
  std::string name, labels;
  for (const std::string& line : Lines(RenderMetrics(stats, kWithoutNames))) {
    if (RE2::FullMatch(line, R"(# HELP (\S+) \S.*)", &name)) {
      EXPECT_TRUE(std::is_sorted(series.begin(), series.end())) << families.back();
      series.clear();
      families.push_back(name);
    } else if (RE2::FullMatch(line, R"(# TYPE (\S+) (?:counter|gauge|summary))", &name)) {
      EXPECT_EQ(name, families.back());
    } else if (RE2::FullMatch(line, R"(([a-z_]+)(\{.*\})? [-+.0-9e]+)", &name, &labels)) {
      EXPECT_TRUE(name.starts_with(families.back())) << line;
      if (name == families.back()) series.push_back(labels);
    } else {
      ADD_FAILURE() << "not a line of the text format: " << line;
    }
  }
  EXPECT_TRUE(std::is_sorted(families.begin(), families.end()));
  EXPECT_EQ(std::set<std::string>(families.begin(), families.end()).size(), families.size());
}

TEST(Metrics, ShowTheBooksOfEachSink) {
  Stats stats;
  SinkStats& sink = stats.sinks.emplace_back();
  sink.name = "webhook:h";
  sink.received = 21;
  sink.filtered = 1;
  sink.delivered = 10;
  sink.pending = 3;
  sink.rejected[static_cast<std::size_t>(Cause::kMapping)] = 5;
  sink.dropped[static_cast<std::size_t>(Cause::kStalled)] = 2;
  sink.failures[static_cast<std::size_t>(Cause::kThrottled)] = 7;
  sink.stalled = true;
  const std::string text = RenderMetrics(stats, kWithoutNames);
  for (const char* line :
       {"eventer_sink_events_received_total{sink=\"webhook:h\"} 21\n",
        "eventer_sink_events_filtered_total{sink=\"webhook:h\"} 1\n",
        "eventer_sink_events_delivered_total{sink=\"webhook:h\"} 10\n",
        "eventer_sink_events_pending{sink=\"webhook:h\"} 3\n",
        "eventer_sink_events_rejected_total{cause=\"mapping\",sink=\"webhook:h\"} 5\n",
        "eventer_sink_events_dropped_total{cause=\"stalled\",sink=\"webhook:h\"} 2\n",
        "eventer_sink_failures_total{cause=\"throttled\",sink=\"webhook:h\"} 7\n",
        "eventer_sink_stalled{sink=\"webhook:h\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, ShowTheBooksOfSinksThatAreGone) {
  Stats stats;
  stats.sinks.emplace_back().name = "log";
  SinkStats& gone = stats.gone_sinks.emplace_back();
  gone.name = "webhook:h";
  gone.received = 15;
  gone.delivered = 10;
  gone.dropped[static_cast<std::size_t>(Cause::kRemoved)] = 5;
  const std::string text = RenderMetrics(stats, kWithoutNames);
  for (const char* line :
       {"eventer_sink_events_received_total{sink=\"webhook:h\"} 15\n",
        "eventer_sink_events_delivered_total{sink=\"webhook:h\"} 10\n",
        "eventer_sink_events_pending{sink=\"webhook:h\"} 0\n",
        "eventer_sink_events_dropped_total{cause=\"removed\",sink=\"webhook:h\"} 5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("eventer_sink_stalled{sink=\"webhook:h\"}")));
  EXPECT_THAT(text, Not(HasSubstr("cause=\"removed\",sink=\"log\"")));
}

TEST(Metrics, LikelyCausesAreThereBeforeTheyHappen) {
  Stats stats;
  stats.sinks.emplace_back().name = "log";
  const std::string text = RenderMetrics(stats, kWithoutNames);
  EXPECT_THAT(text, HasSubstr("dropped_total{cause=\"stalled\",sink=\"log\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("rejected_total{cause=\"bad_request\",sink=\"log\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("failures_total{cause=\"connection\",sink=\"log\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("cause=\"none\"")));
}

TEST(Metrics, SinksOfOneKindShareTheOriginalsDuration) {
  Stats stats;
  for (const char* name : {"a", "b"}) {
    SinkStats& sink = stats.sinks.emplace_back();
    sink.name = name;
    sink.exporter = "webHook";
    sink.attempts = 2;
    sink.export_ns = 1'500'000;
  }
  const std::string text = RenderMetrics(stats, kWithoutNames);
  EXPECT_THAT(text, HasSubstr("duration_milliseconds_count{exporter=\"webHook\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("duration_milliseconds_sum{exporter=\"webHook\"} 3\n"));
}

TEST(Metrics, ElasticsearchErrorsAreThereOnlyWithSuchASink) {
  Stats stats;
  EXPECT_THAT(RenderMetrics(stats, kWithoutNames), Not(HasSubstr("elasticsearch")));
  SinkStats& sink = stats.sinks.emplace_back();
  sink.exporter = "ElasticSearch Sink";
  sink.rejected[static_cast<std::size_t>(Cause::kMapping)] = 4;
  EXPECT_THAT(RenderMetrics(stats, kWithoutNames), HasSubstr("\neventer_elasticsearch_errors 4\n"));
}

TEST(Metrics, LabelValuesAreEscaped) {
  Stats stats;
  stats.sinks.emplace_back().name = "a\"b\\c";
  EXPECT_THAT(RenderMetrics(stats, kWithoutNames), HasSubstr("sink=\"a\\\"b\\\\c\""));
}

TEST(Metrics, ShowTheSourceTheQueuesAndTheBuild) {
  Stats stats;
  stats.source.connected = true;
  stats.source.gaps = 2;
  stats.source.last_frame_wall_us = 1'500'000;
  stats.log_bytes = 4096;
  stats.log_max_bytes = 8192;
  const std::string text = RenderMetrics(stats, kWithoutNames);
  EXPECT_THAT(text, HasSubstr("\neventer_source_connected 1\n"));
  EXPECT_THAT(text, HasSubstr("\neventer_source_gaps_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\neventer_source_last_frame_time_seconds 1.5\n"));
  EXPECT_THAT(text, HasSubstr("\neventer_log_bytes 4096\n"));
  EXPECT_THAT(text, HasSubstr("\neventer_log_max_bytes 8192\n"));
  EXPECT_THAT(text, HasSubstr("\neventer_build_info{commit=\"abc\",version=\"1.2.3\"} 1\n"));
}

TEST(Metrics, TellOfTheProcessWhatIsTrue) {
  Stats stats;
  const std::string text = RenderMetrics(stats, kWithoutNames);
  auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
  EXPECT_GT(value("process_start_time_seconds"), 1'600'000'000);
}

}  // namespace
}  // namespace eventer
