#include "kube/kubeconfig_file.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/read_file.h"
#include "eventer/authority.h"
#include "eventer/base64.h"
#include "eventer/error.h"
#include "eventer/percent.h"
#include "kube/yaml_section.h"

namespace eventer {
namespace {

constexpr std::string_view kExecV1 = "client.authentication.k8s.io/v1";
constexpr std::string_view kExecV1Beta1 = "client.authentication.k8s.io/v1beta1";

// A part of one of the files: relative paths begin at that file's directory.
struct Part {
  YamlSection section;
  std::string directory;

  std::string Path(const char* key) const { return Absolute(section.Text(key)); }
  std::string Absolute(const std::string& path) const {
    if (path.empty() || path.front() == '/') return path;
    return (std::filesystem::path(directory) / path).lexically_normal();
  }
};

struct File {
  YamlSection root;
  std::string directory;
};

std::vector<File> ParseAll(const std::vector<KubeconfigText>& texts) {
  std::vector<File> files;
  for (const KubeconfigText& text : texts) {
    YamlSection root = YamlSection::Parse(text.name, text.text);
    const std::string kind = root.Text("kind");
    if (!kind.empty() && kind != "Config") root.Fail("kind is " + kind + ", not Config");
    files.push_back({root, text.directory});
  }
  return files;
}

// Everything of that list in `files`, as an error text names it.
std::string NamesIn(const std::vector<File>& files, const char* list) {
  std::string names;
  for (const File& file : files) {
    for (const YamlSection& item : file.root.Items(list)) {
      names += (names.empty() ? "" : ", ") + item.Text("name");
    }
  }
  return names.empty() ? "there is none" : "there are: " + names;
}

// The `key` of the first item called `name` in the lists `list`.
Part FindNamed(const std::vector<File>& files, const std::string& origin, const char* list,
               const char* key, const std::string& name) {
  for (const File& file : files) {
    for (const YamlSection& item : file.root.Items(list)) {
      if (item.Text("name") == name) return {item.Child(key), file.directory};
    }
  }
  throw ConfigError(origin + ": no " + key + " \"" + name + "\" (" + NamesIn(files, list) + ")");
}

PemSource ReadPem(const Part& part, const char* data_key, const char* file_key) {
  const std::string data = part.section.Text(data_key);
  if (data.empty()) return {.file = part.Path(file_key)};
  const std::optional<std::string> pem = Base64Decode(data);
  if (!pem || pem->empty()) part.section.Fail(std::string(data_key) + " is not base64");
  return {.text = *pem};
}

// scheme://host[:port][/prefix]; like client-go, https unless nothing speaks for TLS. Of a `config`
// that holds the rest of cluster and user.
std::string ReadServer(const YamlSection& cluster, const KubeConfig& config) {
  std::string server = cluster.Text("server");
  if (server.empty()) cluster.Fail("has no server");
  server.resize(std::min({server.find('?'), server.find('#'), server.size()}));
  while (server.ends_with('/')) server.pop_back();
  const bool tls = !config.ca.empty() || !config.cert.empty() || config.insecure;
  if (server.find("://") == std::string::npos) server = (tls ? "https://" : "http://") + server;
  const bool known = server.starts_with("https://") || server.starts_with("http://");
  const std::size_t host = server.find("://") + 3;
  if (!known || host >= server.size() || server[host] == '/') {
    cluster.Fail("server must be http://HOST or https://HOST");
  }
  if (server.find('@') != std::string::npos) {  // it would be logged
    cluster.Fail("server must not hold a user or password: give them as username and password");
  }
  std::string error;
  const std::string authority = server.substr(host, server.find('/', host) - host);
  if (!ParseAuthority(authority, &error)) cluster.Fail("server is bad: " + error);
  return server;
}

std::optional<std::string> ReadProxy(const YamlSection& cluster) {
  std::string proxy = cluster.Text("proxy-url");
  if (proxy.empty()) return std::nullopt;
  if (!proxy.starts_with("http://")) {
    cluster.Fail("proxy-url must begin with http:// (https and socks5 are not supported)");
  }
  return proxy;
}

std::string ExecExtension(const YamlSection& cluster) {
  for (const YamlSection& extension : cluster.Items("extensions")) {
    if (extension.Text("name") == "client.authentication.k8s.io/exec") {
      return extension.Json("extension");
    }
  }
  return {};
}

void ReadCluster(const Part& part, KubeConfig* config) {
  const YamlSection& cluster = part.section;
  config->ca = ReadPem(part, "certificate-authority-data", "certificate-authority");
  config->insecure = cluster.Flag("insecure-skip-tls-verify");
  config->tls_server_name = cluster.Text("tls-server-name");
  config->proxy = ReadProxy(cluster);
  if (config->insecure && !config->ca.empty()) {
    cluster.Fail("has both insecure-skip-tls-verify and a certificate-authority");
  }
}

void ReadImpersonation(const YamlSection& user, KubeConfig* config) {
  HttpHeaders& headers = config->impersonation;
  const std::string as = user.Text("as"), uid = user.Text("as-uid");
  if (!as.empty()) headers.emplace_back("Impersonate-User", as);
  if (!uid.empty()) headers.emplace_back("Impersonate-Uid", uid);
  for (const std::string& group : user.Texts("as-groups")) {
    headers.emplace_back("Impersonate-Group", group);
  }
  for (const auto& [key, values] : user.TextLists("as-user-extra")) {
    for (const std::string& value : values) {
      headers.emplace_back("Impersonate-Extra-" + PercentEncode(key), value);
    }
  }
  if (as.empty() && !headers.empty()) {
    user.Fail("has as-uid, as-groups or as-user-extra without as");
  }
}

void CheckExec(const YamlSection& exec, const ExecPlugin& plugin) {
  if (plugin.command.empty()) exec.Fail("has no command");
  if (plugin.api_version.empty()) exec.Fail("has no apiVersion");
  if (plugin.api_version != kExecV1 && plugin.api_version != kExecV1Beta1) {
    exec.Fail("apiVersion must be " + std::string(kExecV1) + " or " + std::string(kExecV1Beta1));
  }
  const std::string mode = exec.Text("interactiveMode");
  if (mode.empty() && plugin.api_version == kExecV1) exec.Fail("has no interactiveMode");
  if (mode == "Always") exec.Fail("interactiveMode Always needs a terminal; a daemon has none");
  if (!mode.empty() && mode != "Never" && mode != "IfAvailable") {
    exec.Fail("interactiveMode must be Never, IfAvailable or Always");
  }
}

ExecPlugin ReadExec(const Part& user, const YamlSection& cluster) {
  const YamlSection exec = user.section.Child("exec");
  ExecPlugin plugin;
  plugin.api_version = exec.Text("apiVersion");
  plugin.command = exec.Text("command");
  if (plugin.command.find('/') != std::string::npos) plugin.command = user.Absolute(plugin.command);
  plugin.args = exec.Texts("args");
  for (const YamlSection& variable : exec.Items("env")) {
    plugin.env.emplace_back(variable.Text("name"), variable.Text("value"));
  }
  plugin.install_hint = exec.Text("installHint");
  plugin.provide_cluster_info = exec.Flag("provideClusterInfo");
  if (plugin.provide_cluster_info) plugin.cluster_config = ExecExtension(cluster);
  CheckExec(exec, plugin);
  return plugin;
}

void CheckUser(const YamlSection& user, const KubeConfig& config) {
  const bool basic = !config.username.empty() || !config.password.empty();
  if (basic && !config.token.empty()) user.Fail("has both a token and a username");
  if (config.cert.empty() != config.key.empty()) {
    user.Fail(config.key.empty() ? "has a client-certificate without client-key"
                                 : "has a client-key without client-certificate");
  }
  if (user.Has("auth-provider")) {
    user.Fail(user.Has("exec") ? "has both exec and auth-provider"
                               : "has an auth-provider, which is not supported: use exec");
  }
}

void ReadUser(const Part& part, const YamlSection& cluster, KubeConfig* config) {
  const YamlSection& user = part.section;
  config->token = user.Text("token");
  config->token_file = part.Path("tokenFile");
  config->cert = ReadPem(part, "client-certificate-data", "client-certificate");
  config->key = ReadPem(part, "client-key-data", "client-key");
  config->username = user.Text("username");
  config->password = user.Text("password");
  ReadImpersonation(user, config);
  CheckUser(user, *config);
  if (user.Has("exec")) config->exec = ReadExec(part, cluster);
}

}  // namespace

KubeConfig ParseKubeconfig(const std::vector<KubeconfigText>& texts,
                           const std::optional<std::string>& context_name) {
  const std::vector<File> files = ParseAll(texts);
  KubeConfig config;
  for (const KubeconfigText& text : texts) {
    config.origin += (config.origin.empty() ? "" : ":") + text.name;
  }
  std::string name = context_name.value_or("");
  for (const File& file : files) {
    if (name.empty()) name = file.root.Text("current-context");
  }
  if (name.empty()) {
    throw ConfigError(config.origin + ": no current-context; choose one with context= (" +
                      NamesIn(files, "contexts") + ")");
  }
  const Part context = FindNamed(files, config.origin, "contexts", "context", name);
  const std::string cluster_name = context.section.Text("cluster");
  const std::string user_name = context.section.Text("user");
  if (cluster_name.empty()) context.section.Fail("has no cluster");
  const Part cluster = FindNamed(files, config.origin, "clusters", "cluster", cluster_name);
  ReadCluster(cluster, &config);
  if (!user_name.empty()) {
    ReadUser(FindNamed(files, config.origin, "users", "user", user_name), cluster.section, &config);
  }
  config.server = ReadServer(cluster.section, config);
  return config;
}

KubeConfig LoadKubeconfig(const std::vector<std::string>& paths, bool skip_missing,
                          const std::optional<std::string>& context) {
  std::vector<KubeconfigText> texts;
  std::string first_missing;
  for (const std::string& path : paths) {
    FileText file = ReadWholeFile(path);
    if (file.missing && skip_missing) {
      if (first_missing.empty()) first_missing = path;
      continue;
    }
    if (!file.error.empty()) throw ConfigError(path + ": " + file.error);
    texts.push_back({path, std::filesystem::absolute(path).parent_path(), std::move(file.text)});
  }
  if (texts.empty()) throw ConfigError(first_missing + ": No such file or directory");
  return ParseKubeconfig(texts, context);
}

}  // namespace eventer
