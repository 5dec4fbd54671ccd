// Which proxy a request goes through; what Go's net/http does is the measure.
#include "net/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "eventer/error.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::Not;

using Environment = std::map<std::string, std::string>;

ProxyRules Rules(const Environment& environment) {
  return ProxyRules::FromEnvironment([&](const char* name) {
    auto entry = environment.find(name);
    return entry == environment.end() ? std::string() : entry->second;
  });
}

// The proxy's host and port, or "".
std::string ProxyFor(const ProxyRules& rules, const std::string& url) {
  const Url* proxy = rules.For(ParseUrl(url).value());
  return proxy ? proxy->authority() : "";
}

std::string ErrorOf(const std::function<void()>& make) {
  try {
    make();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST(ProxyRules, EachSchemeHasItsOwn) {
  const ProxyRules rules = Rules({{"HTTP_PROXY", "http://a:1"}, {"HTTPS_PROXY", "http://b:2"}});
  EXPECT_EQ(ProxyFor(rules, "http://example.com"), "a:1");
  EXPECT_EQ(ProxyFor(rules, "https://example.com"), "b:2");
}

TEST(ProxyRules, WithoutVariablesThereIsNone) {
  EXPECT_EQ(ProxyFor(Rules({}), "http://example.com"), "");
  EXPECT_EQ(ProxyFor(Rules({{"HTTPS_PROXY", "b:2"}}), "http://example.com"), "");
}

TEST(ProxyRules, CapitalLettersWinOverSmallOnes) {
  EXPECT_EQ(ProxyFor(Rules({{"http_proxy", "b:2"}}), "http://x.y"), "b:2");
  EXPECT_EQ(ProxyFor(Rules({{"http_proxy", "b:2"}, {"HTTP_PROXY", "a:1"}}), "http://x.y"), "a:1");
  EXPECT_EQ(ProxyFor(Rules({{"https_proxy", "b:2"}, {"no_proxy", "x.y"}}), "https://x.y"), "");
}

TEST(ProxyRules, ASchemeIsNotNeeded) {
  EXPECT_EQ(ProxyFor(Rules({{"HTTP_PROXY", "proxy.local:3128"}}), "http://x.y"),
            "proxy.local:3128");
}

TEST(ProxyRules, AFixedProxyIsForEverything) {
  const ProxyRules rules = ProxyRules::Fixed("http://user:secret@proxy:3128");
  EXPECT_EQ(ProxyFor(rules, "http://localhost"), "proxy:3128");
  EXPECT_EQ(ProxyFor(rules, "https://x.y"), "proxy:3128");
  EXPECT_EQ(rules.For(ParseUrl("http://x.y").value())->user_info, "user:secret");
  EXPECT_EQ(ProxyFor(ProxyRules::Fixed(""), "http://x.y"), "");
}

TEST(ProxyRules, OnlyHttpProxiesAreAccepted) {
  EXPECT_THAT(ErrorOf([] { ProxyRules::Fixed("socks5://p:1080"); }), HasSubstr("\"socks5\""));
  EXPECT_THAT(ErrorOf([] { ProxyRules::Fixed("https://p:443"); }), HasSubstr("\"https\""));
  EXPECT_THAT(ErrorOf([] { Rules({{"HTTPS_PROXY", "socks5://p"}}); }), HasSubstr("HTTPS_PROXY: "));
}

TEST(ProxyRules, AFaultyProxyIsRefusedWithoutItsPassword) {
  const std::string error = ErrorOf([] { ProxyRules::Fixed("http://user:secret@:x"); });
  EXPECT_THAT(error, HasSubstr("http://host:port"));
  EXPECT_THAT(error, Not(HasSubstr("secret")));
}

struct NoProxyCase {
  const char* no_proxy;
  const char* url;
  bool direct;
};

class NoProxyTest : public testing::TestWithParam<NoProxyCase> {};

TEST_P(NoProxyTest, DecidesAsGoDoes) {
  const NoProxyCase& c = GetParam();
  const ProxyRules rules =
      Rules({{"HTTP_PROXY", "p:1"}, {"HTTPS_PROXY", "p:1"}, {"NO_PROXY", c.no_proxy}});
  EXPECT_EQ(ProxyFor(rules, c.url), c.direct ? "" : "p:1") << c.no_proxy << " " << c.url;
}

INSTANTIATE_TEST_SUITE_P(
    All, NoProxyTest,
    testing::Values(
        // The machine itself never needs a proxy.
        NoProxyCase{"", "http://localhost:8080", true}, NoProxyCase{"", "http://127.0.0.1", true},
        NoProxyCase{"", "http://127.9.9.9", true}, NoProxyCase{"", "http://[::1]:80", true},
        NoProxyCase{"", "http://10.0.0.1", false},
        NoProxyCase{"", "http://localhost.example", false},
        // Everything.
        NoProxyCase{"*", "http://example.com", true},
        NoProxyCase{"a.b, *", "https://10.0.0.1", true},
        // Names.
        NoProxyCase{"example.com", "http://example.com", true},
        NoProxyCase{"example.com", "http://EXAMPLE.com", true},
        NoProxyCase{"Example.COM", "http://example.com", true},
        NoProxyCase{"example.com", "http://a.b.example.com", true},
        NoProxyCase{"example.com", "http://badexample.com", false},
        NoProxyCase{".example.com", "http://example.com", false},
        NoProxyCase{".example.com", "http://a.example.com", true},
        NoProxyCase{"*.example.com", "http://example.com", false},
        NoProxyCase{"*.example.com", "http://a.example.com", true},
        NoProxyCase{" x.y ,\texample.com ", "http://example.com", true},
        NoProxyCase{",,example.com,", "http://example.com", true},
        NoProxyCase{"com", "http://example.com", true},
        NoProxyCase{".svc,.cluster.local", "https://kubernetes.default.svc", true},
        NoProxyCase{".svc,.cluster.local", "https://api.example.com", false},
        // Ports.
        NoProxyCase{"example.com:8080", "http://example.com:8080", true},
        NoProxyCase{"example.com:8080", "http://example.com", false},
        NoProxyCase{"example.com:443", "https://example.com", true},
        NoProxyCase{"10.0.0.1:80", "http://10.0.0.1", true},
        NoProxyCase{"10.0.0.1:81", "http://10.0.0.1", false},
        NoProxyCase{"[fd00::1]:80", "http://[fd00::1]", true},
        NoProxyCase{"[fd00::1]:81", "http://[fd00::1]", false},
        NoProxyCase{":80", "http://example.com", false},
        NoProxyCase{"example.com:http", "http://example.com", false},
        // Addresses.
        NoProxyCase{"10.0.0.1", "http://10.0.0.1:1234", true},
        NoProxyCase{"10.0.0.1", "http://10.0.0.11", false},
        NoProxyCase{"fd00::1", "http://[fd00:0::1]", true},
        NoProxyCase{"[fd00::1]", "http://[fd00::1]", true},
        NoProxyCase{"::ffff:10.0.0.1", "http://10.0.0.1", true},
        NoProxyCase{"0.0.1", "http://10.0.0.1", false},
        // Blocks.
        NoProxyCase{"10.96.0.0/12", "https://10.96.0.1:443", true},
        NoProxyCase{"10.96.0.0/12", "https://10.111.255.255", true},
        NoProxyCase{"10.96.0.0/12", "https://10.112.0.0", false},
        NoProxyCase{"10.0.0.0/8", "https://example.com", false},
        NoProxyCase{"0.0.0.0/0", "http://10.1.2.3", true},
        NoProxyCase{"10.1.2.3/32", "http://10.1.2.3", true},
        NoProxyCase{"fd00::/8", "http://[fdff::1]", true},
        NoProxyCase{"fd00::/8", "http://[fe80::1]", false},
        NoProxyCase{"10.0.0.0/33", "http://10.0.0.1", false}));

}  // namespace
}  // namespace eventer
