// cpprestsdk's thread pool is made once in a process, before any test.
#include <gtest/gtest.h>

#include "net/http_client_fixture.h"

#if defined(__SANITIZE_ADDRESS__)
// The password of a tunnel's proxy: cpprestsdk 2.10.18 never frees what it has decrypted.
extern "C" const char* __lsan_default_suppressions() { return "leak:libcpprest.so\n"; }
#endif

namespace eventer {
namespace {

class HttpThreads : public testing::Environment {
 public:
  void SetUp() override { InitHttpThreads(kHttpThreads); }
};

const auto* const environment = testing::AddGlobalTestEnvironment(new HttpThreads);

}  // namespace
}  // namespace eventer
