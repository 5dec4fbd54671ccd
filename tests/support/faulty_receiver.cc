#include "support/faulty_receiver.h"

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

std::string JsonAnswer(std::string_view body) {
  return HttpAnswer(body, 200, "Content-Type: application/json\r\n");
}

// The value of "_id" in an action line.
std::string IdOf(std::string_view action) {
  constexpr std::string_view kKey = R"("_id":")";
  const std::size_t begin = action.find(kKey) + kKey.size();
  return std::string(action.substr(begin, action.find('"', begin) - begin));
}

std::string_view CutLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

FaultyReceiver::FaultyReceiver(Kind kind, bool down)
    : kind_(kind),
      server_([this](LoopbackConnection& connection) { Serve(connection); },
              {.keeps_requests = false, .down = down}) {}

FaultyReceiver::~FaultyReceiver() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void FaultyReceiver::Become(Mood mood) {
  std::lock_guard lock(mutex_);
  mood_ = mood;
  changed_.notify_all();
}

void FaultyReceiver::AlwaysFail(const std::string& id) {
  std::lock_guard lock(mutex_);
  always_fails_ = id;
}

void FaultyReceiver::TakeTime(Duration each) {
  std::lock_guard lock(mutex_);
  takes_ = each;
  changed_.notify_all();
}

std::vector<std::string> FaultyReceiver::arrived() const {
  std::lock_guard lock(mutex_);
  return arrived_;
}

std::size_t FaultyReceiver::count() const {
  std::lock_guard lock(mutex_);
  return arrived_.size();
}

std::size_t FaultyReceiver::repeats() const {
  std::lock_guard lock(mutex_);
  return repeats_;
}

std::size_t FaultyReceiver::refused() const {
  std::lock_guard lock(mutex_);
  return refused_;
}

void FaultyReceiver::Serve(LoopbackConnection& connection) {
  while (const auto request = connection.Read()) {
    const Reaction reaction = React(*request);
    if (!connection.Write(reaction.answer) || reaction.closes) return;
  }
}

FaultyReceiver::Reaction FaultyReceiver::React(const RecordedRequest& request) {
  std::unique_lock lock(mutex_);
  if (mood_ != Mood::kWell) return Misbehave(request, lock);
  if (request.method == "POST" && takes_ > Duration::zero()) {
    const SteadyTime until = SystemClock().Steady() + takes_;
    const Duration asked = takes_;
    changed_.wait_until(lock, until, [&] { return stopping_ || takes_ != asked; });
  }
  return {Take(request)};
}

FaultyReceiver::Reaction FaultyReceiver::Misbehave(const RecordedRequest& request,
                                                   std::unique_lock<std::mutex>& lock) {
  ++refused_;
  switch (mood_) {
    case Mood::kBusy:
      return {HttpAnswer("busy\n", 503)};
    case Mood::kHangs: {
      const std::string answer = Take(request);
      changed_.wait(lock, [&] { return stopping_ || mood_ != Mood::kHangs; });
      return {answer};
    }
    case Mood::kHalf: {
      const std::string answer = Take(request);
      return {answer.substr(0, answer.size() / 2), true};
    }
    case Mood::kGarbage:
      return {HttpAnswer("<html><body>Please log in</body></html>")};
    case Mood::kUnauthorized:
      return {HttpAnswer("who are you?\n", 401)};
    case Mood::kBadRequest:
      return {HttpAnswer("what is that?\n", 400)};
    default:
      return {"", true};
  }
}

std::string FaultyReceiver::Take(const RecordedRequest& request) {
  if (kind_ == Kind::kWebhook) {
    return TakeEvent(request.body) ? HttpAnswer("") : HttpAnswer("not that one\n", 500);
  }
  if (request.method == "POST") return JsonAnswer(TakeBulk(request.body));
  // The version, and an index template that is there already.
  return JsonAnswer(R"({"version":{"number":"8.11.0"}})");
}

std::string FaultyReceiver::TakeBulk(std::string_view body) {
  std::string items;
  bool errors = false;
  while (!body.empty()) {
    const std::string id = IdOf(CutLine(body));
    CutLine(body);
    const bool there = known_.contains(id);
    const int status = !TakeEvent(id) ? 500 : there ? 409 : 201;
    errors |= status != 201;
    items += (items.empty() ? "" : ",") + (R"({"create":{"status":)" + std::to_string(status));
    if (status != 201) items += R"(,"error":{"type":"fault","reason":"on command"})";
    items += "}}";
  }
  return std::string(R"({"errors":)") + (errors ? "true" : "false") + R"(,"items":[)" + items +
         "]}";
}

// False: the one that always fails.
bool FaultyReceiver::TakeEvent(const std::string& id) {
  if (id == always_fails_) {
    ++refused_;
    return false;
  }
  if (known_.insert(id).second) {
    arrived_.push_back(id);
  } else {
    ++repeats_;
  }
  return true;
}

}  // namespace eventer
