#include "common/aws_sigv4.h"

#include <openssl/sha.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "common/hmac.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string Sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string TimeText(WallTime now) {
  const time_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return text.data();
}

struct Parts {
  std::string_view host, path, query;
};

Parts PartsOf(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find_first_of("/?", host), url.size());
  const std::size_t query = std::min(url.find('?', path), url.size());
  return {url.substr(host, path - host), url.substr(path, query - path),
          query < url.size() ? url.substr(query + 1) : std::string_view()};
}

// What signers and AWS agree on: everything that may be percent-encoded is, in capitals.
std::string Encoded(std::string_view text) { return PercentEncode(PercentDecode(text)); }

// Sorted by name, then value; a name without '=' gets one. A URL may hold ',' and '*' as they are,
// AWS signs %2C and %2A.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      pairs.emplace_back(Encoded(pair.substr(0, equals)),
                         Encoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

// Blanks around are cut, several of them are one.
std::string CanonicalValue(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == ' ' && (text.empty() || text.back() == ' ')) continue;
    text += c;
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// For any service but S3 each segment is encoded a second time.
std::string CanonicalPath(std::string_view path) {
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos;
    text +=
        plain ? std::string(1, c)
              : "%" + std::string(1, "0123456789ABCDEF"[byte >> 4]) + "0123456789ABCDEF"[byte & 15];
  }
  return text.empty() ? "/" : text;
}

}  // namespace

void SignAwsV4(const AwsCredentials& credentials, const AwsScope& scope, WallTime now,
               HttpRequest* request) {
  const Parts parts = PartsOf(request->url);
  const std::string time = TimeText(now), day = time.substr(0, 8);
  const std::string body_hash = Hex(Sha256(request->body.text()));
  // OpenSearch Serverless refuses requests that do not say it.
  if (scope.service == "aoss") request->headers.emplace_back("X-Amz-Content-Sha256", body_hash);
  request->headers.emplace_back("X-Amz-Date", time);
  if (!credentials.session_token.empty()) {
    request->headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  std::map<std::string, std::string> headers = {{"host", std::string(parts.host)}};
  for (const auto& [name, value] : request->headers) headers[Lower(name)] = CanonicalValue(value);
  std::string header_lines, names;
  for (const auto& [name, value] : headers) {
    header_lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical = request->method + "\n" + CanonicalPath(parts.path) + "\n" +
                                CanonicalQuery(parts.query) + "\n" + header_lines + "\n" + names +
                                "\n" + body_hash;
  const std::string credential_scope =
      day + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string to_sign = std::string(kAlgorithm) + "\n" + time + "\n" + credential_scope +
                              "\n" + Hex(Sha256(canonical));
  std::string key = HmacSha256("AWS4" + credentials.secret_key, day);
  for (const std::string& part : {scope.region, scope.service, std::string("aws4_request")}) {
    key = HmacSha256(key, part);
  }
  request->headers.emplace_back(
      "Authorization", std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" +
                           credential_scope + ", SignedHeaders=" + names +
                           ", Signature=" + Hex(HmacSha256(key, to_sign)));
}

}  // namespace eventer
