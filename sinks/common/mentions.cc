#include "common/mentions.h"

#include <string_view>

namespace eventer {
namespace {

// So that names never crowd out what the message says.
constexpr std::size_t kMostMentions = 20, kLongestName = 64;

void Check(const SinkUri& uri, std::string_view option, const std::vector<std::string>& names,
           std::string_view good, const char* what) {
  if (names.size() > kMostMentions) uri.Fail(option, "takes 20 people at most");
  for (const std::string& name : names) {
    if (name.size() > kLongestName || name.find_first_not_of(good) != std::string::npos) {
      uri.Fail(option, what);
    }
  }
}

}  // namespace

Mentions ReadMentions(SinkUri& uri, bool by_mobile) {
  Mentions mentions{{}, uri.GetList("at_user_ids"), uri.GetBool("at_all", false)};
  if (by_mobile) mentions.mobiles = uri.GetList("at_mobiles");
  Check(uri, "at_mobiles", mentions.mobiles, "+-0123456789", "must be telephone numbers");
  Check(uri, "at_user_ids", mentions.user_ids,
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@",
        "must be user ids: letters, digits and _ - . @");
  return mentions;
}

}  // namespace eventer
