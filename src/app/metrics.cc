#include "app/metrics.h"

#include <map>
#include <utility>

#include "app/exposition.h"
#include "app/process_metrics.h"

namespace eventer {
namespace {

double Seconds(std::int64_t wall_us) { return static_cast<double>(wall_us) / 1e6; }
// The original's clocks show whole seconds.
double WholeSeconds(std::int64_t wall_us) { return static_cast<double>(wall_us / 1'000'000); }
double Milliseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

void AddEvents(Exposition& out, const Stats& stats, bool object_name_label) {
  struct Family {
    EventCounters::Family id;
    const char *name, *help;
  };
  for (const Family& family : {
           Family{EventCounters::kNormal, "eventer_events_normal_total",
                  "Events of type Normal, by reason."},
           Family{EventCounters::kWarning, "eventer_events_warning_total",
                  "Events of type Warning that report no known problem, by reason."},
           Family{EventCounters::kError, "eventer_events_error_total",
                  "Events that report a known problem, by problem."},
       }) {
    for (const auto& [series, count] : stats.events.Snapshot(family.id)) {
      Labels labels = {{"kind", series.kind}, {"namespace", series.ns}, {"reason", series.reason}};
      // The original never names the object of a normal event.
      if (object_name_label && family.id != EventCounters::kNormal) {
        labels.push_back({"name", series.name});
      }
      out.Counter(family.name, family.help, std::move(labels), static_cast<double>(count));
    }
  }
}

void AddManager(Exposition& out, const Stats& stats) {
  out.Gauge("eventer_manager_last_time_seconds",
            "Last time of eventer housekeep since unix epoch in seconds.", {},
            WholeSeconds(stats.housekeep_wall_us));
  out.Gauge("eventer_scraper_last_time_seconds", "Last time of event since unix epoch in seconds.",
            {}, WholeSeconds(stats.scrape_wall_us));
  out.Counter("eventer_scraper_events_total_number", "The total number of events.", {},
              static_cast<double>(stats.scraped_events));
  out.Summary("eventer_scraper_duration_milliseconds",
              "Time spent scraping events in milliseconds.", {}, stats.scrapes,
              Milliseconds(stats.scrape_ns));
}

// The original knows sinks by their kind's name alone.
void AddExporters(Exposition& out, const Stats& stats) {
  struct Sum {
    std::uint64_t attempts = 0, ns = 0;
  };
  std::map<std::string, Sum> exporters;
  for (const SinkStats& sink : stats.sinks) {
    Sum& sum = exporters[sink.exporter];
    sum.attempts += sink.attempts;
    sum.ns += sink.export_ns;
  }
  for (const auto& [exporter, sum] : exporters) {
    out.Summary("eventer_exporter_duration_milliseconds",
                "Time spent exporting events to sink in milliseconds.", {{"exporter", exporter}},
                sum.attempts, Milliseconds(sum.ns));
  }
}

// `first` to `last` are there from the start, so that their first increase is seen; others appear
// when they happen.
void AddCauses(Exposition& out, const std::string& name, const std::string& help,
               const std::string& sink, const CauseCounters& counters, Cause first, Cause last) {
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const auto cause = static_cast<Cause>(i);
    const std::uint64_t count = counters[i];
    if (count == 0 && (cause < first || cause > last)) continue;
    out.Counter(name, help, {{"cause", std::string(CauseName(cause))}, {"sink", sink}},
                static_cast<double>(count));
  }
}

// Of a sink that is gone `last_cause` is kRemoved: what another start did without.
void AddSinkBooks(Exposition& out, const SinkStats& sink, Cause last_cause) {
  auto counter = [&](const char* name, const char* help, const Counter& value) {
    out.Counter(name, help, {{"sink", sink.name}}, static_cast<double>(value));
  };
  counter("eventer_sink_events_received_total",
          "Events that the log took for the sink: filtered, delivered, rejected, dropped and "
          "pending add up to it.",
          sink.received);
  counter("eventer_sink_events_filtered_total", "Events that the sink's filter does not want.",
          sink.filtered);
  counter("eventer_sink_events_delivered_total", "Events that the receiver has.", sink.delivered);
  AddCauses(out, "eventer_sink_events_rejected_total",
            "Events that the receiver will never take, by cause.", sink.name, sink.rejected,
            Cause::kBadRequest, Cause::kSuspect);
  AddCauses(out, "eventer_sink_events_dropped_total", "Events lost, by cause.", sink.name,
            sink.dropped, Cause::kStalled, last_cause);
  out.Gauge("eventer_sink_events_pending", "Events still to be delivered.", {{"sink", sink.name}},
            static_cast<double>(sink.pending));
}

void AddSinkState(Exposition& out, const SinkStats& sink) {
  out.Counter("eventer_sink_attempts_total", "Attempts to deliver events.", {{"sink", sink.name}},
              static_cast<double>(sink.attempts));
  AddCauses(out, "eventer_sink_failures_total", "Attempts that have to be repeated, by cause.",
            sink.name, sink.failures, Cause::kConnection, Cause::kSettings);
  out.Counter("eventer_sink_dead_letters_total", "Rejected events that were kept as dead letters.",
              {{"sink", sink.name}}, static_cast<double>(sink.dead_letters));
  out.Counter("eventer_sink_dead_letters_lost_total",
              "Rejected events that could not be written, or gave way to newer ones.",
              {{"sink", sink.name}}, static_cast<double>(sink.dead_letters_lost));
  out.Gauge("eventer_sink_last_delivery_time_seconds",
            "Last time of a delivery since unix epoch in seconds, 0 if there was none.",
            {{"sink", sink.name}}, Seconds(sink.last_delivery_wall_us));
  out.Gauge(
      "eventer_sink_stalled",
      "1 while the sink stands still, or holds up others, so that a full log drops its events.",
      {{"sink", sink.name}}, sink.stalled ? 1 : 0);
}

// The original's gauge of failed items, there only with such a sink.
void AddElasticsearchErrors(Exposition& out, const Stats& stats) {
  bool any = false;
  std::uint64_t errors = 0;
  for (const SinkStats& sink : stats.sinks) {
    if (sink.exporter != "ElasticSearch Sink") continue;
    any = true;
    for (const Counter& rejected : sink.rejected) errors += rejected;
  }
  if (any) {
    out.Gauge("eventer_elasticsearch_errors", "Bulk processing errors.", {},
              static_cast<double>(errors));
  }
}

void AddSource(Exposition& out, const SourceStats& source) {
  auto counter = [&](const char* name, const char* help, const Counter& value) {
    out.Counter(name, help, {}, static_cast<double>(value));
  };
  out.Gauge("eventer_source_connected",
            "1 while every watch is open, or held back by full buffers.", {},
            source.connected ? 1 : 0);
  counter("eventer_source_frames_total", "Frames read from watches.", source.frames);
  counter("eventer_source_watches_total", "Attempts to open a watch.", source.watches);
  counter("eventer_source_lists_total", "Pages of lists read.", source.lists);
  counter("eventer_source_relists_total",
          "Whole lists read: a version had expired, --since, a lost store or a replaced history.",
          source.relists);
  counter("eventer_source_gaps_total", "Known gaps in watching.", source.gaps);
  counter("eventer_source_garbage_total", "Lines of a watch that could not be understood.",
          source.garbage);
  counter("eventer_source_oversized_total", "Lines of a watch that were too long.",
          source.oversized);
  counter("eventer_source_held_total", "Watches closed because events could not be taken.",
          source.held);
  out.Gauge("eventer_source_last_frame_time_seconds",
            "Last time of a frame since unix epoch in seconds, 0 if there was none.", {},
            Seconds(source.last_frame_wall_us));
}

void AddQueues(Exposition& out, const Stats& stats) {
  auto gauge = [&](const char* name, const char* help, const Counter& value) {
    out.Gauge(name, help, {}, static_cast<double>(value));
  };
  gauge("eventer_buffer_entries", "Entries between the watch and the log.", stats.buffer_entries);
  gauge("eventer_buffer_bytes", "Their size in bytes.", stats.buffer_bytes);
  gauge("eventer_log_events", "Events that some sink has not passed.", stats.log_events);
  gauge("eventer_log_bytes", "What they count of eventer_log_max_bytes.", stats.log_bytes);
  gauge(
      "eventer_log_max_bytes",
      "--buffer-bytes, or what --data-dir-bytes leaves for them beside all else in the directory.",
      stats.log_max_bytes);
  out.Gauge("eventer_log_full", "1 while the log is full and the watch is held.", {},
            stats.log_full ? 1 : 0);
  out.Gauge("eventer_log_disk_failing", "1 while the disk of the event log fails.", {},
            stats.disk_failing ? 1 : 0);
}

}  // namespace

std::string RenderMetrics(const Stats& stats, const MetricsSettings& settings) {
  Exposition out;
  AddEvents(out, stats, settings.object_name_label);
  AddManager(out, stats);
  AddExporters(out, stats);
  for (const SinkStats& sink : stats.sinks) {
    AddSinkBooks(out, sink, Cause::kStalled);
    AddSinkState(out, sink);
  }
  for (const SinkStats& gone : stats.gone_sinks) AddSinkBooks(out, gone, Cause::kRemoved);
  AddElasticsearchErrors(out, stats);
  AddSource(out, stats.source);
  AddQueues(out, stats);
  out.Gauge("eventer_build_info", "Which build this is; always 1.",
            {{"version", settings.build.version}, {"commit", settings.build.commit}}, 1);
  AddProcessMetrics(out);
  return out.Text();
}

}  // namespace eventer
