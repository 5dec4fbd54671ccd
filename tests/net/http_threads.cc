// cpprestsdk's thread pool is made once in a process, before any test.
#include <gtest/gtest.h>

#include <cstdlib>

#include "net/http_client_fixture.h"

namespace eventer {
namespace {

class HttpThreads : public testing::Environment {
 public:
  void SetUp() override {
    unsetenv("RES_OPTIONS");
    InitHttpThreads(kHttpThreads);
  }
};

const auto* const http_threads = testing::AddGlobalTestEnvironment(new HttpThreads);

}  // namespace
}  // namespace eventer
