// AWS Signature Version 4, as OpenSearch at AWS wants it.
#pragma once

#include <string>

#include "eventer/clock.h"
#include "eventer/http_client.h"

namespace eventer {

struct AwsCredentials {
  std::string access_key, secret_key, session_token;  // the token may be empty
};

struct AwsScope {
  std::string region, service;  // "cn-north-1"; "es", or "aoss" for OpenSearch Serverless
};

// Adds X-Amz-Date, X-Amz-Security-Token if there is one, X-Amz-Content-Sha256 for "aoss", and
// Authorization.
// Signs the method, the URL, the body, Host and all headers that are there already, each once.
void SignAwsV4(const AwsCredentials& credentials, const AwsScope& scope, WallTime now,
               HttpRequest* request);

}  // namespace eventer
