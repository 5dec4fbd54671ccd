#include "log/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <thread>

#include "common/fd_writer.h"
#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

EventPtr MakeEvent(int number, std::size_t size = 100) {
  auto event = std::make_shared<Event>();
  event->uid = "uid-" + std::to_string(number);
  event->resource_version = std::to_string(1000 + number);
  event->json = R"({"n":)" + std::to_string(number) + R"(,"pad":")";
  event->json.resize(size - 2, static_cast<char>('a' + number % 26));
  event->json += "\"}";
  return event;
}

EventBatch MakeBatch(int first, int count, std::size_t size = 100) {
  EventBatch batch;
  for (int i = first; i < first + count; ++i) batch.events.push_back(MakeEvent(i, size));
  return batch;
}

std::string LinesOf(const EventBatch& batch) {
  std::string text;
  for (const EventPtr& event : batch.events) text += event->json + "\n";
  return text;
}

std::size_t Delivered(const ExportResult& result) {
  std::size_t count = 0;
  while (count < result.events.size() && result.events[count].outcome == Outcome::kDelivered) {
    ++count;
  }
  // What follows the first that failed is retried too: order holds.
  for (std::size_t i = count; i < result.events.size(); ++i) {
    EXPECT_EQ(result.events[i].outcome, Outcome::kRetry);
    EXPECT_EQ(result.events[i].cause, Cause::kOutput);
    EXPECT_FALSE(result.events[i].detail.empty());
  }
  return count;
}

EventBatch From(const EventBatch& batch, std::size_t first) {
  EventBatch rest;
  rest.events.assign(batch.events.begin() + static_cast<std::ptrdiff_t>(first), batch.events.end());
  return rest;
}

bool IsFull(int pipe) {
  pollfd poll_fd{pipe, POLLOUT, 0};
  return poll(&poll_fd, 1, 0) == 0;
}

class Pipe {
 public:
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);  // as main does
    EXPECT_EQ(pipe(fds_), 0);
  }
  ~Pipe() {
    CloseReader();
    close(fds_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return fds_[1]; }
  void CloseReader() {
    if (fds_[0] >= 0) close(fds_[0]);
    fds_[0] = -1;
  }

  // Takes at most so much of it.
  void Read(std::size_t bytes) {
    std::string text(bytes, ' ');
    EXPECT_GT(read(fds_[0], text.data(), bytes), 0);
  }

  // Whatever is in the pipe now; never waits.
  std::string ReadAll() {
    fcntl(fds_[0], F_SETFL, O_NONBLOCK);
    std::string text;
    char piece[4096];
    for (ssize_t count; (count = read(fds_[0], piece, sizeof piece)) > 0;) {
      text.append(piece, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int fds_[2];
};

class LogSinkTest : public testing::Test {
 protected:
  std::unique_ptr<EventSink> NewSink(int fd, LogSinkOptions options = {}) {
    return NewLogSinkTo(clock_, fd, options);
  }

  // Exports while the clock runs: once the pipe is full, for nothing else takes time.
  ExportResult ExportWhileTimePasses(EventSink& sink, const EventBatch& batch) {
    return ExportTo(pipe_.writer(), sink, batch, [] {});
  }
  ExportResult ExportTo(int pipe, EventSink& sink, const EventBatch& batch,
                        const std::function<void()>& each_second) {
    std::atomic<bool> done = false;
    ExportResult result;
    std::jthread worker([&](std::stop_token stop) {
      result = sink.ExportEvents(batch, stop);
      done = true;
    });
    for (; !done; std::this_thread::yield()) {
      if (!IsFull(pipe)) continue;
      each_second();
      clock_.Advance(1s);
    }
    worker.join();
    return result;
  }

  FakeClock clock_;
  Pipe pipe_;
};

TEST_F(LogSinkTest, WritesEachEventsJsonOnALine) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch batch = MakeBatch(1, 3);
  const ExportResult result = sink->ExportEvents(batch, {});
  EXPECT_THAT(result.events, SizeIs(3));
  EXPECT_EQ(Delivered(result), 3);
  EXPECT_EQ(pipe_.ReadAll(), LinesOf(batch));
}

TEST_F(LogSinkTest, AnEmptyBatchWritesNothing) {
  auto sink = NewSink(pipe_.writer());
  EXPECT_THAT(sink->ExportEvents({}, {}).events, SizeIs(0));
  EXPECT_EQ(pipe_.ReadAll(), "");
}

TEST_F(LogSinkTest, AReaderThatDoesNotReadIsARetryAfterTenSeconds) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch batch = MakeBatch(0, 200, 1000);  // more than a pipe holds
  const SteadyTime start = clock_.Steady();
  const ExportResult result = ExportWhileTimePasses(*sink, batch);
  EXPECT_GE(clock_.Steady() - start, FdWriter::kPatience);
  const std::size_t delivered = Delivered(result);
  EXPECT_GT(delivered, 0);
  EXPECT_LT(delivered, 200);
  EXPECT_THAT(result.events.back().detail, HasSubstr("nobody reads"));
}

TEST_F(LogSinkTest, AReaderThatIsSlowTakesAnAttemptOfTwentySecondsAtMost) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch batch = MakeBatch(0, 1000, 1000);
  const SteadyTime start = clock_.Steady();
  const ExportResult result = ExportTo(pipe_.writer(), *sink, batch, [&] { pipe_.Read(8192); });
  EXPECT_GE(clock_.Steady() - start, FdWriter::kLongestWrite);
  EXPECT_LE(clock_.Steady() - start, FdWriter::kLongestWrite + 2s);
  EXPECT_GT(Delivered(result), 100);
  EXPECT_LT(Delivered(result), 1000);
  EXPECT_THAT(result.events.back().detail, HasSubstr("slow"));
}

