#include "app/go_args.h"

#include <algorithm>
#include <cctype>

#include "eventer/error.h"
#include "eventer/sink_uri.h"
#include "eventer/text.h"

namespace eventer {
namespace {

// The flag in `arg` without its dashes; nullopt: not a flag.
std::optional<std::string_view> FlagText(std::string_view arg) {
  if (arg.size() < 2 || arg[0] != '-') return std::nullopt;
  return arg.substr(arg[1] == '-' ? 2 : 1);
}

// What of `name` may be shown: where a "=" was forgotten, a secret may follow.
std::string Presentable(std::string_view name) {
  auto end = std::find_if(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) == 0 && c != '_' && c != '-';
  });
  return std::string(name.begin(), end);
}

GoFlags::const_iterator FindFlag(const GoFlags& flags, std::string_view name) {
  auto flag = flags.find(name);
  if (flag != flags.end()) return flag;
  if (name.empty() || name[0] == '-' || name[0] == '=') throw ConfigError("bad flag syntax");
  std::vector<std::string> known;
  for (const auto& [each, boolean] : flags) known.push_back(each);
  std::string text = "unknown flag --" + Presentable(name);
  if (auto nearest = NearestWord(name, known)) text += ", did you mean --" + *nearest + "?";
  throw ConfigError(text);
}

void Add(std::vector<std::string>& out, std::string_view name, std::string_view value) {
  std::string flag = "--" + std::string(name);
  if (value.empty()) {
    out.insert(out.end(), {flag, ""});
  } else {
    out.push_back(flag + "=" + std::string(value));
  }
}

std::string BoolText(std::string_view name, std::optional<std::string_view> value) {
  std::optional<bool> parsed = ParseGoBool(value.value_or("true"));
  if (parsed) return *parsed ? "true" : "false";
  throw ConfigError("--" + std::string(name) + ": \"" + std::string(*value) +
                    "\" is neither true nor false");
}

}  // namespace

GoArgs NormaliseGoArgs(const std::vector<std::string>& args, const GoFlags& flags) {
  GoArgs result;
  std::size_t i = 0;
  for (; i < args.size(); ++i) {
    std::optional<std::string_view> text = FlagText(args[i]);
    if (!text) break;
    if (args[i] == "--") {
      ++i;
      break;
    }
    std::size_t equals = text->find('=', 1);
    std::string_view name = text->substr(0, equals);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) value = text->substr(equals + 1);
    const auto& [known, boolean] = *FindFlag(flags, name);
    if (boolean) {
      Add(result.normalised, known, BoolText(known, value));
      continue;
    }
    if (!value) {
      if (++i == args.size()) throw ConfigError("--" + known + " needs a value");
      value = args[i];
    }
    Add(result.normalised, known, *value);
  }
  result.positional.assign(args.begin() + i, args.end());
  return result;
}

}  // namespace eventer
