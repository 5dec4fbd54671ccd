#include "webhook/webhook_secrets.h"

#include <algorithm>
#include <utility>

#include "eventer/base64.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

constexpr std::size_t kShortestPart = 6, kShortestValue = 4;

using Secrets = std::vector<std::string>;

void AddParts(std::string_view text, std::string_view separators, Secrets* secrets) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    begin = end + 1;
    if (PercentDecode(part).size() >= kShortestPart) secrets->emplace_back(part);
  }
}

void AddUser(const std::string& userinfo, Secrets* secrets) {
  const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
  AddParts(userinfo.substr(0, colon), "", secrets);
  if (colon + 1 < userinfo.size()) secrets->push_back(userinfo.substr(colon + 1));
}

void AddValue(std::string_view value, Secrets* secrets) {
  if (value.size() >= kShortestValue) secrets->emplace_back(value);
  AddParts(value, " ;,=", secrets);
}

void AddCredentials(std::string_view value, Secrets* secrets) {
  const std::size_t blank = value.find(' ');
  const std::string_view credentials = value.substr(blank + 1);  // npos + 1 = 0
  AddValue(credentials, secrets);
  if (!value.starts_with("Basic ")) return;
  if (const auto userinfo = Base64Decode(credentials)) AddUser(*userinfo, secrets);
}

}  // namespace

std::string BasicCredentials(const std::string& userinfo) {
  const bool user_only = userinfo.find(':') == std::string::npos;
  return Base64Encode(user_only ? userinfo + ":" : userinfo);
}

std::vector<std::string> AddressSecrets(const std::string& userinfo, std::string_view path,
                                        std::string_view query) {
  Secrets secrets;
  AddParts(path, "/", &secrets);
  AddParts(query, "&=", &secrets);
  std::string form(query);
  std::ranges::replace(form, '+', ' ');
  AddParts(form, "&=", &secrets);
  AddUser(userinfo, &secrets);
  if (!userinfo.empty()) secrets.push_back(BasicCredentials(userinfo));
  return secrets;
}

std::vector<std::string> HeaderSecrets(const HttpHeaders& headers) {
  Secrets secrets;
  for (const auto& [name, value] : headers) {
    if (name.starts_with("Content-") || name.starts_with("Accept")) continue;
    const bool credentials = name == "Authorization" || name == "Proxy-Authorization";
    credentials ? AddCredentials(value, &secrets) : AddValue(value, &secrets);
  }
  return secrets;
}

}  // namespace eventer
