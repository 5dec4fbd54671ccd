#include "support/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <functional>

namespace eventer {
namespace {

constexpr long kDay = 24 * 3600;

std::shared_ptr<EVP_PKEY> NewKey(TestKeyKind kind) {
  if (kind == TestKeyKind::kEc) return {EVP_EC_gen("P-256"), EVP_PKEY_free};
  // One for all: it takes most of a second to make.
  static const std::shared_ptr<EVP_PKEY> rsa(EVP_RSA_gen(2048), EVP_PKEY_free);
  return rsa;
}

std::string ToPem(const std::function<void(BIO*)>& write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string CertificatePem(X509* certificate) {
  return ToPem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

std::string KeyPem(EVP_PKEY* key, TestKeyForm form) {
  return ToPem([&](BIO* bio) {
    if (form == TestKeyForm::kPkcs8) {
      PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    } else {
      PEM_write_bio_PrivateKey_traditional(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    }
  });
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> NewCertificate(const std::string& name, EVP_PKEY* key, X509* issuer,
                                     TestValidity validity) {
  static std::atomic<long> serial{1};
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  X509* c = certificate.get();
  X509_set_version(c, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(c), serial++);
  const bool expired = validity == TestValidity::kExpired;
  X509_gmtime_adj(X509_getm_notBefore(c), expired ? -2 * kDay : -kDay);
  X509_gmtime_adj(X509_getm_notAfter(c), expired ? -kDay : kDay);
  X509_set_pubkey(c, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(c, X509_get_subject_name(issuer ? issuer : c));
  return certificate;
}

}  // namespace

TestCa::TestCa(const std::string& name) : TestCa(name, nullptr) {}

TestCa::TestCa(const std::string& name, const TestCa* issuer)
    : key_(NewKey(TestKeyKind::kEc)),
      certificate_(NewCertificate(name, key_.get(), issuer ? issuer->certificate_.get() : nullptr,
                                  TestValidity::kNow)) {
  AddExtension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(certificate_.get(), issuer ? issuer->key_.get() : key_.get(), EVP_sha256());
  pem_ = CertificatePem(certificate_.get());
}

TestIdentity TestCa::Issue(const std::vector<std::string>& names, TestValidity validity,
                           TestKeyKind kind, TestKeyForm form) const {
  const Key key = NewKey(kind);
  const Certificate leaf = NewCertificate("leaf", key.get(), certificate_.get(), validity);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
  if (!all.empty()) AddExtension(leaf.get(), NID_subject_alt_name, all);
  X509_sign(leaf.get(), key_.get(), EVP_sha256());
  return {CertificatePem(leaf.get()), KeyPem(key.get(), form)};
}

TestCa TestCa::IssueCa(const std::string& name) const { return TestCa(name, this); }

}  // namespace eventer
