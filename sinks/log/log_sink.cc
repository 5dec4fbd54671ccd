#include "log/log_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "common/fd_writer.h"
#include "eventer/error.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "log/text_line.h"

namespace eventer {
namespace {

// Names one version of one event; empty if it has no name.
std::string VersionId(const Event& event) { return event.uid.empty() ? "" : event.VersionId(); }

class LogSink final : public EventSink {
 public:
  LogSink(Clock& clock, int fd, const LogSinkOptions& options)
      : writer_(clock, fd), text_(options.text), text_line_(options.color) {}

  std::string_view name() const override { return "LogSink"; }
  // Enough that a write is cheap, little enough that memory stays small.
  BatchLimits limits() const override { return {.events = 1000, .bytes = 1 << 20}; }
  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override;

 private:
  // All lines of an attempt, and where in `text` each event's line begins and ends.
  struct Page {
    struct Line {
      std::size_t begin, end;
    };
    std::string text;
    std::vector<Line> lines;
  };

  Page Compose(const EventBatch& batch);
  void AppendLine(const Event& event, std::string* text);
  void Remember(const Page& page, const EventBatch& batch, const FdWriter::Result& result);

  FdWriter writer_;
  const bool text_;
  TextLine text_line_;
  // The rest of a line that the last attempt wrote half, and whose it is. It is written before
  // anything else, even if that event is never offered again: no line is ever torn.
  std::string rest_, rest_id_;
};

ExportResult LogSink::ExportEvents(const EventBatch& batch, std::stop_token stop) {
  const Page page = Compose(batch);
  const FdWriter::Result result = writer_.Write(page.text, stop);
  Remember(page, batch, result);
  ExportResult answer;
  answer.events.resize(batch.events.size());
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    if (page.lines[i].end <= result.written) continue;
    answer.events[i] = {Outcome::kRetry, Cause::kOutput, result.detail};
  }
  return answer;
}

LogSink::Page LogSink::Compose(const EventBatch& batch) {
  Page page{.text = rest_, .lines = {}};
  for (const EventPtr& event : batch.events) {
    if (!rest_id_.empty() && VersionId(*event) == rest_id_) {
      page.lines.push_back({0, rest_.size()});
      continue;
    }
    const std::size_t begin = page.text.size();
    AppendLine(*event, &page.text);
    page.lines.push_back({begin, page.text.size()});
  }
  return page;
}

void LogSink::AppendLine(const Event& event, std::string* text) {
  if (text_) return text_line_.Append(event, text);
  text->append(event.json).push_back('\n');
}

void LogSink::Remember(const Page& page, const EventBatch& batch, const FdWriter::Result& result) {
  if (result.error == FdWriter::Error::kClosed) {  // another reader would begin with half a line
    rest_.clear();
    rest_id_.clear();
    return;
  }
  if (result.written < rest_.size()) {
    rest_.erase(0, result.written);
    return;
  }
  rest_.clear();
  rest_id_.clear();
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const Page::Line line = page.lines[i];
    if (line.begin < result.written && result.written < line.end) {
      rest_ = page.text.substr(result.written, line.end - result.written);
      rest_id_ = VersionId(*batch.events[i]);
    }
  }
}

bool WantsColor(int fd) {
  const char* no_color = std::getenv("NO_COLOR");  // no-color.org: if it is not empty
  return isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0');
}

// One that is closed is never opened again.
bool IsWritable(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
}

}  // namespace

std::unique_ptr<EventSink> NewLogSinkTo(Clock& clock, int fd, const LogSinkOptions& options) {
  return std::make_unique<LogSink>(clock, fd, options);
}

std::unique_ptr<EventSink> NewLogSink(SinkUri& uri, const SinkContext& context) {
  const LogSinkOptions options{.text = uri.GetOneOf("format", "json", {"json", "text"}) == "text",
                               .color = WantsColor(STDOUT_FILENO)};
  if (!IsWritable(STDOUT_FILENO)) {
    throw ConfigError(uri.Name() + ": standard output is closed, or open for reading only");
  }
  return NewLogSinkTo(context.clock, STDOUT_FILENO, options);
}

}  // namespace eventer
