#include "net/tls_settings.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "eventer/error.h"
#include "net/url.h"

// cpprestsdk loads the system's roots for each new connection (30 ms, 1 to 4 MB), before it lets us
// replace them. This one, found before OpenSSL's by every caller in the process, does nothing: who
// wants the system's roots loads them into a store, as Roots() does. Weak, so that a static OpenSSL
// wins instead of clashing.
extern "C" __attribute__((weak, visibility("default"))) int SSL_CTX_set_default_verify_paths(
    SSL_CTX*) {
  return 1;
}

namespace eventer {
namespace {

std::string LastError() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

// For an encrypted key; without it OpenSSL would ask for a password on the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

using PeerHandle = std::shared_ptr<TlsPeer>;

void FreePeer(void*, void* peer, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<PeerHandle*>(peer);
}

// Where a context keeps its peer: it lives as long as the connections made from the context.
int PeerIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, FreePeer);
  return index;
}

TlsPeer& PeerOf(const SSL* ssl) {
  return **static_cast<PeerHandle*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), PeerIndex()));
}

// A server name may not be an address (RFC 6066).
void SendServerName(const SSL* ssl, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0 || IsAddress(PeerOf(ssl).name())) return;
  SSL_set_tlsext_host_name(const_cast<SSL*>(ssl), PeerOf(ssl).name().c_str());
}

int KeepVerdict(int ok, X509_STORE_CTX*) { return ok; }

std::string_view BytesOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// Names are checked before signatures: whatever the peer has put there comes to this.
std::string NameOf(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    std::string text(BytesOf(name.d.dNSName));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
    return text;
  }
  if (name.type != GEN_IPADD) return {};
  const std::string_view address = BytesOf(name.d.iPAddress);
  if (address.size() != 4 && address.size() != 16) return {};  // OpenSSL lets any length pass
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof(text));
  return text;
}

std::string NamesOf(X509* certificate) {
  std::string names;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const std::string name = NameOf(*sk_GENERAL_NAME_value(all, i));
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  GENERAL_NAMES_free(all);
  return names.empty() ? "no name at all" : names.substr(0, 300);
}

std::string FaultText(X509_STORE_CTX* store, const TlsPeer& peer) {
  const int error = X509_STORE_CTX_get_error(store);
  if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return "the certificate is for " + NamesOf(X509_STORE_CTX_get0_cert(store)) + ", not for " +
           peer.name();
  }
  return std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(error);
}

// Instead of cpprestsdk's check, which takes the Host header for the name.
int Verify(X509_STORE_CTX* store, void*) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  TlsPeer& peer = PeerOf(ssl);
  if (peer.insecure()) return 1;
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(store);
  // As Go: any given certificate is an anchor, and a common name is no host name.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (IsAddress(peer.name())) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, peer.name().c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(parameters, peer.name().data(), peer.name().size());
  }
  X509_STORE_CTX_set_verify_cb(store, KeepVerdict);
  const int verdict = X509_verify_cert(store);
  if (verdict != 1) peer.SetFault(FaultText(store, peer));
  return verdict;
}

}  // namespace

void TlsPeer::SetFault(std::string fault) {
  std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

std::string TlsPeer::TakeFault() {
  std::lock_guard lock(mutex_);
  return std::exchange(fault_, {});
}

TlsSettings::TlsSettings(const HttpClientOptions& options) {
  LoadIdentity(options);
  if (options.ca_pem.empty()) return;
  std::call_once(loaded_, [&] {
    roots_.reset(X509_STORE_new());
    for (const Certificate& root : ParseCertificates(options.ca_pem, "the CA certificate")) {
      X509_STORE_add_cert(roots_.get(), root.get());
    }
  });
}

void TlsSettings::LoadIdentity(const HttpClientOptions& options) {
  if (options.cert_pem.empty() && options.key_pem.empty()) return;
  if (options.cert_pem.empty()) throw ConfigError("a client key needs its certificate");
  if (options.key_pem.empty()) throw ConfigError("a client certificate needs its key");
  chain_ = ParseCertificates(options.cert_pem, "the client certificate");
  key_ = ParseKey(options.key_pem);
  if (X509_check_private_key(chain_.front().get(), key_.get()) != 1) {
    ERR_clear_error();
    throw ConfigError("the client certificate and key do not belong together");
  }
}

std::vector<TlsSettings::Certificate> TlsSettings::ParseCertificates(const std::string& pem,
                                                                     const char* what) {
  std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)) {
    certificates.emplace_back(one);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string error = LastError();
  if (!at_end) throw ConfigError(std::string(what) + " cannot be read: " + error);
  if (certificates.empty()) throw ConfigError(std::string(what) + " holds no PEM certificate");
  return certificates;
}

TlsSettings::Key TlsSettings::ParseKey(const std::string& pem) {
  std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (!key) {
    throw ConfigError("the client key is no PEM private key that can be read (" + LastError() +
                      "); encrypted keys are not supported");
  }
  return key;
}

X509_STORE* TlsSettings::Roots() const {
  std::call_once(loaded_, [this] {
    roots_.reset(X509_STORE_new());
    X509_STORE_set_default_paths(roots_.get());
  });
  return roots_.get();
}

void TlsSettings::Prepare(SSL_CTX* context, const std::shared_ptr<TlsPeer>& peer) const {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // An insecure client checks nothing, so it needs no roots at all.
  if (!peer->insecure()) SSL_CTX_set1_cert_store(context, Roots());
  SSL_CTX_set_ex_data(context, PeerIndex(), new PeerHandle(peer));
  SSL_CTX_set_cert_verify_callback(context, Verify, nullptr);
  SSL_CTX_set_info_callback(context, SendServerName);
  if (!key_) return;
  SSL_CTX_use_certificate(context, chain_.front().get());
  for (std::size_t i = 1; i < chain_.size(); ++i) {
    SSL_CTX_add1_chain_cert(context, chain_[i].get());
  }
  SSL_CTX_use_PrivateKey(context, key_.get());
}

}  // namespace eventer
