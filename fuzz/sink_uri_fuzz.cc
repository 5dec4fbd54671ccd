// Whatever is given as --sink: parsed or refused with one line, and no value of an option that may
// be a secret is ever shown.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "eventer/error.h"
#include "eventer/event_filter.h"
#include "eventer/sink_uri.h"

namespace {

using eventer::ConfigError;
using eventer::SinkUri;

void Check(bool good) {
  if (!good) std::abort();
}

void CheckText(const ConfigError& error) {
  const std::string_view text = error.what();
  Check(text.starts_with("--sink"));
  Check(text.find('\n') == std::string_view::npos);
}

// Reads options in every way there is.
void Read(SinkUri& uri) {
  eventer::EventFilter::Parse(uri, "Warning");
  uri.GetBool("bool", false);
  uri.GetInt("int", 1, 0, 10);
  uri.GetDuration("duration", std::chrono::seconds(1));
  uri.GetOneOf("format", "json", {"json", "text"});
  uri.Ignore("ignored", "of no use");
  uri.CheckAllRead();
}

void CheckMasked(SinkUri& uri) {
  const std::string masked = uri.Masked();
  Check(masked.starts_with(uri.key()));
  // Longer than any key or mask, and not by chance a part of something harmless.
  const std::string secret = uri.GetOr("access_token", "");
  if (secret.size() > 40 && uri.raw_query().find(secret) != std::string::npos &&
      uri.raw_query().find(secret) == uri.raw_query().rfind(secret) &&
      uri.host().find(secret) == std::string::npos) {
    Check(masked.find(secret) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    SinkUri uri = SinkUri::Parse("--sink", text);
    CheckMasked(uri);
    Read(uri);
  } catch (const ConfigError& error) {
    CheckText(error);
  }
  return 0;
}
