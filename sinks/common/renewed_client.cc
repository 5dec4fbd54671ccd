#include "common/renewed_client.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "eventer/error.h"

namespace eventer {

RenewedClient::RenewedClient(SinkUri& uri, const SinkContext& context)
    : clock_(context.clock), factory_(context.http), sink_(context.name) {
  AddFile(uri, "ca_file", &HttpClientOptions::ca_pem);
  options_.insecure = uri.GetBool("insecure", false);
  AddFile(uri, "cert_file", &HttpClientOptions::cert_pem);
  AddFile(uri, "key_file", &HttpClientOptions::key_pem);
  if (options_.cert_pem.empty() != options_.key_pem.empty()) {
    uri.Fail(options_.cert_pem.empty() ? "key_file" : "cert_file",
             "needs both cert_file and key_file");
  }
  options_.user_agent = "kube-eventer";
  try {
    client_ = factory_(options_);
  } catch (const ConfigError& error) {
    throw ConfigError(uri.Name() + ": " + error.what());
  }
}

void RenewedClient::AddFile(SinkUri& uri, std::string_view option,
                            std::string HttpClientOptions::*part) {
  const std::optional<std::string> path = uri.Get(option);
  if (!path) return;
  std::unique_ptr<WatchedText> file = NewWatchedFile(clock_, *path);
  const WatchedText::Reading& reading = file->Read({});
  if (!reading.error.empty()) uri.Fail(option, "cannot be read: " + reading.error);
  if (reading.text.empty()) uri.Fail(option, "names an empty file: " + *path);
  options_.*part = reading.text;
  const std::uint64_t version = reading.version;
  files_.push_back({std::string(option), std::move(file), part, version});
}

std::shared_ptr<HttpClient> RenewedClient::Get() {
  if (TakeChanges()) Renew();
  Tell(unread_.empty() ? unusable_ : unread_);
  return client_;
}

bool RenewedClient::TakeChanges() {
  bool changed = false;
  unread_.clear();
  for (File& file : files_) {
    const WatchedText::Reading& reading = file.text->Read({});
    if (!reading.error.empty()) unread_ = file.option + ": " + reading.error;
    if (reading.version == file.version) continue;
    if (reading.text.empty()) {  // half written; as ca_file it would mean the system's
      unread_ = file.option + ": the file is empty";
      continue;
    }
    file.version = reading.version;
    options_.*file.part = reading.text;
    changed = true;
  }
  return changed;
}

// A certificate whose key is not written yet is refused, and is good when the key has changed too.
void RenewedClient::Renew() {
  unusable_.clear();
  try {
    client_ = factory_(options_);
    spdlog::info("{}: the certificates have changed: new connections use them", sink_);
  } catch (const ConfigError& error) {
    unusable_ = error.what();
  }
}

void RenewedClient::Tell(const std::string& fault) {
  if (std::exchange(told_, fault) == fault || fault.empty()) return;
  spdlog::error("{}: {}; the certificates before stay in use", sink_, fault);
}

}  // namespace eventer
