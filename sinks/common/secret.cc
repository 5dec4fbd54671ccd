#include "common/secret.h"

#include <utility>

#include "eventer/percent.h"

namespace eventer {
namespace {

std::string WithoutBlanksAround(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

void ReplaceAll(std::string* text, const std::string& what) {
  if (what.empty()) return;
  for (std::size_t at = 0; (at = text->find(what, at)) != std::string::npos; at += 3) {
    text->replace(at, what.size(), "***");
  }
}

}  // namespace

Secret Secret::Read(SinkUri& uri, std::string_view option, Clock& clock) {
  const std::string file_option = std::string(option) + "_file";
  Secret secret;
  secret.value_ = uri.GetOr(option, "");
  const std::optional<std::string> path = uri.Get(file_option);
  if (!path) return secret;
  if (!secret.value_.empty()) {
    uri.Fail(file_option, "must not be given together with " + std::string(option));
  }
  secret.file_ = NewWatchedFile(clock, *path);
  const WatchedText::Reading& reading = secret.file_->Read({});
  if (!reading.error.empty()) uri.Fail(file_option, "cannot be read: " + reading.error);
  if (secret.Get().empty()) uri.Fail(file_option, "names an empty file: " + *path);
  return secret;
}

Secret Secret::Fixed(std::string value) {
  Secret secret;
  secret.value_ = std::move(value);
  return secret;
}

Secret Secret::Require(SinkUri& uri, std::string_view option, Clock& clock) {
  Secret secret = Read(uri, option, clock);
  if (secret.empty()) uri.Fail(option, "is required (or " + std::string(option) + "_file)");
  return secret;
}

const std::string& Secret::Get() {
  if (file_) {
    std::string fresh = WithoutBlanksAround(file_->Read({}).text);
    if (!fresh.empty()) value_ = std::move(fresh);
  }
  return value_;
}

std::string HideSecrets(std::string text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) {
    ReplaceAll(&text, secret);
    ReplaceAll(&text, PercentEncode(secret));
  }
  return text;
}

}  // namespace eventer
