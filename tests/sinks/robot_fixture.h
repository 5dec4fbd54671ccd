// A robot sink with the test as its worker and a service that counts as the
// real one does.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/message_budget.h"
#include "sinks/http_sink_fixture.h"
#include "support/local_zone.h"
#include "support/test_data.h"

namespace eventer {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

// What a code inside a 200 is to mean.
struct AnswerRow {
  int code;
  const char* words;
  Outcome outcome;
  Cause cause;
  const char* said;
};

class RobotTest : public HttpSinkTest {
 protected:
  using Json = nlohmann::ordered_json;

  // Refuses what comes faster than any of `rates`, and what `check` finds fault with.
  void Serve(const std::vector<MessageRate>& rates, const std::string& taken,
             const std::string& refused, const std::function<bool(const HttpRequest&)>& check) {
    client_->AlwaysRespondWith([=, this](const HttpRequest& request) {
      const SteadyTime now = clock_.Steady();
      for (const MessageRate& rate : rates) {
        const auto recent =
            std::ranges::count_if(sent_, [&](SteadyTime t) { return t + rate.window > now; });
        if (static_cast<std::size_t>(recent) >= rate.messages) ++too_fast_;
      }
      sent_.push_back(now);
      if (!check(request)) ++refused_;
      return FakeResponse(200, too_fast_ + refused_ > 0 ? refused : taken);
    });
  }

  void Offer(int events) {
    for (int i = 0; i < events; ++i, ++made_) {
      auto event = std::make_shared<Event>(*WarningEvent("event " + std::to_string(made_)));
      event->uid = "uid-" + std::to_string(made_);
      event->involved_object.name = "app" + std::to_string(made_ % 7) + "-0";
      waiting_.push_back(std::move(event));
    }
  }

  // What the worker does: offers what waits, waits as long as the sink asks.
  void Step() {
    const ExportResult result = Export(waiting_);
    std::vector<EventPtr> left;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (result.events[i].outcome == Outcome::kDelivered) continue;
      EXPECT_EQ(result.events[i].outcome, Outcome::kWaiting) << result.events[i].detail;
      left.push_back(waiting_[i]);
    }
    waiting_ = std::move(left);
    if (waiting_.empty()) return;
    const SteadyTime again = result.again_at.value_or(clock_.Steady() + 1s);
    if (again > clock_.Steady()) clock_.Advance(again - clock_.Steady());
  }
  void Finish() {
    for (int i = 0; i < 1000 && !waiting_.empty(); ++i) Step();
    EXPECT_THAT(waiting_, testing::IsEmpty());
  }

  // Bursts of all sizes, and how many events the messages told.
  void SendBursts() {
    for (int burst : {1, 5, 30, 200, 2, 19, 1, 900, 20, 21, 101, 99}) {
      Offer(burst);
      Finish();
      clock_.Advance(7s);
    }
    EXPECT_EQ(too_fast_, 0);
    EXPECT_EQ(refused_, 0);
  }
  // That a message tells: its lines begin with "N × ", or it is of one.
  static int EventsIn(const std::string& text) {
    int told = 0;
    for (std::size_t at = 0; at < text.size();) {
      if (text.substr(at, 8).find(" × ") != std::string::npos) told += std::stoi(text.substr(at));
      at = std::min(text.find('\n', at), text.size()) + 1;
    }
    return told == 0 ? 1 : told;
  }

  // Each row a code inside a 200, to a robot that nobody told anything yet.
  void ExpectMeanings(const std::string& value, const std::vector<AnswerRow>& rows,
                      const std::function<std::string(int, const std::string&)>& answer) {
    for (const AnswerRow& row : rows) {
      Make(value);
      client_->Respond(200, answer(row.code, row.words));
      const EventOutcome outcome = Export(WarningEvent());
      EXPECT_EQ(outcome.outcome, row.outcome) << row.code << row.words;
      EXPECT_EQ(outcome.cause, row.cause) << row.code << row.words;
      EXPECT_THAT(outcome.detail, testing::HasSubstr(row.said));
    }
  }

  // Where the body decides nothing, and where it is not there as a whole.
  void ExpectNoDeliveryWithoutAnAnswer(const std::string& value, const std::string& taken) {
    for (const std::string body : {"", "<html>", "[]", "7", "{}", R"({"errcode":"0","code":null})",
                                   R"({"code":18446744073709551615})", "{\"a\":"}) {
      Make(value);
      client_->Respond(200, body);
      const EventOutcome outcome = Export(WarningEvent());
      EXPECT_EQ(outcome.outcome, Outcome::kRetry) << body;
      EXPECT_EQ(outcome.cause, Cause::kGarbage) << body;
    }
    Make(value);
    HttpResponse cut = FakeFailure(HttpError::kTimeout, "no whole answer in 10s");
    cut.status = 200;
    cut.body = taken.substr(0, taken.size() / 2);
    client_->Respond(cut);
    const EventOutcome outcome = Export(WarningEvent());
    EXPECT_EQ(outcome.outcome, Outcome::kRetry);
    EXPECT_EQ(outcome.cause, Cause::kTimeout);
    EXPECT_THAT(outcome.detail, testing::StartsWith("no whole answer in 10s"));
    cut.body = taken;
    client_->Respond(cut);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  void ExpectByStatus(const std::string& value) {
    const std::pair<int, Outcome> rows[] = {
        {302, Outcome::kMisconfigured}, {400, Outcome::kRejected},
        {401, Outcome::kMisconfigured}, {403, Outcome::kMisconfigured},
        {404, Outcome::kMisconfigured}, {408, Outcome::kRetry},
        {413, Outcome::kRejected},      {429, Outcome::kRetry},
        {502, Outcome::kRetry}};
    for (const auto& [status, outcome] : rows) {
      Make(value);
      client_->Respond(status, "<html>");
      EXPECT_EQ(Export(WarningEvent()).outcome, outcome) << status;
    }
  }

  // Every body that `value` sends of `events`, one after the other, is what the
  // file says.
  void ExpectGolden(const std::string& file, const std::string& value,
                    std::vector<EventPtr> events) {
    const LocalZone zone("Asia/Shanghai");
    Make(value);
    waiting_ = std::move(events);
    Finish();
    Json bodies = Json::array();
    for (const HttpRequest& request : client_->requests()) {
      bodies.push_back(Json::parse(request.body.text()));
    }
    EXPECT_EQ(bodies.dump(2) + "\n", ReadTestFile("golden/" + file));
  }

  std::vector<EventPtr> waiting_;
  int made_ = 0, too_fast_ = 0, refused_ = 0;

 private:
  std::deque<SteadyTime> sent_;
};

// With everything in it that a chat could take for markup.
inline EventPtr ATrickyEvent() {
  auto event =
      std::make_shared<Event>(*WarningEvent("Back-off <at id=all></at> *restarting* `web`\n# "
                                            "[x](https://y) <@all> a_b \\ &lt;"));
  event->source = {"kubelet", "node-3"};
  event->first_seen = event->last_seen - 724s;
  return event;
}

}  // namespace eventer
