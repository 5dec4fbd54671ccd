#include "kube/kube_connections.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/read_file.h"
#include "eventer/error.h"

namespace eventer {
namespace {

constexpr auto kCertificateAge = std::chrono::minutes(5);

std::string ReadPem(const PemSource& source) {
  if (!source.text.empty() || source.file.empty()) return source.text;
  FileText file = ReadWholeFile(source.file);
  if (!file.error.empty()) throw ConfigError(source.file + ": " + file.error);
  if (file.text.empty()) throw ConfigError(source.file + ": is empty");
  return std::move(file.text);
}

}  // namespace

KubeConnections::KubeConnections(Clock& clock, KubeConfig config, HttpClientFactory factory,
                                 const Credential& first)
    : clock_(clock),
      config_(std::move(config)),
      factory_(std::move(factory)),
      read_at_(clock.Steady()),
      log_(clock) {
  try {
    read_ = ReadFiles();
    built_ = read_;
    if (!first.cert_pem.empty()) {
      built_.cert = first.cert_pem;
      built_.key = first.key_pem;
    }
    client_ = factory_(Options(built_));
  } catch (const ConfigError& error) {
    throw ConfigError(config_.origin + ": " + error.what());
  }
}

KubeConnections::Files KubeConnections::ReadFiles() const {
  return {ReadPem(config_.ca), ReadPem(config_.cert), ReadPem(config_.key)};
}

HttpClientOptions KubeConnections::Options(const Files& files) const {
  return {.ca_pem = files.ca,
          .insecure = config_.insecure,
          .cert_pem = files.cert,
          .key_pem = files.key,
          .server_name = config_.tls_server_name,
          .proxy = config_.proxy,
          .user_agent = "kube-eventer/" EVENTER_VERSION};
}

void KubeConnections::RefreshFiles() {
  const bool old = !config_.cert.file.empty() && clock_.Steady() - read_at_ >= kCertificateAge;
  if (!old && !read_again_) return;
  read_again_ = false;
  read_at_ = clock_.Steady();
  try {
    read_ = ReadFiles();
  } catch (const ConfigError& error) {
    if (log_.Allow()) spdlog::warn("{}; the certificates read before stay in use", error.what());
  }
}

std::shared_ptr<HttpClient> KubeConnections::Client(const Credential& credential) {
  Files files;
  {
    std::lock_guard lock(mutex_);
    RefreshFiles();
    files = read_;
    if (!credential.cert_pem.empty()) {
      files.cert = credential.cert_pem;
      files.key = credential.key_pem;
    }
    if (files == built_) return client_;
    built_ = files;
  }
  Rebuild(files);
  std::lock_guard lock(mutex_);
  return client_;
}

// Without the lock: the factory is not ours.
void KubeConnections::Rebuild(const Files& files) {
  try {
    std::shared_ptr<HttpClient> client = factory_(Options(files));
    std::lock_guard lock(mutex_);
    client_ = std::move(client);
    spdlog::info("certificates for {} have changed: new connections use them",
                 config_.ServerToShow());
  } catch (const ConfigError& error) {
    if (log_.Allow()) {
      spdlog::warn("new certificates for {}: {}", config_.ServerToShow(), error.what());
    }
  }
}

void KubeConnections::HandshakeFailed() {
  std::lock_guard lock(mutex_);
  read_again_ = true;
}

}  // namespace eventer
