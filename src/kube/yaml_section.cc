#include "kube/yaml_section.h"

#include <nlohmann/json.hpp>

#include "eventer/error.h"

namespace eventer {
namespace {

std::string At(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : file + ", line " + std::to_string(mark.line + 1);
}

nlohmann::json ScalarToJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  if (bool flag; YAML::convert<bool>::decode(node, flag)) return flag;
  // A number if JSON knows it as one; YAML's own forms (0x1f, .5) stay text.
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  return value.is_number() ? value : nlohmann::json(text);
}

// An anchor may contain itself, and a few lines of aliases may stand for a billion nodes.
class JsonWriter {
 public:
  nlohmann::json Write(const YAML::Node& node, int depth = 0) {
    nlohmann::json result;
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      throw YAML::Exception(node.Mark(), "is nested too deeply or too large");
    }
    if (node.IsScalar()) return ScalarToJson(node);
    if (node.IsSequence()) {
      result = nlohmann::json::array();
      for (const auto& item : node) result.push_back(Write(item, depth + 1));
    } else if (node.IsMap()) {
      result = nlohmann::json::object();
      for (const auto& item : node) {
        if (item.first.IsScalar()) result[item.first.Scalar()] = Write(item.second, depth + 1);
      }
    }
    return result;
  }

 private:
  static constexpr int kMaxDepth = 64, kMaxNodes = 10000;
  int nodes_ = 0;
};

}  // namespace

YamlSection::YamlSection(std::string file, std::string path, const YAML::Node& node)
    : file_(std::move(file)), path_(std::move(path)), node_(node) {
  if (exists() && !node_.IsMap()) Fail("must be a mapping");
}

YamlSection YamlSection::Parse(const std::string& file, const std::string& text) {
  try {
    return YamlSection(file, "", YAML::Load(text));
  } catch (const YAML::Exception& error) {
    throw ConfigError(At(file, error.mark) + ": " + error.msg);
  }
}

YAML::Node YamlSection::Find(const char* key) const {
  return exists() ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
}

bool YamlSection::Has(const char* key) const {
  const YAML::Node node = Find(key);
  return node.IsDefined() && !node.IsNull();
}

std::string YamlSection::TextOf(const YAML::Node& node, const std::string& path) const {
  if (!node.IsDefined() || node.IsNull()) return {};
  if (!node.IsScalar()) FailAt(node, path + " must be text");
  return node.Scalar();
}

std::vector<std::string> YamlSection::TextsOf(const YAML::Node& node,
                                              const std::string& path) const {
  std::vector<std::string> texts;
  if (!node.IsDefined() || node.IsNull()) return texts;
  if (!node.IsSequence()) FailAt(node, path + " must be a list");
  for (const auto& item : node) texts.push_back(TextOf(item, path + "[]"));
  return texts;
}

std::string YamlSection::Text(const char* key) const {
  return TextOf(Find(key), path_ + "." + key);
}

bool YamlSection::Flag(const char* key) const {
  const YAML::Node node = Find(key);
  if (!node.IsDefined() || node.IsNull()) return false;
  bool flag = false;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, flag)) {
    FailAt(node, path_ + "." + key + " must be true or false");
  }
  return flag;
}

YamlSection YamlSection::Child(const char* key) const {
  return YamlSection(file_, path_.empty() ? key : path_ + "." + key, Find(key));
}

std::vector<std::string> YamlSection::Texts(const char* key) const {
  return TextsOf(Find(key), path_ + "." + key);
}

std::vector<YamlSection> YamlSection::Items(const char* key) const {
  std::vector<YamlSection> items;
  const std::string path = path_.empty() ? key : path_ + "." + key;
  const YAML::Node node = Find(key);
  if (!node.IsDefined() || node.IsNull()) return items;
  if (!node.IsSequence()) FailAt(node, path + " must be a list");
  for (const auto& item : node) {
    items.emplace_back(file_, path + "[" + std::to_string(items.size()) + "]", item);
  }
  return items;
}

std::vector<std::pair<std::string, std::vector<std::string>>> YamlSection::TextLists(
    const char* key) const {
  std::vector<std::pair<std::string, std::vector<std::string>>> lists;
  const YAML::Node node = Find(key);
  if (!node.IsDefined() || node.IsNull()) return lists;
  const std::string path = path_ + "." + key;
  if (!node.IsMap()) FailAt(node, path + " must be a mapping");
  for (const auto& item : node) {
    lists.emplace_back(TextOf(item.first, path), TextsOf(item.second, path));
  }
  return lists;
}

std::string YamlSection::Json(const char* key) const {
  if (!Has(key)) return {};
  try {
    // Whatever is no UTF-8 becomes U+FFFD: dump() would throw.
    return JsonWriter().Write(Find(key)).dump(-1, ' ', false,
                                              nlohmann::json::error_handler_t::replace);
  } catch (const YAML::Exception& error) {
    throw ConfigError(At(file_, error.mark) + ": " + path_ + "." + key + " " + error.msg);
  }
}

void YamlSection::Fail(const std::string& what) const {
  FailAt(node_, path_.empty() ? what : path_ + " " + what);
}

void YamlSection::FailAt(const YAML::Node& node, const std::string& what) const {
  throw ConfigError((node.IsDefined() ? At(file_, node.Mark()) : file_) + ": " + what);
}

}  // namespace eventer
