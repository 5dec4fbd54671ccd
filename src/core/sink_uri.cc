#include "eventer/sink_uri.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "core/expand_env.h"
#include "core/go_url.h"
#include "eventer/authority.h"
#include "eventer/error.h"
#include "eventer/text.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::string_view kMask = "***";

// Options whose values are shown as they are: words, numbers, times, filters, names of objects,
// files of certificates and templates, and texts that every reader of a chat sees. Whatever is not
// here may be a secret (headers, links, addresses, where a token lies) or names a person.
constexpr std::array<std::string_view, 51> kHarmless = {
    "at_all",
    "body_file",
    "bulkWorkers",
    "ca_file",
    "closing",
    "cluster",
    "cluster_id",
    "cluster_name",
    "compress",
    "context",
    "custom_body_configmap",
    "custom_body_configmap_namespace",
    "data_stream",
    "exclude_kinds",
    "exclude_namespaces",
    "exclude_reason",
    "format",
    "group_wait",
    "healthCheck",
    "inClusterConfig",
    "index",
    "insecure",
    "kinds",
    "label",
    "level",
    "manage_template",
    "max_age",
    "maxRetries",
    "method",
    "msg_type",
    "name",
    "namespaces",
    "pipeline",
    "rate",
    "reason",
    "region",
    "repeat",
    "service",
    "sigv4",
    "silence",
    "sniff",
    "startupHealthcheckTimeout",
    "style",
    "template_configmap",
    "template_configmap_namespace",
    "template_file",
    "timeout",
    "timezone",
    "use_namespace",
    "useServiceAccount",
    "ver",
};

// Of these, what is a part of where the events go.
constexpr std::array<std::string_view, 2> kPlaces = {"data_stream", "index"};

// Read by the daemon for every sink.
constexpr std::array<std::string_view, 8> kOfEverySink = {
    "exclude_kinds", "exclude_namespaces", "exclude_reason", "kinds", "level",
    "name",          "namespaces",         "reason",
};

template <std::size_t N>
bool IsAmong(const std::array<std::string_view, N>& options, std::string_view option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

// A key or option that may be shown: one that is no word may be a secret in the wrong place.
bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
  });
}

std::string_view Shown(std::string_view word) { return IsWord(word) ? word : kMask; }

std::string Join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::vector<std::string_view> Segments(std::string_view query) { return Split(query, "&"); }

// Databases have lists of hosts, and some sinks need none.
bool HasUsableHost(const GoUrl& url, std::string* error) {
  const bool web = url.scheme.empty() || url.scheme == "http" || url.scheme == "https";
  return !web || url.host.empty() || ParseAuthority(url.host, error);
}

std::string_view NameIn(std::string_view segment) { return segment.substr(0, segment.find('=')); }

}  // namespace

SinkUri SinkUri::Parse(std::string_view flag, std::string_view value) {
  SinkUri uri;
  uri.flag_ = flag;
  const std::size_t colon = std::min(value.find(':'), value.size());
  uri.key_ = value.substr(0, colon);
  if (uri.key_.empty()) throw ConfigError(uri.flag_ + ": a URI begins with a key: KEY:URL");
  if (!IsWord(uri.key_)) {
    throw ConfigError(uri.flag_ +
                      ": a URI begins with a key and a colon: KEY:URL or KEY:?OPTION=VALUE");
  }
  uri.name_ = uri.flag_ + "=" + uri.key_;
  uri.ReadUrl(ExpandEnv(value.substr(std::min(colon + 1, value.size()))));
  return uri;
}

SinkUri SinkUri::ParseOption(std::string_view option, std::string_view text) const {
  SinkUri uri;
  uri.flag_ = flag_;
  uri.key_ = key_;
  uri.name_ = name_ + ": option " + std::string(option);
  uri.ReadUrl(text);
  return uri;
}

