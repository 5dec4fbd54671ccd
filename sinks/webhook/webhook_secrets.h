// What of a webhook's address and headers may be a secret, and is hidden where its receiver repeats
// it. Nobody tells us which parts are: so all are but words that say nothing, or every answer would
// be garbled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eventer/http_client.h"

namespace eventer {

// As Go's client sends them: without a password with an empty one.
std::string BasicCredentials(const std::string& userinfo);

// The password, however short; the user, and of path and query what stands between '/', '&' and
// '=', from 6 bytes on. '+' in a query also as the blank that it means in a form.
std::vector<std::string> AddressSecrets(const std::string& userinfo, std::string_view path,
                                        std::string_view query);

// Of each header but Content-… and Accept…: the value from 4 bytes on, and what stands in it
// between blanks, ';', ',' and '=' from 6 bytes on. The scheme before credentials (Basic) is none;
// what Basic credentials mean is, the password however short.
std::vector<std::string> HeaderSecrets(const HttpHeaders& headers);

}  // namespace eventer
