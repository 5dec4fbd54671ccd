// Whom a TLS connection trusts, and as whom it speaks. Certificates and keys are parsed once;
// each new connection takes references to them.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/http_client.h"

namespace eventer {

// The peer of one scheme, host and port: the name that its certificate must bear, and why the last
// check of it failed. Thread-safe.
class TlsPeer {
 public:
  // A dot behind `name` ends the search of a resolver; no certificate has it, and in a server name
  // it is forbidden (RFC 6066).
  TlsPeer(std::string_view name, bool insecure)
      : name_(name.substr(0, name.size() - (name.ends_with('.') ? 1 : 0))), insecure_(insecure) {}

  const std::string& name() const { return name_; }
  bool insecure() const { return insecure_; }

  void SetFault(std::string fault);
  // Returns and forgets it; empty if the last check failed for no reason of the certificate's.
  std::string TakeFault();

 private:
  const std::string name_;
  const bool insecure_;
  std::mutex mutex_;
  std::string fault_;
};

// Immutable after construction, so thread-safe.
class TlsSettings {
 public:
  // Throws ConfigError if a certificate or key of `options` cannot be used.
  explicit TlsSettings(const HttpClientOptions& options);

  // Makes `context`, fresh from cpprestsdk, into one for connections to `peer`: TLS 1.2 at least,
  // our roots instead of those it has loaded, name check and SNI by the peer's name.
  void Prepare(SSL_CTX* context, const std::shared_ptr<TlsPeer>& peer) const;

 private:
  template <typename T, void (*Free)(T*)>
  struct Deleter {
    void operator()(T* object) const { Free(object); }
  };
  using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
  using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
  using Store = std::unique_ptr<X509_STORE, Deleter<X509_STORE, X509_STORE_free>>;

  static std::vector<Certificate> ParseCertificates(const std::string& pem, const char* what);
  static Key ParseKey(const std::string& pem);
  void LoadIdentity(const HttpClientOptions& options);
  // The roots to trust; the system's are loaded at the first call only.
  X509_STORE* Roots() const;

  std::vector<Certificate> chain_;  // the client's own first
  Key key_;
  mutable std::once_flag loaded_;
  mutable Store roots_;
};

}  // namespace eventer
