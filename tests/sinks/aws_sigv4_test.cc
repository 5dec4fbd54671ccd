// Vectors of AWS's public test suite for Signature Version 4.
#include "common/aws_sigv4.h"

#include <gmock/gmock.h>

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

std::string Signature(HttpRequest request) {
  const AwsCredentials credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  const WallTime now(1440938160s);  // 2015-08-30T12:36:00Z
  SignAwsV4(credentials, {"us-east-1", "service"}, now, &request);
  EXPECT_THAT(request.headers, Contains(Pair("X-Amz-Date", "20150830T123600Z")));
  const std::string authorization = request.headers.back().second;
  EXPECT_THAT(authorization, HasSubstr("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
                                       "service/aws4_request, SignedHeaders="));
  return authorization.substr(authorization.rfind('=') + 1);
}

HttpRequest Request(const std::string& method, const std::string& target) {
  HttpRequest request;
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

TEST(AwsSigV4, TheQueryIsSorted) {
  EXPECT_EQ(Signature(Request("GET", "/?Param2=value2&Param1=value1")),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
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
}

TEST(AwsSigV4, ASessionTokenIsSentAndSigned) {
  HttpRequest request = Request("GET", "/");
  SignAwsV4({"A", "S", "T"}, {"r", "es"}, WallTime(0s), &request);
  EXPECT_THAT(request.headers, Contains(Pair("X-Amz-Security-Token", "T")));
  EXPECT_THAT(request.headers.back().second,
              HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
}

}  // namespace
}  // namespace eventer