void SinkUri::ReadUrl(std::string_view text) {
  std::string error;
  std::optional<GoUrl> url = ParseGoUrl(text, &error);
  if (!url || !HasUsableHost(*url, &error)) {
    throw ConfigError(Name() + ": bad URL: " + error +
                      " (in a password write @ : / ? # % as %40 %3A %2F %3F %23 %25)");
  }
  scheme_ = std::move(url->scheme);
  opaque_ = std::move(url->opaque);
  userinfo_ = std::move(url->userinfo);
  host_ = std::move(url->host);
  // An '@' further on: a '/', '?' or '#' in a password has cut it open, and a part of it may stand
  // where the host should.
  host_is_shown_ = host_.empty() || !userinfo_.empty() || text.find('@') == std::string::npos;
  path_ = std::move(url->path);
  const std::string_view fragment = text.substr(std::min(text.find('#'), text.size()));
  at_behind_host_ = !host_.empty() && (path_.find('@') != std::string::npos ||
                                       fragment.find('@') != std::string_view::npos);
  raw_query_ = std::move(url->raw_query);
  if (url->has_fragment) Warn("what follows '#' is ignored; write %23 if it belongs to a value");
  GoQuery query = ParseGoQuery(raw_query_);
  options_ = std::move(query.pairs);
  malformed_ = query.dropped;
}

void SinkUri::PassOptionsOn(std::string_view own_options) {
  own_.insert(kOfEverySink.begin(), kOfEverySink.end());
  for (const std::string_view option : Split(own_options, " ")) own_.emplace(option);
  options_.clear();
  malformed_ = 0;
  for (const std::string_view segment : Segments(raw_query_)) {
    for (auto& [name, value] : ParseGoQuery(segment).pairs) {
      options_.emplace_back(NameIn(segment), std::move(value));
    }
  }
}

std::string SinkUri::QueryToPassOn() {
  malformed_ = 0;
  std::string query;
  bool first = true;
  for (const std::string_view segment : Segments(raw_query_)) {
    if (known_.contains(NameIn(segment))) {
      malformed_ += ParseGoQuery(segment).dropped;
      continue;
    }
    if (!first) query += '&';
    first = false;
    query += segment;
  }
  return query;
}

std::string SinkUri::ShownHost() const { return host_is_shown_ ? host_ : std::string(kMask); }

// What goes to the receiver means there what nobody here knows, a secret maybe, however it is
// called.
bool SinkUri::IsHarmless(std::string_view option) const {
  return IsAmong(kHarmless, option) && (own_.empty() || own_.contains(option));
}

bool SinkUri::IsOfDestination(std::string_view option) const {
  return !IsHarmless(option) || IsAmong(kPlaces, option);
}

std::string SinkUri::Masked() const {
  std::string text = key_;
  std::string url;
  if (!scheme_.empty()) url += scheme_ + ":";
  if (!opaque_.empty()) url += kMask;
  if (!host_.empty() || !userinfo_.empty()) url += "//";
  if (!userinfo_.empty()) url.append(kMask).append("@");
  url += ShownHost();
  if (path_.size() > 1) url.append("/").append(kMask);
  char separator = '?';
  for (const auto& [option, value] : options_) {
    url += separator;
    const bool known = IsHarmless(option) || known_.contains(option);
    url.append(known ? option : kMask).append("=").append(IsHarmless(option) ? value : kMask);
    separator = '&';
  }
  return url.empty() ? text : text + ":" + url;
}

std::string SinkUri::Destination() const {
  std::set<std::string> parts = {"path=" + opaque_ + path_, "userinfo=" + userinfo_};
  if (!host_is_shown_) parts.insert("host=" + host_);
  for (const auto& [option, value] : options_) {
    if (IsOfDestination(option)) parts.insert("option " + option + "=" + value);
  }
  return Join({parts.begin(), parts.end()}, "\n");
}

bool SinkUri::Has(std::string_view option) const {
  return std::any_of(options_.begin(), options_.end(),
                     [&](const auto& pair) { return pair.first == option; });
}

std::optional<std::string> SinkUri::Get(std::string_view option) {
  const bool first_read = known_.insert(std::string(option)).second;
  std::optional<std::string> first;
  std::size_t count = 0;
  for (const auto& [name, value] : options_) {
    if (name == option && ++count == 1) first = value;
  }
  if (count > 1 && first_read) {
    Warn("option " + std::string(option) + " is given more than once; the first counts");
  }
  return first;
}

std::string SinkUri::GetOr(std::string_view option, std::string_view fallback) {
  return Get(option).value_or(std::string(fallback));
}

std::string SinkUri::Require(std::string_view option) {
  std::string value = GetOr(option, "");
  if (value.empty()) Fail(option, "is required");
  return value;
}

