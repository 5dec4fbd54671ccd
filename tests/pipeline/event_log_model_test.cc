// Random calls against both logs, compared with a model that is too simple to be wrong.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>

#include "pipeline/disk_log_fixture.h"

namespace eventer {
namespace {

constexpr std::size_t kReaders = 3;
constexpr std::array<std::string_view, kReaders> kFilters = {"", "level=Warning", ""};

struct ModelBooks {
  std::uint64_t received = 0, filtered = 0, delivered = 0, rejected = 0, dropped = 0, held = 0;
  std::string state;
};

// What an EventLog promises, one event after the other.
class Model {
 public:
  explicit Model(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  std::size_t Append(const std::vector<SourceEntry>& entries, const EventLog& log) {
    std::erase_if(entries_, [](const Entry& entry) { return !Alive(entry); });
    std::size_t taken = 0;
    for (const SourceEntry& entry : entries) {
      const std::size_t bytes = entry.event ? log.Bytes(*entry.event) : 0;
      if (entry.event && !Fits(bytes)) break;
      if (entry.event) entries_.push_back({entry.event, bytes, {}});
      for (ModelBooks& sink : books) sink.received += entry.event ? 1 : 0;
      version = entry.resource_version;
      ++taken;
    }
    return taken;
  }

  std::vector<std::string> Read(std::size_t reader, std::size_t count) {
    std::vector<std::string> names;
    LetGo(reader);
    for (Entry& entry : entries_) {
      Place& place = entry.places[reader];
      if (place == kNew && !Wants(entry, reader)) {
        place = kDone;
        ++books[reader].filtered;
      }
      if (place == kDone) continue;
      if (names.size() == count) break;
      place = kInHands;
      names.push_back(entry.event->name);
    }
    return names;
  }

  void Commit(std::size_t reader, const std::vector<std::string>& names, Outcome outcome) {
    LetGo(reader);
    for (Entry& entry : entries_) {
      if (std::find(names.begin(), names.end(), entry.event->name) == names.end()) continue;
      entry.places[reader] = kDone;
      ModelBooks& sink = books[reader];
      ++(outcome == Outcome::kHeld       ? sink.held
         : outcome == Outcome::kRejected ? sink.rejected
                                         : sink.delivered);
    }
  }

  void Remember(std::size_t reader, std::string state, std::uint64_t held) {
    ModelBooks& sink = books[reader];
    sink.state = std::move(state);
    sink.delivered += sink.held - std::min(held, sink.held);
    sink.held = std::min(held, sink.held);
  }

  void Drop(const std::set<ReaderId>& stalled, std::size_t bytes) {
    for (int worth = 0; worth < 3; ++worth) {
      if (worth == 2 && AnyLesserWaits(stalled)) return;
      for (Entry& entry : entries_) {
        if (Fits(std::min(bytes, max_bytes_))) return;
        if (Alive(entry) && MayDrop(entry, stalled) && Worth(entry) <= worth) DropFor(entry);
      }
    }
  }

  // What was in hands is offered again.
  void Restart() {
    for (std::size_t reader = 0; reader < kReaders; ++reader) LetGo(reader);
  }

  std::uint64_t Waiting(std::size_t reader) const {
    return std::count_if(entries_.begin(), entries_.end(),
                         [&](const Entry& entry) { return entry.places[reader] != kDone; });
  }
  std::size_t Bytes() const {
    std::size_t bytes = 0;
    for (const Entry& entry : entries_) bytes += Alive(entry) ? entry.bytes : 0;
    return bytes;
  }

  std::array<ModelBooks, kReaders> books;
  std::string version;

 private:
  enum Place { kNew, kOpen, kInHands, kDone };
  struct Entry {
    EventPtr event;
    std::size_t bytes = 0;
    std::array<Place, kReaders> places{};
  };

  static bool Alive(const Entry& entry) {
    return std::any_of(entry.places.begin(), entry.places.end(),
                       [](Place place) { return place != kDone; });
  }
  static bool Wants(const Entry& entry, std::size_t reader) {
    return kFilters[reader].empty() || entry.event->type == "Warning";
  }
  bool Fits(std::size_t bytes) const { return Bytes() == 0 || Bytes() + bytes <= max_bytes_; }
  void LetGo(std::size_t reader) {
    for (Entry& entry : entries_) {
      if (entry.places[reader] == kInHands) entry.places[reader] = kOpen;
    }
  }
  bool MayDrop(const Entry& entry, const std::set<ReaderId>& stalled) const {
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      const Place place = entry.places[reader];
      if (place == kInHands) return false;
      if (place != kDone && !stalled.contains(static_cast<ReaderId>(reader))) return false;
    }
    return true;
  }
  bool AnyLesserWaits(const std::set<ReaderId>& stalled) const {
    for (const Entry& entry : entries_) {
      for (std::size_t reader = 0; reader < kReaders; ++reader) {
        const bool moves = !stalled.contains(static_cast<ReaderId>(reader));
        if (moves && entry.event->type != "Warning" && entry.places[reader] != kDone) return true;
      }
    }
    return false;
  }
  static int Worth(const Entry& entry) {
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      if (entry.places[reader] == kDone || !Wants(entry, reader)) continue;
      return entry.event->type == "Warning" ? 2 : 1;
    }
    return 0;
  }
  void DropFor(Entry& entry) {
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      if (entry.places[reader] == kDone) continue;
      ++(Wants(entry, reader) ? books[reader].dropped : books[reader].filtered);
      entry.places[reader] = kDone;
    }
  }

