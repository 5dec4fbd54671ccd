#include "common/http_headers.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "eventer/text.h"

namespace eventer {
namespace {

// The client's own, which Go's client leaves out too.
constexpr std::array<std::string_view, 4> kOwn = {"Connection", "Content-Length", "Trailer",
                                                  "Transfer-Encoding"};

bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         kOthers.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenCharacter);
}

bool IsControl(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; }

void Set(HttpHeaders* headers, std::string name, std::string value) {
  std::erase_if(*headers, [&](const auto& header) { return header.first == name; });
  headers->emplace_back(std::move(name), std::move(value));
}

// Adds "Name=Value"; what is wrong with it, without its value, empty if nothing.
std::string Add(std::string_view text, HttpHeaders* headers) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return "needs a name and a value: Name=Value";
  const std::string_view name = Trim(text.substr(0, equals));
  const std::string_view value = Trim(text.substr(equals + 1));
  if (!IsToken(name)) return "has a name that no header can have";
  if (std::any_of(value.begin(), value.end(), IsControl)) {
    return std::string(name) + " has a value with control characters";
  }
  Set(headers, CanonicalHeaderName(name), std::string(value));
  return {};
}

// Takes the client's own out; their names.
std::vector<std::string> TakeOwn(HttpHeaders* headers) {
  std::vector<std::string> own;
  std::erase_if(*headers, [&](const auto& header) {
    const bool is_own = std::find(kOwn.begin(), kOwn.end(), header.first) != kOwn.end();
    if (is_own) own.push_back(header.first);
    return is_own;
  });
  return own;
}

// As `header` options, one a line; "line 3 ..." if one is wrong.
std::string AddLines(std::string_view text, HttpHeaders* headers) {
  int number = 0;
  for (const std::string_view whole : Split(text, "\n")) {
    const std::string_view line = Trim(whole);
    ++number;
    if (line.empty()) continue;
    if (std::string wrong = Add(line, headers); !wrong.empty()) {
      return "line " + std::to_string(number) + " " + wrong;
    }
  }
  return {};
}

}  // namespace

std::string CanonicalHeaderName(std::string_view name) {
  std::string canonical(name);
  bool first = true;
  for (char& c : canonical) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(first ? std::toupper(byte) : std::tolower(byte));
    first = c == '-';
  }
  return canonical;
}

HeaderOptions::HeaderOptions(SinkUri& uri, const SinkContext& context) : sink_(context.name) {
  for (const std::string& text : uri.GetAll("header")) {
    if (const std::string wrong = Add(text, &fixed_); !wrong.empty()) uri.Fail("header", wrong);
  }
  for (const std::string& name : TakeOwn(&fixed_)) {
    uri.Warn("option header: " + name + " is set by kube-eventer itself");
  }
  all_ = fixed_;
  const std::optional<std::string> path = uri.Get("header_file");
  if (!path) return;
  file_ = NewWatchedFile(context.clock, *path);
  if (const std::string wrong = ReadFile(); !wrong.empty()) uri.Fail("header_file", wrong);
}

std::string HeaderOptions::ReadFile() {
  const WatchedText::Reading& reading = file_->Read({});
  if (!reading.error.empty()) return "cannot be read: " + reading.error;
  if (reading.version == version_) return wrong_lines_;
  version_ = reading.version;
  HttpHeaders all = fixed_;
  wrong_lines_ = AddLines(reading.text, &all);
  if (!wrong_lines_.empty()) return wrong_lines_;
  for (const std::string& name : TakeOwn(&all)) {
    spdlog::warn("{}: header_file: {} is set by kube-eventer itself", sink_, name);
  }
  all_ = std::move(all);
  return wrong_lines_;
}

const HttpHeaders& HeaderOptions::Get() {
  if (!file_) return all_;
  const std::string wrong = ReadFile();
  if (!wrong.empty() && wrong != told_) {
    spdlog::error("{}: header_file {}; the headers before stay in use", sink_, wrong);
  }
  told_ = wrong;
  return all_;
}

}  // namespace eventer
