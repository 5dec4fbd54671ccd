#include "common/secret.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "eventer/percent.h"
#include "eventer/text.h"

namespace eventer {
namespace {

// More is never read of what a receiver says: while it is searched it takes many times its size.
constexpr std::size_t kMostRead = std::size_t{32} * 1024;
// The bytes that one byte of a secret may be written with: %2B, each of these as \u00XX.
constexpr std::size_t kLongestSpelling = 18;

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

// Appends to `text` what the escape means that `rest` begins with; its size, 0: there is none.
using ReadEscape = std::size_t (*)(std::string_view rest, std::string* text);

std::size_t ReadPercentEscape(std::string_view rest, std::string* text) {
  const std::optional<char> meant = PercentEscape(rest);
  if (!meant) return 0;
  *text += *meant;
  return 3;
}

// \/, \u002B, or two of the latter for one character.
std::size_t ReadJsonEscape(std::string_view rest, std::string* text) {
  if (!rest.starts_with('\\')) return 0;
  for (const std::size_t size : {2, 6, 12}) {
    const std::string quoted = '"' + std::string(rest.substr(0, size)) + '"';
    const auto meant = nlohmann::json::parse(quoted, nullptr, false);
    if (!meant.is_string()) continue;
    *text += meant.get_ref<const std::string&>();
    return size;
  }
  return 0;
}

// With its escapes decoded, one by one: whatever a receiver chose to encode.
Spelling Unescaped(const Spelling& from, ReadEscape read) {
  Spelling spelling;
  for (std::size_t i = 0; i < from.text.size();) {
    std::size_t size = read(std::string_view(from.text).substr(i), &spelling.text);
    if (size == 0) {
      spelling.text += from.text[i];
      size = 1;
    }
    spelling.begins.resize(spelling.text.size(), from.begins[i]);
    i += size;
  }
  spelling.begins.push_back(from.begins.back());
  return spelling;
}

using Bytes = std::vector<bool>;

void MarkOne(const Spelling& spelling, const std::string& secret, Bytes* hidden) {
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = spelling.text.find(secret, at)) != std::string::npos;) {
    const std::size_t begin = spelling.begins[at];
    at += secret.size();
    std::fill(hidden->begin() + static_cast<std::ptrdiff_t>(begin),
              hidden->begin() + static_cast<std::ptrdiff_t>(spelling.begins[at]), true);
  }
}

void Mark(const Spelling& spelling, std::span<const std::string> secrets, Bytes* hidden) {
  for (const std::string& secret : secrets) {
    MarkOne(spelling, secret, hidden);
    MarkOne(spelling, PercentDecode(secret), hidden);
  }
}

// The bytes of `text` that say a secret. One spelling after the other, so that few are in memory.
Bytes SecretBytes(std::string_view text, std::span<const std::string> secrets) {
  Bytes hidden(text.size());
  Spelling spelling = AsWritten(text);
  Mark(spelling, secrets, &hidden);
  Mark(Unescaped(spelling, ReadPercentEscape), secrets, &hidden);
  spelling = Unescaped(spelling, ReadJsonEscape);
  Mark(spelling, secrets, &hidden);
  Mark(Unescaped(spelling, ReadPercentEscape), secrets, &hidden);
  return hidden;
}

// How much may be shown of what was read of `text`: not the end, where a secret may begin that goes
// on behind it.
std::size_t ShownBytes(std::string_view text, std::span<const std::string> secrets) {
  if (text.size() <= kMostRead) return text.size();
  std::size_t longest = 0;
  for (const std::string& secret : secrets) longest = std::max(longest, secret.size());
  return CutPoint(text, kMostRead - std::min(kMostRead, longest * kLongestSpelling));
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

std::string HideSecrets(std::string_view text, std::span<const std::string> secrets,
                        std::size_t max_bytes) {
  const std::size_t end = ShownBytes(text, secrets);
  const Bytes hidden = SecretBytes(text.substr(0, kMostRead), secrets);
  std::string shown;
  for (std::size_t i = 0; i < end; ++i) {
    if (!hidden[i]) {
      shown += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      shown += "***";
    }
  }
  if (end < text.size()) shown += "…";
  return OneLine(shown, max_bytes);
}

}  // namespace eventer
