// Receivers that repeat what nobody may see, while the log is at its loudest, over real sockets.
#include <algorithm>
#include <fstream>
#include <mutex>
#include <sstream>
#include <utility>

#include "eventer/base64.h"
#include "eventer/percent.h"
#include "fault/fault_fixture.h"
#include "support/loopback_server.h"

namespace eventer {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// Answers each POST with the next of its answers, and what else it is asked as an Elasticsearch.
class Parrot {
 public:
  explicit Parrot(std::vector<std::string> answers) : answers_(std::move(answers)) {}

  std::string Address() const { return server_.authority(); }

 private:
  void Serve(LoopbackConnection& connection) {
    while (const auto request = connection.Read()) {
      if (!connection.Write(AnswerTo(*request))) return;
    }
  }
  std::string AnswerTo(const RecordedRequest& request) {
    if (request.method != "POST") return HttpAnswer(R"({"version":{"number":"8.11.0"}})");
    std::lock_guard lock(mutex_);
    return answers_[std::min(next_++, answers_.size() - 1)];
  }

  const std::vector<std::string> answers_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  LoopbackServer server_{[this](LoopbackConnection& connection) { Serve(connection); },
                         {.keeps_requests = false}};  // last: its threads use the rest
};

// As PHP and .NET write them inside of a string.
std::string JsonEscape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '/') escaped += '\\';
    escaped += c == '+' ? "\\u002B" : std::string(1, c);
  }
  return escaped;
}

// As they are, percent-encoded, and as a JSON string.
std::string Repeat(const std::vector<std::string>& secrets) {
  std::string words = "you sent";
  for (const std::string& secret : secrets) {
    words.append(" ").append(secret).append(" ").append(PercentEncode(secret));
    words.append(" ").append(JsonEscape(secret));
  }
  return words;
}

class SecretFaultTest : public FaultTest {
 protected:
  // Until each sink has given the event up; keeps what health and metrics show meanwhile.
  void RunUntilAllIsRejected(const std::vector<std::string>& flags) {
    Start(flags);
    AwaitWatch();
    Put(1);
    EXPECT_TRUE(Await([&] {
      health_text_ += health_->Get("/readyz?verbose").body + health_->Get("/metrics").body;
      const auto books = health_->Books();
      return std::ranges::all_of(books, [](const auto& sink) { return sink.second.rejected == 1; });
    }));
    EXPECT_EQ(Stop(), 0);
  }

  // The words reach log, health and dead letters, the secrets do not.
  void ExpectHidden(const std::string& sink, const std::vector<std::string>& secrets) {
    const std::string hidden = "[^\n]*you sent \\*\\*\\* \\*\\*\\* \\*\\*\\*";
    std::string shown = program_->err() + health_text_;
    EXPECT_THAT(shown, ContainsRegex(sink + ": rejected " + hidden));
    EXPECT_THAT(shown, ContainsRegex("sink " + sink + ": " + hidden));
    if (OnDisk()) {
      std::ostringstream letters;
      letters << std::ifstream(dir_.Path("data/dead-letters/" + sink + ".jsonl")).rdbuf();
      EXPECT_THAT(letters.str(), ContainsRegex("\"said\":" + hidden));
      shown += letters.str();
    }
    for (const std::string& secret : secrets) {
      EXPECT_THAT(shown, Not(HasSubstr(secret)));
      EXPECT_THAT(shown, Not(HasSubstr(PercentEncode(secret))));
      EXPECT_THAT(shown, Not(HasSubstr(JsonEscape(secret))));
    }
  }

  std::string health_text_;
};

TEST_P(SecretFaultTest, WhatReceiversRepeatOfThemIsShownNowhere) {
  const std::vector<std::string> of_chat = {"t0ken/a+b=", "SECret/of=it"};
  const std::vector<std::string> of_hook = {"pa55/word", Base64Encode("us3rname:pa55/word"),
                                            "p4th/s3cret", "k3y+s/cret", "h34der/tok3n"};
  const std::vector<std::string> of_es = {"es/s3cret", Base64Encode("3lastic:es/s3cret")};
  const std::string chat_words = Repeat(of_chat), hook_words = Repeat(of_hook),
                    es_words = Repeat(of_es);
  const Parrot chat({HttpAnswer(chat_words, 503),
                     HttpAnswer(R"({"errcode":310000,"errmsg":")" + chat_words + "\"}"),
                     HttpAnswer(R"({"errcode":40035,"errmsg":")" + chat_words + "\"}")});
  const Parrot hook(
      {HttpAnswer(hook_words, 503), HttpAnswer(hook_words, 401), HttpAnswer(hook_words, 400)});
  const Parrot es({HttpAnswer(es_words, 503), HttpAnswer(es_words, 401),
                   HttpAnswer(R"({"errors":true,"items":[{"create":{"status":400,"error":{"type":)"
                              R"("mapper_parsing_exception","reason":")" +
                              es_words + "\"}}}]}")});
  RunUntilAllIsRejected(
      {"--sink=dingtalk:http://" + chat.Address() +
           "/robot/send?name=chat&access_token=t0ken%2Fa%2Bb%3D&sign=SECret%2Fof%3Dit",
       "--sink=webhook:http://us3rname:pa55%2Fword@" + hook.Address() +
           "/p4th%2Fs3cret?name=hook&method=POST&key=k3y%2Bs%2Fcret&header=X-Token=h34der/tok3n",
       "--sink=elasticsearch:http://" + es.Address() +
           "?name=es&esUserName=3lastic&esUserSecret=es%2Fs3cret",
       "--frequency=5s", "-v=10"});
  ExpectHidden("chat", of_chat);
  ExpectHidden("hook", of_hook);
  ExpectHidden("es", of_es);
}

INSTANTIATE_TEST_SUITE_P(Log, SecretFaultTest, testing::Values(LogKind::kMemory, LogKind::kDataDir),
                         LogKindName);

}  // namespace
}  // namespace eventer
