#include "common/secret.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "eventer/percent.h"
#include "eventer/text.h"

namespace eventer {
namespace {

// A text, and where in the one that it was read from each of its bytes begins; and where the last
// one ends.
struct Spelling {
  std::string text;
  std::vector<std::size_t> begins;
};

Spelling AsWritten(std::string_view text) {
  Spelling spelling{std::string(text), std::vector<std::size_t>(text.size() + 1)};
  std::iota(spelling.begins.begin(), spelling.begins.end(), std::size_t{0});
  return spelling;
}

// With its %-escapes decoded, one by one: whatever a receiver chose to encode.
Spelling Unescaped(std::string_view text) {
  Spelling spelling;
  for (std::size_t i = 0; i < text.size();) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                        HexValue(text[i + 2]) >= 0;
    spelling.begins.push_back(i);
    spelling.text +=
        escape ? static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])) : text[i];
    i += escape ? 3 : 1;
  }
  spelling.begins.push_back(text.size());
  return spelling;
}

// Of the text that was read, the bytes that say `secret`.
void Mark(const Spelling& spelling, const std::string& secret, std::vector<bool>* hidden) {
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = spelling.text.find(secret, at)) != std::string::npos;) {
    const std::size_t begin = spelling.begins[at];
    at += secret.size();
    std::fill(hidden->begin() + static_cast<std::ptrdiff_t>(begin),
              hidden->begin() + static_cast<std::ptrdiff_t>(spelling.begins[at]), true);
  }
}

}  // namespace

Secret Secret::Read(SinkUri& uri, std::string_view option, Clock& clock,
                    std::string_view file_option) {
  const std::string usual = std::string(option) + "_file";
  if (file_option.empty()) file_option = usual;
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

Secret Secret::Require(SinkUri& uri, std::string_view option, Clock& clock,
                       std::string_view file_option) {
  const std::string usual = std::string(option) + "_file";
  if (file_option.empty()) file_option = usual;
  Secret secret = Read(uri, option, clock, file_option);
  if (secret.empty()) uri.Fail(option, "is required (or " + std::string(file_option) + ")");
  return secret;
}

const std::string& Secret::Get() {
  if (file_) {
    std::string fresh(Trim(file_->Read({}).text));
    if (!fresh.empty()) value_ = std::move(fresh);
  }
  return value_;
}

std::string HideSecrets(const std::string& text, std::span<const std::string> secrets) {
  std::vector<bool> hidden(text.size());
  for (const Spelling& spelling : {AsWritten(text), Unescaped(text)}) {
    for (const std::string& secret : secrets) {
      Mark(spelling, secret, &hidden);
      Mark(spelling, PercentDecode(secret), &hidden);
    }
  }
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) {
      shown += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      shown += "***";
    }
  }
  return shown;
}

}  // namespace eventer
