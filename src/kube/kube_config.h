// How to reach an API server and as whom: from the service account of a pod (client-go
// rest.InClusterConfig), a kubeconfig (client-go tools/clientcmd), or the source's URI.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventer/http_client.h"
#include "eventer/sink_uri.h"

namespace eventer {

// PEM text, or the file that holds it and may be replaced at any time. Text wins.
struct PemSource {
  std::string text = {}, file = {};
  bool empty() const { return text.empty() && file.empty(); }
};

// A kubeconfig's users[].user.exec.
struct ExecPlugin {
  std::string api_version = {};  // client.authentication.k8s.io/v1 or /v1beta1
  std::string command = {};      // with a slash: absolute; without: found through PATH
  std::vector<std::string> args = {};
  std::vector<std::pair<std::string, std::string>> env = {};
  std::string install_hint = {};
  bool provide_cluster_info = false;
  std::string cluster_config = {};  // JSON of the cluster's extension for plug-ins; may be empty
};

struct KubeConfig {
  std::string server;             // scheme://host[:port][/prefix], without a slash at the end
  std::string shown_server = {};  // what logs may say of it; empty: all
  PemSource ca;                   // empty: the system's
  bool insecure = false;
  std::string tls_server_name;
  std::optional<std::string> proxy;  // nullopt: the environment decides (HttpClientOptions)

  PemSource cert, key;
  std::string token, token_file;  // both: the file refreshes the token
  std::string username, password;
  HttpHeaders impersonation;
  std::optional<ExecPlugin> exec;

  // Where this comes from, for error texts: "--source=kubernetes: option auth: /etc/kubeconfig".
  std::string origin;
  std::vector<std::string> warnings;  // lines to log

  const std::string& ServerToShow() const { return shown_server.empty() ? server : shown_server; }
  bool https() const { return server.starts_with("https://"); }
};

// What is read besides the URI, so that tests can say what a pod looks like.
struct KubeEnvironment {
  std::function<std::optional<std::string>(const char* name)> variable = {};
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";

  static KubeEnvironment Real();
};

// Reads every option of the source but `namespaces`:
// - inClusterConfig (true), auth, localKubeConfig, useServiceAccount, insecure: the original's.
//   With inClusterConfig=false the kubeconfig of `localKubeConfig` or `auth` is used; without them
//   the URI's scheme://host; without a host (or with an empty path, or with `context`) the files
//   of KUBECONFIG, else ~/.kube/config.
// - context: another context than the kubeconfig's current one.
// Throws ConfigError, first of all for an option that nobody has read: `namespaces` is to be read
// before. Reads files, talks to nobody.
KubeConfig ReadKubeConfig(SinkUri& uri, const KubeEnvironment& environment);

}  // namespace eventer
