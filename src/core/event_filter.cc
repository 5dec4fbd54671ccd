#include "eventer/event_filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>

namespace eventer {
namespace {

using Words = std::set<std::string, std::less<>>;

Words ReadWords(SinkUri& uri, std::string_view option) {
  const std::vector<std::string> list = uri.GetList(option);
  return Words(list.begin(), list.end());
}

// The ')' that closes nothing, or the last '(' that is not closed.
std::size_t OddParenthesis(std::string_view pattern) {
  std::vector<std::size_t> open;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class || c == '[') {
      in_class = c != ']';
    } else if (c == '(') {
      open.push_back(i);
    } else if (c == ')') {
      if (open.empty()) return i;
      open.pop_back();
    }
  }
  return open.empty() ? 0 : open.back();
}

// What is wrong with it, and where, counted from 1. RE2 names the part; of parentheses the whole.
std::string FaultOf(const RE2& pattern) {
  const std::string& text = pattern.pattern();
  const bool odd = pattern.error_code() == RE2::ErrorMissingParen ||
                   pattern.error_code() == RE2::ErrorUnexpectedParen;
  const std::size_t at = odd ? OddParenthesis(text) : text.find(pattern.error_arg());
  const auto is_first_byte = [](char c) { return (c & 0xC0) != 0x80; };
  const auto number = std::ranges::count_if(text.substr(0, at), is_first_byte) + 1;
  std::string fault =
      pattern.error() + " (at character " + std::to_string(number) + " of \"" + text + "\")";
  std::ranges::replace(fault, '\n', ' ');
  return fault;
}

// Regular expressions, of which one must match somewhere in a text.
class Patterns {
 public:
  static Patterns Read(SinkUri& uri, std::string_view option) {
    Patterns patterns;
    for (const std::string& text : uri.GetList(option)) {
      auto pattern = std::make_unique<RE2>(text, RE2::Quiet);
      if (!pattern->ok()) uri.Fail(option, "is no regular expression: " + FaultOf(*pattern));
      patterns.all_.push_back(std::move(pattern));
    }
    if (uri.WrittenWithPlus(option)) {
      uri.Warn("option " + std::string(option) + ": a + is read as a blank; write %2B for a plus");
    }
    return patterns;
  }

  bool empty() const { return all_.empty(); }
  bool Match(const std::string& text) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const auto& pattern) { return RE2::PartialMatch(text, *pattern); });
  }

 private:
  std::vector<std::unique_ptr<RE2>> all_;
};

enum class Level { kAny, kNormal, kWarning };

Level ReadLevel(SinkUri& uri, std::string_view default_level) {
  std::string word = uri.GetOr("level", default_level);
  if (word.empty() && !uri.Has("level")) return Level::kAny;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  if (word == "normal") return Level::kNormal;
  if (word == "warning") return Level::kWarning;
  uri.Fail("level", "must be Normal or Warning");
}

}  // namespace

struct EventFilter::Rules {
  Level level = Level::kAny;
  Words namespaces, kinds, not_namespaces, not_kinds;
  Patterns reason, not_reason;

  bool empty() const {
    return level == Level::kAny && namespaces.empty() && kinds.empty() && not_namespaces.empty() &&
           not_kinds.empty() && reason.empty() && not_reason.empty();
  }

  bool WantsLevel(const std::string& type) const {
    if (level == Level::kAny || type == "Warning") return true;
    return level == Level::kNormal && type == "Normal";
  }

  static bool WantsWord(const Words& wanted, const Words& unwanted, const std::string& word) {
    return (wanted.empty() || wanted.contains(word)) && !unwanted.contains(word);
  }

  bool WantsReason(const std::string& text) const {
    return (reason.empty() || reason.Match(text)) && !not_reason.Match(text);
  }
};

EventFilter EventFilter::Parse(SinkUri& uri, std::string_view default_level) {
  auto rules = std::make_shared<Rules>();
  rules->level = ReadLevel(uri, default_level);
  rules->namespaces = ReadWords(uri, "namespaces");
  rules->kinds = ReadWords(uri, "kinds");
  rules->reason = Patterns::Read(uri, "reason");
  rules->not_namespaces = ReadWords(uri, "exclude_namespaces");
  rules->not_kinds = ReadWords(uri, "exclude_kinds");
  rules->not_reason = Patterns::Read(uri, "exclude_reason");
  EventFilter filter;
  if (!rules->empty()) filter.rules_ = std::move(rules);
  return filter;
}

bool EventFilter::Wants(const Event& event) const {
  if (!rules_) return true;
  return rules_->WantsLevel(event.type) &&
         Rules::WantsWord(rules_->namespaces, rules_->not_namespaces, event.ObjectNamespace()) &&
         Rules::WantsWord(rules_->kinds, rules_->not_kinds, event.involved_object.kind) &&
         rules_->WantsReason(event.reason);
}

}  // namespace eventer
