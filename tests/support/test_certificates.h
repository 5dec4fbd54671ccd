// Certificates made at run time, so that no key lies in the tree and none ever expires there.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace eventer {

struct TestIdentity {
  std::string cert_pem;
  std::string key_pem;  // PKCS8
};

enum class TestKeyForm { kPkcs8, kTraditional };  // the latter: SEC1 or PKCS1
enum class TestKeyKind { kEc, kRsa };
enum class TestValidity { kNow, kExpired };

class TestCa {
 public:
  explicit TestCa(const std::string& name = "test CA");

  const std::string& pem() const { return pem_; }
  // A certificate for these subject alternative names ("DNS:localhost", "IP:127.0.0.1").
  TestIdentity Issue(const std::vector<std::string>& names,
                     TestValidity validity = TestValidity::kNow,
                     TestKeyKind kind = TestKeyKind::kEc,
                     TestKeyForm form = TestKeyForm::kPkcs8) const;
  // A CA that this one has signed.
  TestCa IssueCa(const std::string& name) const;

 private:
  using Certificate = std::shared_ptr<X509>;
  using Key = std::shared_ptr<EVP_PKEY>;
  TestCa(const std::string& name, const TestCa* issuer);

  Key key_;
  Certificate certificate_;
  std::string pem_;
};

}  // namespace eventer
