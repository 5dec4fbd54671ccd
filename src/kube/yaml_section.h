// One mapping of a YAML file, read with errors that name file and line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>
#include <vector>

namespace eventer {

// Every call throws ConfigError "FILE, line N: PATH must be ..." if a value is not what it reads.
// Absent and null values are empty.
class YamlSection {
 public:
  YamlSection() = default;
  // `path` names the node in error texts ("users[u].user").
  YamlSection(std::string file, std::string path, const YAML::Node& node);
  static YamlSection Parse(const std::string& file, const std::string& text);

  bool exists() const { return node_.IsDefined() && !node_.IsNull(); }
  const std::string& path() const { return path_; }

  bool Has(const char* key) const;
  std::string Text(const char* key) const;
  bool Flag(const char* key) const;
  YamlSection Child(const char* key) const;
  std::vector<std::string> Texts(const char* key) const;
  std::vector<YamlSection> Items(const char* key) const;
  // The values of a mapping from names to lists of texts.
  std::vector<std::pair<std::string, std::vector<std::string>>> TextLists(const char* key) const;
  // The value as JSON text; empty if absent.
  std::string Json(const char* key) const;

  [[noreturn]] void Fail(const std::string& what) const;

 private:
  YAML::Node Find(const char* key) const;
  std::string TextOf(const YAML::Node& node, const std::string& path) const;
  std::vector<std::string> TextsOf(const YAML::Node& node, const std::string& path) const;
  [[noreturn]] void FailAt(const YAML::Node& node, const std::string& what) const;

  std::string file_, path_;
  YAML::Node node_;
};

}  // namespace eventer
