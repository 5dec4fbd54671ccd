#include "kube/credentials.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "core/log_limiter.h"
#include "core/read_file.h"
#include "eventer/base64.h"
#include "eventer/error.h"
#include "eventer/text.h"
#include "kube/exec_plugin.h"

namespace eventer {
namespace {

// client-go: a minute, less ten seconds.
constexpr auto kTokenAge = std::chrono::seconds(50);

// What no header may hold: a token with it was cut or pasted wrongly.
bool HasControlCharacter(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

HttpHeaders Bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

class FixedCredentials final : public Credentials {
 public:
  explicit FixedCredentials(HttpHeaders headers) : headers_(std::move(headers)) {}
  Credential Get(std::stop_token) override { return {.headers = headers_}; }
  void Refused(const Credential&, SteadyTime) override {}

 private:
  const HttpHeaders headers_;
};

class TokenFile final : public Credentials {
 public:
  // `token`: what is used until the file can be read; may be empty.
  TokenFile(Clock& clock, std::string path, std::string token)
      : clock_(clock), path_(std::move(path)), token_(std::move(token)), log_(clock) {}

  Credential Get(std::stop_token) override {
    std::lock_guard lock(mutex_);
    if (!read_at_ || clock_.Steady() - *read_at_ > kTokenAge) Read();
    if (token_.empty()) return {.error = error_};
    return {.headers = Bearer(token_)};
  }

  void Refused(const Credential&, SteadyTime began) override {
    std::lock_guard lock(mutex_);
    if (read_at_ && *read_at_ <= began) read_at_.reset();
  }

 private:
  void Read() {
    const FileText file = ReadWholeFile(path_);
    const std::string token(Trim(file.text));
    error_ = path_ + ": ";
    if (!file.error.empty()) {
      error_ += file.error;
    } else if (token.empty()) {
      error_ += "the token file is empty";
    } else if (HasControlCharacter(token)) {
      error_ += "is no token: it holds several lines or control characters";
    } else {
      token_ = token;
      read_at_ = clock_.Steady();
      return;
    }
    if (token_.empty()) return;
    if (log_.Allow()) spdlog::warn("{}; the token read before stays in use", error_);
  }

  Clock& clock_;
  const std::string path_;
  std::mutex mutex_;
  std::string token_, error_;
  std::optional<SteadyTime> read_at_;
  LogLimiter log_;
};

class ExecCredentials final : public Credentials {
 public:
  ExecCredentials(Clock& clock, KubeConfig config) : clock_(clock), config_(std::move(config)) {}

  Credential Get(std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    while (running_) {
      if (std::optional<Credential> one = AwaitRun(lock, stop)) return std::move(*one);
    }
    return Usable() ? current_ : Run(lock, stop);
  }

  void Refused(const Credential& refused, SteadyTime) override {
    std::lock_guard lock(mutex_);
    if (refused.generation == current_.generation) usable_ = false;
  }

 private:
  // What the run under way comes to, be it a failure: many who wait for a plug-in that hangs do not
  // let it hang once for each of them. nullopt: whoever began it was told to stop, which says
  // nothing to the others.
  std::optional<Credential> AwaitRun(std::unique_lock<std::mutex>& lock,
                                     const std::stop_token& stop) {
    const std::uint64_t run = runs_;
    const auto ended = [&] { return runs_ != run || !running_; };
    if (!clock_.WaitUntil(lock, changed_, stop, SteadyTime::max(), ended)) {
      return Credential{.error = "stopped"};
    }
    return runs_ != run ? std::optional(Latest()) : std::nullopt;
  }

  Credential Run(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    running_ = true;
    lock.unlock();
    ExecResult result = RunExecPlugin(clock_, config_, stop);
    lock.lock();
    running_ = false;
    changed_.notify_all();
    if (!result.credential && stop.stop_requested()) return {.error = std::move(result.error)};
    ++runs_;
    error_ = std::move(result.error);
    if (result.credential) Take(std::move(*result.credential));
    return Latest();
  }

  Credential Latest() const { return error_.empty() ? current_ : Credential{.error = error_}; }
  bool Usable() const { return usable_ && (!expires_ || clock_.Wall() <= *expires_); }

  void Take(ExecCredential credential) {
    current_.headers = credential.token.empty() ? HttpHeaders{} : Bearer(credential.token);
    current_.cert_pem = std::move(credential.cert_pem);
    current_.key_pem = std::move(credential.key_pem);
    ++current_.generation;
    expires_ = credential.expires;
    usable_ = true;
  }

  Clock& clock_;
  const KubeConfig config_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool running_ = false, usable_ = false;
  std::uint64_t runs_ = 0;  // that have ended by themselves
  std::string error_;       // of the last of them; empty: it made current_
  Credential current_;
  std::optional<WallTime> expires_;
};

std::unique_ptr<Credentials> Choose(Clock& clock, const KubeConfig& config) {
  if (!config.token_file.empty()) {
    return std::make_unique<TokenFile>(clock, config.token_file, config.token);
  }
  if (!config.token.empty()) {
    const std::string token(Trim(config.token));
    if (HasControlCharacter(token)) {
      throw ConfigError(config.origin + ": the user's token holds control characters");
    }
    return std::make_unique<FixedCredentials>(Bearer(token));
  }
  if (!config.username.empty() || !config.password.empty()) {
    const std::string pair = Base64Encode(config.username + ":" + config.password);
    return std::make_unique<FixedCredentials>(HttpHeaders{{"Authorization", "Basic " + pair}});
  }
  if (config.exec && config.cert.empty()) return std::make_unique<ExecCredentials>(clock, config);
  return std::make_unique<FixedCredentials>(HttpHeaders{});
}

}  // namespace

std::unique_ptr<Credentials> NewCredentials(Clock& clock, const KubeConfig& config) {
  std::unique_ptr<Credentials> credentials = Choose(clock, config);
  const Credential first = credentials->Get({});
  if (!first.error.empty()) throw ConfigError(config.origin + ": " + first.error);
  return credentials;
}

}  // namespace eventer
