#include "kube/kube_config.h"

#include <cstdlib>
#include <sstream>

#include "core/read_file.h"
#include "eventer/error.h"
#include "kube/kubeconfig_file.h"

namespace eventer {
namespace {

// The options that ReadKubeConfig works with.
struct SourceOptions {
  bool in_cluster, insecure, use_service_account;
  std::optional<std::string> auth, local, context;

  // The kubeconfig option that counts: the original returns early for localKubeConfig.
  const char* FileOption() const { return local ? "localKubeConfig" : "auth"; }
  const std::optional<std::string>& FilePath() const { return local ? local : auth; }
};

SourceOptions ReadOptions(SinkUri& uri) {
  SourceOptions options;
  options.in_cluster = uri.GetBool("inClusterConfig", true);
  options.insecure = uri.GetBool("insecure", false);
  options.use_service_account = uri.GetBool("useServiceAccount", false);
  options.auth = uri.Get("auth");
  options.local = uri.Get("localKubeConfig");
  options.context = uri.Get("context");
  // Options of Heapster, which the original's documentation took over and its code never read.
  for (const char* name : {"apiVersion", "kubeletPort", "kubeletHttps", "kubeletClusterName",
                           "stateMetricsPort", "useKubeletHttps"}) {
    if (uri.Has(name)) uri.Ignore(name, "an option of Heapster without a meaning here");
  }
  return options;
}

void UseServerOf(const SinkUri& uri, KubeConfig* config) {
  config->server = uri.scheme() + "://" + uri.host();
  config->shown_server = uri.scheme() + "://" + uri.ShownHost();
}

void CheckAddress(const SinkUri& uri) {
  if (uri.scheme() != "http" && uri.scheme() != "https") {
    throw ConfigError(uri.Name() +
                      ": the API server's address must begin with http:// or https://");
  }
  // Each failed request names the host, and that may be the beginning of a password.
  if (!uri.HasAtBehindHost()) return;
  throw ConfigError(uri.Name() +
                    ": the API server's address has an '@' behind the host: in a password write "
                    "/ and # as %2F and %23");
}

std::string InClusterServer(const SinkUri& uri, const KubeEnvironment& environment) {
  const std::string host = environment.variable("KUBERNETES_SERVICE_HOST").value_or("");
  const std::string port = environment.variable("KUBERNETES_SERVICE_PORT").value_or("");
  if (host.empty() || port.empty()) {
    throw ConfigError(
        uri.Name() +
        ": option inClusterConfig is true, but KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT "
        "are not set: this is no pod. Give inClusterConfig=false and auth=KUBECONFIG-FILE, or "
        "inClusterConfig=false and the address of an API server");
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  return "https://" + (ipv6 ? "[" + host + "]" : host) + ":" + port;
}

// client-go's rest.InClusterConfig, then the original's changes to it.
KubeConfig InCluster(const SinkUri& uri, const SourceOptions& options,
                     const KubeEnvironment& environment) {
  KubeConfig config;
  config.origin = uri.Name() + ": in-cluster configuration";
  config.server = InClusterServer(uri, environment);
  config.token_file = environment.service_account_dir + "/token";
  const std::string ca = environment.service_account_dir + "/ca.crt";
  if (FileText file = ReadWholeFile(ca); file.error.empty()) {
    config.ca.file = ca;
  } else {
    config.warnings.push_back(ca + ": " + file.error + "; the system's certificates are used");
  }
  if (!uri.scheme().empty() && !uri.host().empty()) {
    CheckAddress(uri);
    UseServerOf(uri, &config);
  }
  if (options.insecure) {
    config.insecure = true;
    config.ca = {};
  }
  if (options.auth || options.local) {
    config.warnings.push_back(std::string("option ") + options.FileOption() +
                              " has no effect without inClusterConfig=false");
  }
  return config;
}

std::vector<std::string> DefaultFiles(const SinkUri& uri, const KubeEnvironment& environment) {
  std::vector<std::string> paths;
  std::istringstream list(environment.variable("KUBECONFIG").value_or(""));
  for (std::string path; std::getline(list, path, ':');) {
    if (!path.empty()) paths.push_back(path);
  }
  if (!paths.empty()) return paths;
  const std::string home = environment.variable("HOME").value_or("");
  if (!home.empty()) {
    const std::string path = home + "/.kube/config";
    if (!ReadWholeFile(path).missing) return {path};
  }
  throw ConfigError(uri.Name() +
                    ": invalid kubernetes master url specified: the host is empty, and there is "
                    "no kubeconfig either (option auth, KUBECONFIG, ~/.kube/config)");
}

KubeConfig FromKubeconfig(const SinkUri& uri, const SourceOptions& options,
                          const KubeEnvironment& environment) {
  const std::string path = options.FilePath().value_or("");
  const std::string where =
      uri.Name() + ": " +
      (path.empty() ? "kubeconfig" : std::string("option ") + options.FileOption()) + ": ";
  const std::vector<std::string> files =
      path.empty() ? DefaultFiles(uri, environment) : std::vector<std::string>{path};
  try {
    KubeConfig config = LoadKubeconfig(files, path.empty(), options.context);
    config.origin = where + config.origin;
    if (options.insecure) {
      config.warnings.push_back("option insecure has no effect beside a kubeconfig");
    }
    return config;
  } catch (const ConfigError& error) {
    throw ConfigError(where + error.what());
  }
}

KubeConfig FromUri(const SinkUri& uri, const SourceOptions& options) {
  CheckAddress(uri);
  KubeConfig config;
  config.origin = uri.Name();
  UseServerOf(uri, &config);
  config.insecure = options.insecure;
  return config;
}

bool HasCredentials(const KubeConfig& config) {
  return !config.token.empty() || !config.token_file.empty() || !config.username.empty() ||
         !config.password.empty() || config.exec || !config.cert.empty() ||
         !config.impersonation.empty();
}

// client-go uses credentials over TLS only.
void DropCredentialsOnPlainHttp(KubeConfig* config) {
  if (config->https() || !HasCredentials(*config)) return;
  config->warnings.push_back(config->ServerToShow() + " is not https: no credentials are sent");
  config->token.clear();
  config->token_file.clear();
  config->username.clear();
  config->password.clear();
  config->exec.reset();
  config->cert = config->key = {};
  config->impersonation.clear();
}

void AddServiceAccount(const KubeEnvironment& environment, KubeConfig* config) {
  const std::string path = environment.service_account_dir + "/token";
  if (FileText file = ReadWholeFile(path); !file.error.empty()) {
    config->warnings.push_back("option useServiceAccount: " + path + ": " + file.error);
    return;
  }
  config->token.clear();
  config->token_file = path;
}

}  // namespace

KubeEnvironment KubeEnvironment::Real() {
  return {.variable = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
  }};
}

KubeConfig ReadKubeConfig(SinkUri& uri, const KubeEnvironment& environment) {
  const SourceOptions options = ReadOptions(uri);
  // Before anything is looked up: a mistyped option is the cause of what would be missing.
  uri.CheckAllRead();
  KubeConfig config;
  if (options.in_cluster) {
    config = InCluster(uri, options, environment);
  } else if (options.FilePath() || options.context || uri.host().empty()) {
    config = FromKubeconfig(uri, options, environment);
  } else {
    config = FromUri(uri, options);
  }
  if (options.use_service_account && !options.local) AddServiceAccount(environment, &config);
  DropCredentialsOnPlainHttp(&config);
  return config;
}

}  // namespace eventer
