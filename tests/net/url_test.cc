#include "net/url.h"

#include <gtest/gtest.h>

namespace eventer {
namespace {

TEST(Url, HasItsParts) {
  const auto url = ParseUrl("https://user:p%40ss@Example.com:8443/a/b?c=d#fragment");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure());
  EXPECT_EQ(url->user_info, "user:p@ss");
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->host_header, "Example.com:8443");
  EXPECT_EQ(url->target, "/a/b?c=d");
  EXPECT_EQ(url->authority(), "example.com:8443");
}

TEST(Url, PortComesFromTheScheme) {
  EXPECT_EQ(ParseUrl("http://h")->port, 80);
  EXPECT_EQ(ParseUrl("HTTPS://h")->port, 443);
  EXPECT_EQ(ParseUrl("http://h:/")->port, 80);
}

TEST(Url, Ipv6HostHasNoBrackets) {
  const auto url = ParseUrl("http://[::1]:8080/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->host_header, "[::1]:8080");
  EXPECT_EQ(url->authority(), "[::1]:8080");
  EXPECT_EQ(ParseUrl("https://[fe80::1]")->authority(), "[fe80::1]:443");
}

TEST(Url, AnAtSignInTheCredentialsDoesNotEndThem) {
  const auto url = ParseUrl("http://a@b:c@host/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->user_info, "a@b:c");
  EXPECT_EQ(url->host, "host");
}

struct TargetCase {
  const char* url;
  const char* target;
};

class UrlTarget : public testing::TestWithParam<TargetCase> {};

TEST_P(UrlTarget, KeepsLegalBytesAndEncodesTheRest) {
  const auto url = ParseUrl(GetParam().url);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->target, GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(
    All, UrlTarget,
    testing::Values(TargetCase{"http://h", "/"}, TargetCase{"http://h?x=1", "/?x=1"},
                    TargetCase{"http://h#f", "/"}, TargetCase{"http://h//a//b", "//a//b"},
                    TargetCase{"http://h/a%2Fb%zz?c=%7B", "/a%2Fb%zz?c=%7B"},
                    TargetCase{"http://h/?q={\"a\":[1|2]}", "/?q=%7B%22a%22:%5B1%7C2%5D%7D"},
                    TargetCase{"http://h/\xc3\xa4?\xe2\x82\xac", "/%C3%A4?%E2%82%AC"},
                    TargetCase{"http://h/a b?c d+e", "/a%20b?c%20d+e"},
                    TargetCase{"http://h/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"},
                    TargetCase{"http://h/?a=1&a=1&&=?/", "/?a=1&a=1&&=?/"},
                    TargetCase{"http://h/\r\nX: y", "/%0D%0AX:%20y"}));

class BadUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadUrl, IsRefused) { EXPECT_FALSE(ParseUrl(GetParam())); }

INSTANTIATE_TEST_SUITE_P(All, BadUrl,
                         testing::Values("", "host/path", "ftp://h/", "http://", "http:///path",
                                         "http://:80/", "http://h:0/", "http://h:65536/",
                                         "http://h:8o/", "http://[::1", "http://[]/",
                                         "http://[::1]x/", "http://a b/", "http://u@/",
                                         "http://h\r\nX/", "http://[host]/"));

TEST(IsAddress, OnlyWhatHasOneForm) {
  for (const char* address : {"127.0.0.1", "::1", "fe80::1"}) EXPECT_TRUE(IsAddress(address));
  for (const char* name : {"127.1", "localhost", "[::1]", "127.0.0.1."}) {
    EXPECT_FALSE(IsAddress(name)) << name;
  }
}

}  // namespace
}  // namespace eventer
