#include "common/secret.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "eventer/percent.h"
#include "eventer/text.h"

namespace eventer {
namespace {

// "%2f" as "%2F".
std::string WithCapitalEscapes(std::string text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string::npos; ++at) {
    if (at + 2 >= text.size() || std::isxdigit(static_cast<unsigned char>(text[at + 1])) == 0 ||
        std::isxdigit(static_cast<unsigned char>(text[at + 2])) == 0) {
      continue;
    }
    for (char* c : {&text[at + 1], &text[at + 2]}) {
      *c = static_cast<char>(std::toupper(static_cast<unsigned char>(*c)));
    }
  }
  return text;
}

// Each secret as it is and percent-encoded, the longest first: one may begin as another does.
std::vector<std::string> Spellings(std::span<const std::string> secrets) {
  std::vector<std::string> spellings;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    spellings.push_back(WithCapitalEscapes(secret));
    spellings.push_back(PercentEncode(secret));
  }
  std::ranges::stable_sort(spellings,
                           [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return spellings;
}

// In `text`, where `folded`, which is as long, has it; and there, too.
void ReplaceAll(std::string* text, std::string* folded, const std::string& what) {
  std::string new_text, new_folded;
  std::size_t from = 0;
  for (std::size_t at = 0; (at = folded->find(what, from)) != std::string::npos;) {
    new_text.append(*text, from, at - from).append("***");
    new_folded.append(*folded, from, at - from).append("***");
    from = at + what.size();
  }
  if (from == 0) return;
  *text = new_text.append(*text, from);
  *folded = new_folded.append(*folded, from);
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

std::string HideSecrets(std::string text, std::span<const std::string> secrets) {
  std::string folded = WithCapitalEscapes(text);
  for (const std::string& spelling : Spellings(secrets)) ReplaceAll(&text, &folded, spelling);
  return text;
}

}  // namespace eventer