bool SinkUri::GetBool(std::string_view option, bool fallback) {
  const std::optional<std::string> value = Get(option);
  if (!value) return fallback;
  const std::optional<bool> parsed = ParseGoBool(*value);
  if (!parsed) Fail(option, "must be true or false");
  return *parsed;
}

std::int64_t SinkUri::GetInt(std::string_view option, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) {
  const std::optional<std::string> value = Get(option);
  if (!value) return fallback;
  std::string_view digits = *value;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t number = 0;
  auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || rest != digits.data() + digits.size() || number < min ||
      number > max) {
    Fail(option, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

Duration SinkUri::GetDuration(std::string_view option, Duration fallback) {
  const std::optional<std::string> value = Get(option);
  if (!value) return fallback;
  const std::optional<Duration> duration = ParseGoDuration(*value);
  if (!duration) Fail(option, "must be a duration such as 30s or 1m30s");
  return *duration;
}

std::vector<std::string> SinkUri::GetAll(std::string_view option) {
  known_.emplace(option);
  std::vector<std::string> values;
  for (const auto& [name, value] : options_) {
    if (name == option) values.push_back(value);
  }
  return values;
}

std::vector<std::string> SinkUri::GetList(std::string_view option) {
  std::vector<std::string> items;
  for (const std::string& value : GetAll(option)) {
    for (const std::string_view part : Split(value, ",")) {
      const std::string_view item = Trim(part);
      if (!item.empty()) items.emplace_back(item);
    }
  }
  return items;
}

std::vector<std::string> SinkUri::GetEncodedList(std::string_view option) {
  known_.emplace(option);
  std::vector<std::string> items;
  for (std::string_view segment : Segments(raw_query_)) {
    const GoQuery whole = ParseGoQuery(segment);
    if (whole.pairs.empty() || whole.pairs.front().first != option) continue;
    segment.remove_prefix(std::min(NameIn(segment).size() + 1, segment.size()));
    for (const std::string_view part : Split(segment, ",")) {
      const GoQuery item = ParseGoQuery("=" + std::string(part));
      const std::string_view text = item.pairs.empty() ? "" : Trim(item.pairs.front().second);
      if (!text.empty()) items.emplace_back(text);
    }
  }
  return items;
}

bool SinkUri::WrittenWithPlus(std::string_view option) const {
  const std::vector<std::string_view> segments = Segments(raw_query_);
  return std::any_of(segments.begin(), segments.end(), [&](std::string_view segment) {
    return NameIn(segment) == option && segment.find('+') != std::string_view::npos;
  });
}

std::string SinkUri::GetOneOf(std::string_view option, std::string_view fallback,
                              const std::vector<std::string>& allowed) {
  std::string value = GetOr(option, fallback);
  if (value == fallback || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
    return value;
  }
  Fail(option, "must be one of " + Join(allowed, ", "));
}

void SinkUri::Ignore(std::string_view option, std::string_view why) {
  known_.emplace(option);
  if (Has(option)) {
    Warn("option " + std::string(option) + " has no effect: " + std::string(why));
  }
}

void SinkUri::CheckAllRead() const {
  const std::vector<std::string> unread = Unread();
  if (unread.empty()) return;
  std::string what = "is not known";
  if (const auto nearest = NearestOption(unread.front())) {
    what += "; did you mean " + *nearest + "?";
  } else if (!known_.empty()) {
    what += "; known: " + Join({known_.begin(), known_.end()}, ", ");
  }
  Fail(Shown(unread.front()), what);
}

std::optional<std::string> SinkUri::NearestOption(std::string_view name) const {
  return NearestWord(name, {known_.begin(), known_.end()});
}

std::vector<std::string> SinkUri::Unread() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : options_) {
    if (!known_.contains(name) && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

void SinkUri::Fail(std::string_view option, std::string_view what) const {
  throw ConfigError(Name() + ": option " + std::string(option) + " " + std::string(what));
}

void SinkUri::Warn(const std::string& what) { warnings_.push_back(Name() + ": " + what); }

std::vector<std::string> SinkUri::warnings() const {
  std::vector<std::string> all = warnings_;
  if (malformed_ > 0) {
    all.push_back(Name() + ": " + std::to_string(malformed_) +
                  " malformed options are ignored (a bad %-escape or a ';')");
  }
  return all;
}

}  // namespace eventer
