// KEY[:REST], the value of --source and --sink.
//
// The grammar is the original's: split at the first ':', $VAR and ${VAR} expanded in REST
// (os.ExpandEnv), the result parsed as Go's net/url does, options read as url.Query() does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

// A parsed URI and the book of which of its options were read. Used by one thread.
class SinkUri {
 public:
  // `flag` is the flag's name for error texts ("--sink"). Throws ConfigError, also for a host or
  // port of http or https that nobody can have.
  static SinkUri Parse(std::string_view flag, std::string_view value);
  // A URL that is the value of an option, whose variables were expanded with the whole; its error
  // texts name the option. Throws ConfigError.
  SinkUri ParseOption(std::string_view option, std::string_view text) const;

  const std::string& key() const { return key_; }  // "log"
  const std::string& scheme() const { return scheme_; }
  const std::string& userinfo() const { return userinfo_; }  // decoded "user" or "user:password"
  const std::string& host() const { return host_; }          // host[:port], IPv6 in brackets
  const std::string& path() const { return path_; }          // as written (escaped)
  const std::string& raw_query() const { return raw_query_; }
  // "--sink=log": how an error text names this URI.
  const std::string& Name() const { return name_; }
  // The host, or *** if a part of a password may stand in its place. Safe to show.
  std::string ShownHost() const;
  // An '@' in the path or behind '#': most likely a '/' or '#' has cut a password open, and its
  // beginning stands in the host's place.
  bool HasAtBehindHost() const { return at_behind_host_; }
  // The URI without secrets: userinfo, path, the values of all options that are not known to be
  // harmless or are passed on, and the names of those that nobody has read are masked. Safe to log.
  std::string Masked() const;
  // All that Masked() masks, index and data stream, as one text that tells destinations on one
  // host apart. A secret: to be hashed, never shown.
  std::string Destination() const;

  // Options. Each call marks the option as read. Of a repeated option the first value counts and
  // a warning is kept; lists take all values, split at ','.
  bool Has(std::string_view option) const;
  std::optional<std::string> Get(std::string_view option);
  std::string GetOr(std::string_view option, std::string_view fallback);
  std::string Require(std::string_view option);          // throws if absent or empty
  bool GetBool(std::string_view option, bool fallback);  // Go's strconv.ParseBool
  std::int64_t GetInt(std::string_view option, std::int64_t fallback, std::int64_t min,
                      std::int64_t max);
  Duration GetDuration(std::string_view option, Duration fallback);  // Go's time.ParseDuration
  std::vector<std::string> GetList(std::string_view option);  // all values, comma-split, no blanks
  std::vector<std::string> GetAll(std::string_view option);   // all values as they are
  // As GetList, but split before it is decoded: %2C is a ',' inside of an item.
  std::vector<std::string> GetEncodedList(std::string_view option);
  // A value of it was written with a '+', which is a blank now.
  bool WrittenWithPlus(std::string_view option) const;
  // One of `allowed`, or throws naming them.
  std::string GetOneOf(std::string_view option, std::string_view fallback,
                       const std::vector<std::string>& allowed);

  // Accepted by the original and without effect: read, with a warning.
  void Ignore(std::string_view option, std::string_view why);
  // Throws ConfigError for the first option that nobody read, naming the nearest known one.
  void CheckAllRead() const;
  std::vector<std::string> Unread() const;  // the names nobody read
  // The one that was probably meant, of all that were asked for.
  std::optional<std::string> NearestOption(std::string_view name) const;

  // For a sink that passes the options on that are not its own (webhook), which are the filters,
  // `name` and `own_options`, separated by blanks. Called before the first option is read: from
  // then on an option is known by its name as written, so that `%6Eame=x` is not `name`.
  void PassOptionsOn(std::string_view own_options);
  // The query without the options that were asked for, byte for byte; without '?'. Called last.
  std::string QueryToPassOn();

  void Warn(const std::string& what);  // "--sink=log: WHAT"
  // Lines to log once the logger is there ("--sink=log: option x is given twice, ...").
  std::vector<std::string> warnings() const;

  // Throws ConfigError "--sink=log: option OPTION WHAT".
  [[noreturn]] void Fail(std::string_view option, std::string_view what) const;

 private:
  void ReadUrl(std::string_view text);
  bool IsHarmless(std::string_view option) const;
  bool IsOfDestination(std::string_view option) const;

  std::string flag_, key_, name_, scheme_, opaque_, userinfo_, host_, path_, raw_query_;
  bool host_is_shown_ = true, at_behind_host_ = false;
  std::vector<std::pair<std::string, std::string>> options_;  // decoded, in order
  std::set<std::string, std::less<>> known_;                  // every name that was asked for
  std::set<std::string, std::less<>> own_;  // of one that passes others on; else empty: all are
  std::size_t malformed_ = 0;               // options that cannot be read
  std::vector<std::string> warnings_;
};

// The one of `known` nearest to `word` by edit distance, if near enough to be a typo.
std::optional<std::string> NearestWord(std::string_view word,
                                       const std::vector<std::string>& known);

}  // namespace eventer
