// A destination of events, and what it says of each.
//
// A sink makes one attempt; the worker (src/pipeline/sink_worker.h) decides what follows:
// back-off, order, rejection, counting and logging live there, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "eventer/event.h"

namespace eventer {

enum class Outcome : char {
  kDelivered,      // the receiver has it
  kRejected,       // the event's fault: never sent again
  kRetry,          // the receiver's or the network's fault: again after a back-off
  kMisconfigured,  // the configuration's fault: again, up to 5 min apart, said as an error
  kTooLarge,       // 413: the worker halves the batch; of one event: rejected
  kHeld,           // the result's `state` remembers it from now on (a digest's window): it passes
                   // the cursor together with that state. Without a state: kWaiting
  kWaiting,        // not now (a budget is used up): stays, and is offered again at `again_at`
};

// Why, as the label `cause` of the metrics. A closed list, so that the series are bounded; the
// receiver's own words go into EventOutcome::detail.
enum class Cause : unsigned char {
  kNone,
  kConnection,  // no connection, or it broke
  kTimeout,
  kTls,
  kThrottled,      // 429, or a "too fast" code inside a 200
  kServer,         // 5xx, 408
  kGarbage,        // an answer that cannot be understood
  kOutput,         // a local write failed (pipe closed, disk full)
  kUnauthorized,   // 401, 403, 407, bad token or signature
  kNotFound,       // 404, 405, a missing or read-only index
  kSettings,       // any other fault of the configuration
  kBadRequest,     // 400
  kTooLarge,       // 413 of one event
  kUnsupported,    // 415
  kUnprocessable,  // 422
  kMapping,        // a mapping refuses it
  kTemplate,       // a template fails on it
  kContent,        // unsafe or keyword-less text
  kSuspect,        // failed alone again and again while others were delivered
  kStalled,        // dropped: the log was full and the sink stalled
  kRemoved,        // dropped: its sink is configured no more
  kCount           // not a cause
};
std::string_view CauseName(Cause cause);  // "connection", "timeout", ...

struct EventOutcome {
  Outcome outcome = Outcome::kDelivered;
  Cause cause = Cause::kNone;
  std::string detail;  // the receiver's words, without secrets; at most about 500 bytes
};

struct ExportResult {
  std::vector<EventOutcome> events;     // one per event of the batch, in its order
  std::optional<Duration> retry_after;  // what the receiver asked for
  std::optional<SteadyTime> again_at;   // call again then, even with an empty batch
  bool smaller = false;                 // too much at once, all of it: half as many the next time
  // The sink's own memory (windows, budgets), stored together with its cursor. nullopt: as it was.
  std::optional<std::string> state;
  // How many events the state remembers that are told to nobody yet. They count as pending.
  std::uint64_t held = 0;
};

struct BatchLimits {
  std::size_t events = 1;
  std::size_t bytes = 1 << 20;  // of Event::json; one larger event is handed over alone
};

// Built on the main thread, where its factory may throw ConfigError, and asked there for its name
// and limits; then used by one worker thread only.
class EventSink {
 public:
  virtual ~EventSink() = default;

  // The original's name of this kind ("LogSink"): the label `exporter`. Called once.
  virtual std::string_view name() const = 0;
  // Called once; of `bytes` less may be handed over, if the log is small.
  virtual BatchLimits limits() const = 0;

  // Called before the first attempt with the state that was stored, empty if none. If it throws,
  // the attempt failed, and it is called again before the next.
  virtual void RestoreState(std::string_view state) { (void)state; }

  // One attempt. Blocks until the receiver answered for every event, a deadline of the sink's own
  // was reached (kRetry), or `stop` is requested (then: kRetry). A sink whose receiver has no ids
  // stops at the first event that must be retried: the rest is kRetry too. The batch is empty
  // only if the sink asked for a call with `again_at`.
  // All deadlines together are at most 150 s: two minutes later the thread counts as stuck, and
  // /livez says so. `stop` is heeded within 2 s: a sink that is still at it then is cut off with
  // the process. What is thrown, or another number of outcomes than of events, is kRetry for each
  // event, because of kGarbage.
  virtual ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) = 0;
};

}  // namespace eventer
