// The events of an API server, in memory: collection, history, list, watch, compaction, and
// whatever can go wrong with them. Its answers have the form of the recorded ones
// (tests/recordings). Knows no transport: FakeKubeClient serves it in-process,
// KubeApiServer over HTTP.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventer/clock.h"
#include "eventer/http_client.h"

namespace eventer {

// Thread-safe.
class FakeKubeApi {
 public:
  explicit FakeKubeApi(std::uint64_t version = 1000) : version_(version) {}

  // --- the collection; each change returns its version ---

  // An object's text, made ready once so that putting it costs nothing.
  struct Prepared {
    std::string ns, name;
    std::string head, tail;  // the version goes in between
  };
  static Prepared Prepare(std::string_view event_json);
  std::uint64_t Put(const Prepared& event);  // adds it, or updates the one of that name
  std::uint64_t Put(std::string_view event_json) { return Put(Prepare(event_json)); }
  std::uint64_t Delete(const std::string& ns, const std::string& name);
  void DeleteOldest(std::size_t count);    // as the TTL does
  void PassVersions(std::uint64_t count);  // changes of other resources
  void PutConfigMap(const std::string& ns, const std::string& name, std::string json);
  std::uint64_t version() const;
  std::size_t stored() const;

  // etcd forgets all versions below `version`: watches that have not got there and lists of then
  // get 410.
  void Compact(std::uint64_t version);
  // etcd is restored from a backup that was made at `version` (not compacted): open watches break.
  void Restore(std::uint64_t version);

  // --- faults ---

  enum class Call : char { kList, kWatch, kAny };
  struct Fault {
    int status = 500;
    std::string message = {};
    HttpHeaders headers = {};
    int retry_after_seconds = 0;  // in the Status' details
    bool in_stream = false;       // 200, then an ERROR
    bool mute = false;            // 200, then nothing; of a list, too
    Call call = Call::kAny;
  };
  void Refuse(const Fault& fault, int count = 1);  // the next `count` such calls
  void Expire410ByStatus(bool by_status);          // instead of in the stream
  void RequireToken(std::string token);            // else 401; empty: nobody is asked
  void Forbid(bool forbidden);                     // 403
  void Down(bool down);                            // no connections, and those there are break
  void Silence(bool silent);                       // streams send nothing more, and never end
  void BreakWatches();                             // a reset
  void EndWatches();                               // cleanly
  void CutNextWatchAfter(std::size_t bytes);
  // From now on each watch that is opened ends after so many frames: by a reset in the middle of
  // the last one, or by a 410 behind it. 0: no more.
  void CutEachWatch(std::size_t frames);
  void ExpireEachWatch(std::size_t frames);
  void SendLine(const std::string& line);    // to every open watch, as it is
  void NumberlessVersions(bool numberless);  // versions look like "v1000x"

  // --- what clients did ---

  struct Counts {
    int lists = 0, watches = 0, open_watches = 0;
  };
  Counts counts() const;
  std::vector<std::string> targets() const;  // of all requests, in order (the newest 1,000)

  // --- for transports ---

  struct Watch {
    std::string ns;
    std::size_t next = 0;                 // index in the history, counted from its very beginning
    std::uint64_t after = 0;              // only versions above
    int timeout_seconds = 0;              // to be ended then; 0: never
    std::uint64_t broken = 0, ended = 0;  // what the counters were when it began
    std::optional<std::size_t> bytes_left;
    std::size_t frames_left = 0;  // 0: no limit
    bool cut_then = false;        // else: expired
    std::string pending;          // to be sent first
    bool ends_after_pending = false;
  };
  struct Answer {
    int status = 200;
    HttpHeaders headers = {};
    std::string body = {};
    std::shared_ptr<Watch> watch = {};  // a stream follows instead of the body
  };
  enum class End : char { kOpen, kClean, kBroken };
  struct Chunk {
    std::string bytes = {};
    End end = End::kOpen;
  };
  // nullopt: no connection.
  std::optional<Answer> Handle(std::string_view method, std::string_view target,
                               std::string_view authorization);
  // Waits until there is something to read, `deadline` or stop; then takes it, at most some 64 KiB.
  Chunk Read(Watch& watch, Clock& clock, SteadyTime deadline, std::stop_token stop);
  bool silent() const;  // then a watch does not even end when its time is over
  // Blocks until that many watches have been opened (true) or stop.
  bool AwaitWatches(int count, std::stop_token stop = {}) const;

 private:
  using Key = std::pair<std::string, std::string>;  // namespace, name
  struct Revision {
    std::uint64_t version;
    std::shared_ptr<const std::string> item;  // null: deleted
  };
  struct Change {
    std::uint64_t version;
    const char* type;  // null: `item` is a whole line
    std::string ns;
    std::shared_ptr<const std::string> item;
  };
  struct Query {
    std::string ns, resource_version, continue_token;
    std::size_t limit = 0;  // 0: none
    int timeout_seconds = 0;
    bool watch = false;
  };
  static Query ParseQuery(std::string_view parameters, std::string ns);

  std::string VersionText(std::uint64_t version) const;
  std::uint64_t Record(const Key& key, const char* type, std::shared_ptr<const std::string> item);
  std::uint64_t DeleteLocked(const Key& key);
  std::optional<Answer> TakeFault(const Query& query);
  Answer List(const Query& query);
  Answer OpenWatch(const Query& query);
  void AddInitialFrames(Watch* watch) const;
  Answer GetConfigMap(const Key& key) const;
  Chunk TakeChunk(Watch& watch);
  void TakeFrames(Watch& watch, Chunk& chunk);
  bool Readable(const Watch& watch) const;
  bool Wanted(const Watch& watch, const Change& change) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::uint64_t version_, compacted_ = 0;
  std::map<Key, std::vector<Revision>> objects_;
  std::size_t stored_ = 0;
  std::deque<Change> history_;
  std::size_t history_begin_ = 0;  // index of its first element
  std::map<Key, std::string> config_maps_;
  std::deque<Fault> faults_;
  bool by_status_ = false, forbidden_ = false, down_ = false, silent_ = false, numberless_ = false;
  std::string token_;
  std::uint64_t broken_ = 0, ended_ = 0;
  std::optional<std::size_t> cut_next_;
  std::size_t frames_of_each_ = 0;
  bool cut_each_ = false;
  Counts counts_;
  std::vector<std::weak_ptr<Watch>> open_;
  std::deque<std::string> targets_;
};

// HttpClient of a server that is a FakeKubeApi. on_line is called on the caller's thread.
class FakeKubeClient final : public HttpClient {
 public:
  FakeKubeClient(FakeKubeApi& api, Clock& clock) : api_(api), clock_(clock) {}

  HttpResponse Send(const HttpRequest& request, std::stop_token stop) override;
  HttpResponse Stream(const HttpRequest& request, std::stop_token stop,
                      const StreamHandler& handler) override;

 private:
  std::optional<FakeKubeApi::Answer> Ask(const HttpRequest& request);

  FakeKubeApi& api_;
  Clock& clock_;
};

}  // namespace eventer
