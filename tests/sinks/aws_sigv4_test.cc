// Vectors of AWS's public test suite for Signature Version 4. Not here are those of what is never
// sent: dots and empty segments in a path, a header twice or over several lines, queries that no
// URL can hold.
#include "common/aws_sigv4.h"

#include <gmock/gmock.h>

#include <utility>

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

constexpr char kUnreserved[] = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string Signature(HttpRequest request, const std::string& session_token = "") {
  const AwsCredentials credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                   session_token};
  const WallTime now(1440938160s);  // 2015-08-30T12:36:00Z
  SignAwsV4(credentials, {"us-east-1", "service"}, now, &request);
  EXPECT_THAT(request.headers, Contains(Pair("X-Amz-Date", "20150830T123600Z")));
  const std::string authorization = request.headers.back().second;
  EXPECT_THAT(authorization, HasSubstr("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
                                       "service/aws4_request, SignedHeaders="));
  return authorization.substr(authorization.rfind('=') + 1);
}

HttpRequest Request(const std::string& method, const std::string& target,
                    HttpHeaders headers = {}) {
  HttpRequest request;
  request.headers = std::move(headers);
  request.method = method;
  request.url = "https://example.amazonaws.com" + target;
  return request;
}

TEST(AwsSigV4, Vanilla) {
  EXPECT_EQ(Signature(Request("GET", "/")),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(Signature(Request("POST", "/")),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

// get-unreserved, get-utf8, get-space
TEST(AwsSigV4, WhatAPathHoldsIsSignedPercentEncoded) {
  EXPECT_EQ(Signature(Request("GET", std::string("/") + kUnreserved)),
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f");
  EXPECT_EQ(Signature(Request("GET", "/\u1234")),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
  EXPECT_EQ(Signature(Request("GET", "/example space/")),
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741");
}

// get-vanilla-empty-query-key, -query-order-key-case, -query-order-encoded, -query-unreserved,
// -utf8-query
TEST(AwsSigV4, TheQueryIsSortedAsItIsEncoded) {
  EXPECT_EQ(Signature(Request("GET", "/?Param1=value1")),
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb");
  EXPECT_EQ(Signature(Request("GET", "/?Param2=value2&Param1=value1")),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(Signature(Request("GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1")),
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac");
  EXPECT_EQ(Signature(Request("GET", std::string("/?") + kUnreserved + "=" + kUnreserved)),
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197");
  EXPECT_EQ(Signature(Request("GET", "/?\u1234=bar")),
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04");
}

// The suite has no such query; made with Python's hmac from the documentation's text.
TEST(AwsSigV4, WhatAQueryHoldsIsSignedPercentEncodedOnce) {
  EXPECT_EQ(Signature(Request("POST", "/_bulk?filter_path=errors,items.*.status,items.*.error")),
            "9c33956337939b57a3f97986ed9f55408bb1b42ccb60ef3cfef406a6d0bb7d22");
  EXPECT_EQ(Signature(Request("GET", "/?a=b%20c&k,&a=%2f")),
            "6d5b012fa7d79e6d3d3bc2801647d0f3a2dd3e6726ce3b97e7f90a592dfa90c3");
}

TEST(AwsSigV4, BodyAndHeadersAreSigned) {
  HttpRequest request = Request("POST", "/");
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "Param1=value1";
  EXPECT_EQ(Signature(request), "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}};
  EXPECT_EQ(Signature(request), "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe");
}

// post-header-key-sort, post-header-value-case, get-header-value-order
TEST(AwsSigV4, HeadersAreSortedByTheirNamesAndTheirValuesLeftAlone) {
  EXPECT_EQ(Signature(Request("POST", "/", {{"My-Header1", "value1"}})),
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c");
  EXPECT_EQ(Signature(Request("POST", "/", {{"My-Header1", "VALUE1"}})),
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d");
  EXPECT_EQ(Signature(Request("GET", "/", {{"My-Header1", "value4,value1,value3,value2"}})),
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01");
}

// get-header-value-trim
TEST(AwsSigV4, BlanksOfAHeaderAreSignedAsOneAndThoseAroundItNotAtAll) {
  const HttpHeaders headers = {{"My-Header1", " value1"}, {"My-Header2", R"( "a   b   c")"}};
  EXPECT_EQ(Signature(Request("GET", "/", headers)),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

// get-vanilla-with-session-token, post-sts-header-before
TEST(AwsSigV4, ASessionTokenIsSigned) {
  EXPECT_EQ(Signature(Request("GET", "/"),
                      "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"),
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
  EXPECT_EQ(
      Signature(Request("POST", "/"),
                "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwA"
                "eMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8p"
                "hUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT"
                "38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabI"
                "Qwj2ICCR/oLxBA=="),
      "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

TEST(AwsSigV4, ASessionTokenIsSent) {
  HttpRequest request = Request("GET", "/");
  SignAwsV4({"A", "S", "T"}, {"r", "es"}, WallTime(0s), &request);
  EXPECT_THAT(request.headers, Contains(Pair("X-Amz-Security-Token", "T")));
  EXPECT_THAT(request.headers.back().second,
              HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
}

}  // namespace
}  // namespace eventer