  std::size_t max_bytes_ = 0;
  std::vector<Entry> entries_;
};

// One random sequence.
class Sequence {
 public:
  Sequence(const LogKind& kind, bool durable, unsigned seed)
      : random_(seed),
        durable_(durable),
        kind_(kind),
        scale_(Any(20) == 0 ? 300 : 1),
        max_bytes_(30 * scale_ * EventLog::Bytes(*MakeEvent("1"))),
        model_(max_bytes_) {
    Start();
  }

  void Step() {
    const std::size_t what = Any(100), reader = Any(kReaders);
    if (what < 30) {
      Append();
    } else if (what < 80) {
      Attempt(reader);
    } else if (what < 90) {
      Drop();
    } else if (what < 94) {
      log_->Commit(reader, {});
      model_.Commit(reader, {}, Outcome::kDelivered);
    } else if (durable_ && what < 97) {
      Restart(Any(2) == 0);
    } else if (durable_) {
      full_ ? Mend() : Break();
    }
    Compare();
  }

 private:
  std::size_t Any(std::size_t below) { return random_() % below; }

  void Start() {
    stats_ = std::make_unique<Stats>();
    log_ = kind_.make(clock_, *stats_, *dir_, max_bytes_);
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      SinkStats& books = stats_->sinks.emplace_back();
      books.name = std::string("sink") += static_cast<char>('a' + reader);
      log_->Open(books, MakeFilter(kFilters[reader]));
    }
  }

  // From now on nothing can be written; all goes on in memory.
  void Break() {
    stored_ = model_;
    full_.emplace();
  }
  void Mend() {
    full_.reset();
    clock_.Advance(std::chrono::seconds(1));
    EXPECT_TRUE(dynamic_cast<DurableEventLog&>(*log_).Flush());
  }

  void Restart(bool kill) {
    if (full_) {
      kill = false;  // a clean stop stores as little
      model_ = stored_;
    }
    if (kill) {
      auto copy = std::make_unique<TempDir>();
      std::filesystem::copy(dir_->Path(""), copy->Path(""));
      log_.reset();
      dir_ = std::move(copy);
    }
    log_.reset();
    full_.reset();
    Start();
    model_.Restart();
    // What filters passed and nobody stored is passed again.
    for (std::size_t reader = 0; reader < kReaders; ++reader) Read(reader, kAll);
  }

  void Append() {
    std::vector<SourceEntry> entries(Any(12));
    for (SourceEntry& entry : entries) {
      const std::string number = std::to_string(++number_);
      const std::size_t bytes = scale_ * (kSmallEvent + Any(3 * kSmallEvent));
      entry = MakeEntry(number, number, Any(3) == 0 ? "Warning" : "Normal", bytes);
      if (Any(10) == 0) entry.event = nullptr;
    }
    const std::size_t taken = model_.Append(entries, *log_);
    ASSERT_EQ(log_->Append(entries), taken);
  }

  std::vector<LogEntry> Read(std::size_t reader, std::size_t count) {
    if (full_) clock_.Advance(std::chrono::seconds(1));  // what is there can be read by then
    auto entries = log_->Read(static_cast<ReaderId>(reader), count, kAll << 10).entries;
    EXPECT_EQ(Names(entries), model_.Read(reader, count));
    for (const LogEntry& entry : entries) {
      EXPECT_EQ(
          entry.event->json.find("\"name\":\"" + entry.event->name + "\"") != std::string::npos,
          true);
    }
    return entries;
  }

  // Reads, and settles some of it.
  void Attempt(std::size_t reader) {
    constexpr std::array kOutcomes = {Outcome::kDelivered, Outcome::kDelivered, Outcome::kRejected,
                                      Outcome::kHeld};
    const Outcome outcome = kOutcomes[Any(4)];
    const std::size_t part = 1 + Any(4);
    LogProgress progress;
    std::vector<std::string> settled;
    for (const LogEntry& entry : Read(reader, 1 + Any(20))) {
      if (Any(4) >= part) continue;
      progress.settled.push_back({entry.sequence, outcome, Cause::kMapping});
      settled.push_back(entry.event->name);
    }
    if (Any(8) == 0) return;  // an attempt that hangs
    model_.Commit(reader, settled, outcome);
    if (outcome == Outcome::kHeld || Any(4) == 0) {
      progress.state = "state" + std::to_string(Any(1000));
      progress.held = Any(10);
      model_.Remember(reader, *progress.state, progress.held);
    }
    log_->Commit(static_cast<ReaderId>(reader), progress);
  }

  void Drop() {
    std::set<ReaderId> stalled;
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      if (Any(3) > 0) stalled.insert(static_cast<ReaderId>(reader));
    }
    const std::size_t bytes = Any(max_bytes_);
    model_.Drop(stalled, bytes);
    log_->Drop(stalled, bytes);
  }

  void Compare() {
    for (std::size_t reader = 0; reader < kReaders; ++reader) {
      const SinkStats& books = stats_->sinks[reader];
      const ModelBooks& expected = model_.books[reader];
      const auto id = static_cast<ReaderId>(reader);
      EXPECT_EQ(books.received, expected.received);
      EXPECT_EQ(books.filtered, expected.filtered);
      EXPECT_EQ(books.delivered, expected.delivered);
      EXPECT_EQ(Sum(books.rejected), expected.rejected);
      EXPECT_EQ(Sum(books.dropped), expected.dropped);
      EXPECT_EQ(books.pending, model_.Waiting(reader) + expected.held);
      EXPECT_EQ(log_->Look(id).waiting, model_.Waiting(reader));
      EXPECT_EQ(log_->State(id), expected.state);
      EXPECT_EQ(Imbalance(books), 0);
    }
    EXPECT_EQ(stats_->log_bytes, model_.Bytes());
    const Position position = log_->position();
    EXPECT_EQ(position.empty() ? "" : position.at(""), model_.version);
  }

  std::mt19937 random_;
  const bool durable_;
  const LogKind& kind_;
  const std::size_t scale_, max_bytes_;
  Model model_, stored_{0};
  std::optional<FullDisk> full_;
  FakeClock clock_;
  std::unique_ptr<TempDir> dir_ = std::make_unique<TempDir>();
  std::unique_ptr<Stats> stats_;
  std::unique_ptr<EventLog> log_;
  int number_ = 0;
};

// EVENTER_SEQUENCES=5000 looks longer.
unsigned Sequences(unsigned otherwise) {
  const char* asked = std::getenv("EVENTER_SEQUENCES");
  return asked ? static_cast<unsigned>(std::atoi(asked)) : otherwise;
}

void RunSequences(const LogKind& kind, bool durable, unsigned count) {
  constexpr int kSteps = 60;
  for (unsigned seed = 1; seed <= count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Sequence sequence(kind, durable, seed);
    for (int step = 0; step < kSteps && !testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      sequence.Step();
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(EventLogModelTest, TheLogInMemoryDoesWhatTheModelDoes) {
  RunSequences(kMemoryLog, /*durable=*/false, Sequences(200));
}

TEST(EventLogModelTest, TheLogOnTheDiskDoesWhatTheModelDoes) {
  RunSequences(kDiskLog, /*durable=*/true, Sequences(60));
}

}  // namespace
}  // namespace eventer