TEST_F(LogSinkTest, NoLineIsTornOrRepeatedHoweverOftenTheReaderPauses) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch all = MakeBatch(0, 25, 9999);  // longer than PIPE_BUF: torn at every pause
  EventBatch waiting = all;
  std::string read;
  int pauses = 0;
  while (!waiting.events.empty()) {
    const ExportResult result = ExportWhileTimePasses(*sink, waiting);
    waiting = From(waiting, Delivered(result));
    read += pipe_.ReadAll();
    ++pauses;
  }
  EXPECT_GT(pauses, 2);
  EXPECT_EQ(read, LinesOf(all));
}

TEST_F(LogSinkTest, AHalfWrittenLineIsFinishedEvenIfItsEventIsNeverOfferedAgain) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch all = MakeBatch(0, 10, 9999);
  const std::size_t delivered = Delivered(ExportWhileTimePasses(*sink, all));
  std::string read = pipe_.ReadAll();
  ASSERT_NE(read.back(), '\n');
  EXPECT_EQ(Delivered(sink->ExportEvents(From(all, delivered + 1), {})), 10 - delivered - 1);
  EXPECT_EQ(read + pipe_.ReadAll(), LinesOf(all));
}

TEST_F(LogSinkTest, AnEventWithoutUidIsNeverTakenForAnother) {
  auto sink = NewSink(pipe_.writer());
  EventBatch batch;
  for (int i = 0; i < 2; ++i) {
    auto event = std::make_shared<Event>();
    event->json = std::string(70000, static_cast<char>('a' + i));
    batch.events.push_back(event);
  }
  EXPECT_EQ(Delivered(ExportWhileTimePasses(*sink, batch)), 0);
  std::string read = pipe_.ReadAll();
  EXPECT_EQ(Delivered(ExportWhileTimePasses(*sink, From(batch, 1))), 0);
  read += pipe_.ReadAll();
  EXPECT_EQ(Delivered(sink->ExportEvents({}, {})), 0);
  read += pipe_.ReadAll();
  EXPECT_EQ(read, LinesOf(batch));
}

TEST_F(LogSinkTest, StopEndsAWriteThatHangs) {
  auto sink = NewSink(pipe_.writer());
  const EventBatch batch = MakeBatch(0, 200, 1000);
  ExportResult result;
  std::jthread worker([&](std::stop_token stop) { result = sink->ExportEvents(batch, stop); });
  worker.request_stop();
  worker.join();
  EXPECT_LT(Delivered(result), 200);
}

