// What the system's resolver is asked for.
#include "net/name_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <future>
#include <latch>

#include "net/cpprest_http_client.h"
#include "net/scoped_resolver.h"

namespace eventer {
namespace {

using testing::ElementsAre;

std::vector<std::string> LookUp(const std::string& host) {
  std::promise<std::vector<std::string>> found;
  SystemNameLookup()(host, [&](auto addresses) { found.set_value(std::move(addresses)); });
  return found.get_future().get();
}

TEST(SystemNameLookup, FindsAnAddress) {
  EXPECT_THAT(LookUp("127.0.0.1"), ElementsAre("127.0.0.1"));
}

TEST(SystemNameLookup, WhatCannotBeResolvedHasNoAddress) {
  EXPECT_THAT(LookUp(std::string(64, 'a') + ".invalid"), ElementsAre());
}

TEST(SystemNameLookup, AMachineWithoutIpv6IsToldNoIpv6Addresses) {
  std::atomic<int> asked_with = 0;
  const ScopedResolver resolver([&](const std::string& host, int flags) {
    asked_with = flags;
    return host;
  });
  LookUp("127.1");
  EXPECT_TRUE((asked_with & AI_ADDRCONFIG) != 0);
}

TEST(SystemNameLookup, OneThatIsGivenUpKeepsNobodyWaiting) {
  std::vector<std::string> asked;
  std::latch begun(1), may_end(1);
  const ScopedResolver resolver([&](const std::string& host, int) {
    asked.push_back(host);
    begun.count_down(asked.size() == 1);
    may_end.wait();
    return "127.0.0.1";
  });
  const NameLookup lookup = SystemNameLookup();
  std::promise<std::vector<std::string>> slow, unwanted, last;
  lookup("slow", [&](auto addresses) { slow.set_value(addresses); });
  begun.wait();
  lookup("unwanted", [&](auto addresses) { unwanted.set_value(addresses); })();
  lookup("last", [&](auto addresses) { last.set_value(addresses); });
  may_end.count_down();
  EXPECT_THAT(slow.get_future().get(), ElementsAre("127.0.0.1"));
  EXPECT_THAT(unwanted.get_future().get(), ElementsAre());
  EXPECT_THAT(last.get_future().get(), ElementsAre("127.0.0.1"));
  EXPECT_THAT(asked, ElementsAre("slow", "last"));
}

}  // namespace
}  // namespace eventer