TEST_F(LogSinkTest, AClosedPipeIsARetry) {
  auto sink = NewSink(pipe_.writer());
  pipe_.CloseReader();
  const ExportResult result = sink->ExportEvents(MakeBatch(0, 2), {});
  EXPECT_EQ(Delivered(result), 0);
  EXPECT_EQ(result.events[0].detail, "Broken pipe");
}

TEST_F(LogSinkTest, ANewReaderOfAFifoBeginsWithAWholeLine) {
  char directory[] = "/tmp/log_sink_test_XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const std::string path = std::string(directory) + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  const int writer = open(path.c_str(), O_WRONLY);
  auto sink = NewSink(writer);
  const EventBatch batch = MakeBatch(0, 1, 100'000);
  EXPECT_EQ(Delivered(ExportTo(writer, *sink, batch, [] {})), 0);
  close(reader);
  EXPECT_EQ(Delivered(sink->ExportEvents(batch, {})), 0);
  reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  EXPECT_EQ(Delivered(ExportTo(writer, *sink, batch, [] {})), 0);
  std::string start(8, ' ');
  EXPECT_EQ(read(reader, start.data(), start.size()), 8);
  EXPECT_EQ(start, batch.events[0]->json.substr(0, 8));
  close(reader);
  close(writer);
  unlink(path.c_str());
  rmdir(directory);
}

TEST_F(LogSinkTest, AFullDiskIsARetry) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  const ExportResult result = NewSink(full)->ExportEvents(MakeBatch(0, 2), {});
  EXPECT_EQ(Delivered(result), 0);
  EXPECT_EQ(result.events[0].detail, "No space left on device");
  close(full);
}

TEST_F(LogSinkTest, AClosedDescriptorIsARetry) {
  const int closed = dup(pipe_.writer());
  close(closed);
  EXPECT_EQ(Delivered(NewSink(closed)->ExportEvents(MakeBatch(0, 2), {})), 0);
}

TEST_F(LogSinkTest, WritesToAFile) {
  char path[] = "/tmp/log_sink_test_XXXXXX";
  const int file = mkstemp(path);
  const EventBatch batch = MakeBatch(0, 200, 1000);
  EXPECT_EQ(Delivered(NewSink(file)->ExportEvents(batch, {})), 200);
  std::string text(300'000, ' ');
  text.resize(static_cast<std::size_t>(pread(file, text.data(), text.size(), 0)));
  EXPECT_EQ(text, LinesOf(batch));
  close(file);
  unlink(path);
}

TEST_F(LogSinkTest, OthersLinesInTheSamePipeDoNotEndUpInsideOurs) {
  const EventBatch batch = MakeBatch(0, 1, 3000);
  std::string read;
  {
    std::jthread reader([&](std::stop_token stop) {
      while (!stop.stop_requested()) read += pipe_.ReadAll();
    });
    std::jthread other([&](std::stop_token stop) {
      while (!stop.stop_requested()) EXPECT_EQ(write(pipe_.writer(), "other\n", 6), 6);
    });
    FdWriter writer(clock_, pipe_.writer());
    for (int i = 0; i < 300; ++i) {
      EXPECT_EQ(writer.Write(LinesOf(batch), {}).error, FdWriter::Error::kNone);
    }
  }  // first `other` ends, then the reader
  std::istringstream lines(read + pipe_.ReadAll());
  for (std::string line; std::getline(lines, line);) {
    ASSERT_TRUE(line == "other" || line == batch.events[0]->json) << line.substr(0, 80);
  }
}

TEST_F(LogSinkTest, WritesLinesForPeopleIfAskedTo) {
  auto event = std::make_shared<Event>();
  event->message = "one\ntwo";
  auto sink = NewSink(pipe_.writer(), {.text = true, .color = false});
  EXPECT_EQ(Delivered(sink->ExportEvents({.timestamp = {}, .events = {event}}, {})), 1);
  EXPECT_THAT(pipe_.ReadAll(), testing::EndsWith("x1  one\\ntwo\n"));
}

}  // namespace
}  // namespace eventer
