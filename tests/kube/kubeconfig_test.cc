#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventer/error.h"
#include "kube/kubeconfig_file.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

KubeConfig Parse(const std::string& text, const std::optional<std::string>& context = {}) {
  return ParseKubeconfig({{"/cfg/a", "/cfg", text}}, context);
}

std::string Fault(const std::string& text, const std::optional<std::string>& context = {}) {
  try {
    Parse(text, context);
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "no fault";
}

// A whole file with `cluster` and `user` as the lines of these sections.
std::string Config(const std::string& cluster, const std::string& user = "token: T") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
         "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
         "clusters:\n- name: k\n  cluster: {" +
         cluster +
         "}\n"
         "users:\n- name: u\n  user: {" +
         user + "}\n";
}
constexpr const char* kServer = "server: 'https://h:6443'";

TEST(Kubeconfig, ReadsServerPrefixAndTls) {
  const KubeConfig config =
      Parse(Config("server: 'https://h:6443/pre/fix/?q=1#f', certificate-authority: ca.pem, "
                   "tls-server-name: name, proxy-url: 'http://p:3128'"));
  EXPECT_EQ(config.server, "https://h:6443/pre/fix");
  EXPECT_EQ(config.ca.file, "/cfg/ca.pem");
  EXPECT_EQ(config.tls_server_name, "name");
  EXPECT_EQ(config.proxy, "http://p:3128");
  EXPECT_EQ(config.token, "T");
  EXPECT_FALSE(config.insecure);
}

TEST(Kubeconfig, MayBeJson) {
  EXPECT_EQ(Parse(R"({"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k"}}],
                      "clusters":[{"name":"k","cluster":{"server":"https://h"}}]})")
                .server,
            "https://h");
}

TEST(Kubeconfig, DataWinsOverFiles) {
  const KubeConfig config = Parse(
      Config(std::string(kServer) + ", certificate-authority-data: Q0E=, certificate-authority: f",
             "client-certificate-data: Q0VSVA==, client-certificate: f, client-key: keys/k.pem"));
  EXPECT_EQ(config.ca.text, "CA");
  EXPECT_EQ(config.ca.file, "");
  EXPECT_EQ(config.cert.text, "CERT");
  EXPECT_EQ(config.key.file, "/cfg/keys/k.pem");
}

TEST(Kubeconfig, AbsolutePathsStay) {
  EXPECT_EQ(Parse(Config(kServer, "tokenFile: /t")).token_file, "/t");
  EXPECT_EQ(Parse(Config(kServer, "tokenFile: ../t")).token_file, "/t");
}

TEST(Kubeconfig, AServerWithoutSchemeIsHttpsIfAnythingSpeaksOfTls) {
  EXPECT_EQ(Parse(Config("server: h, insecure-skip-tls-verify: true")).server, "https://h");
  EXPECT_EQ(Parse(Config("server: h, certificate-authority: ca.pem")).server, "https://h");
  EXPECT_EQ(Parse(Config("server: h", "client-certificate: c.pem, client-key: k.pem")).server,
            "https://h");
  EXPECT_EQ(Parse(Config("server: h")).server, "http://h");
}

TEST(Kubeconfig, ReadsImpersonation) {
  EXPECT_THAT(Parse(Config(kServer,
                           "as: me, as-uid: '7', as-groups: [a, b], "
                           "as-user-extra: {'x/y': [v]}"))
                  .impersonation,
              ElementsAre(Pair("Impersonate-User", "me"), Pair("Impersonate-Uid", "7"),
                          Pair("Impersonate-Group", "a"), Pair("Impersonate-Group", "b"),
                          Pair("Impersonate-Extra-x%2Fy", "v")));
}

TEST(Kubeconfig, ReadsExec) {
  const KubeConfig config = Parse(Config(
      std::string(kServer) + ", extensions: [{name: client.authentication.k8s.io/exec, extension: "
                             "{a: 1, b: ['x', true], c: '2'}}]",
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plug, args: [x], "
      "env: [{name: N, value: V}], installHint: get it, provideClusterInfo: true, "
      "interactiveMode: Never}"));
  ASSERT_TRUE(config.exec);
  EXPECT_EQ(config.exec->command, "/cfg/bin/plug");
  EXPECT_THAT(config.exec->args, ElementsAre("x"));
  EXPECT_THAT(config.exec->env, ElementsAre(Pair("N", "V")));
  EXPECT_EQ(config.exec->install_hint, "get it");
  EXPECT_EQ(config.exec->cluster_config, R"({"a":1,"b":["x",true],"c":"2"})");
}

TEST(Kubeconfig, ACommandWithoutASlashIsLookedUpInPath) {
  EXPECT_EQ(Parse(Config(kServer,
                         "exec: {apiVersion: client.authentication.k8s.io/v1beta1, "
                         "command: plug}"))
                .exec->command,
            "plug");
}

TEST(Kubeconfig, TheFirstFileThatDefinesANameWins) {
  const std::string other =
      "current-context: d\ncontexts: [{name: d, context: {cluster: k, user: v}}]\n"
      "clusters: [{name: k, cluster: {server: 'https://other'}}]\n"
      "users: [{name: v, user: {tokenFile: t}}]\n";
  const std::vector<KubeconfigText> files = {{"/cfg/a", "/cfg", Config(kServer)},
                                             {"/b/b", "/b", other}};
  EXPECT_EQ(ParseKubeconfig(files, {}).token, "T");
  const KubeConfig second = ParseKubeconfig(files, "d");
  EXPECT_EQ(second.server, "https://h:6443");
  EXPECT_EQ(second.token_file, "/b/t");
}

struct BadFile {
  const char *cluster, *user, *fault;
};
class BadKubeconfig : public testing::TestWithParam<BadFile> {};

TEST_P(BadKubeconfig, IsOneLineThatNamesFileAndLine) {
  EXPECT_THAT(Fault(Config(GetParam().cluster, GetParam().user)),
              AllOf(HasSubstr("/cfg/a, line "), HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    Kubeconfig, BadKubeconfig,
    testing::Values(
        BadFile{"{{{", "", ""}, BadFile{"server: ''", "", "has no server"},
        BadFile{"server: 'ftp://h'", "", "server must be"},
        BadFile{"server: 'https://u:p@h'", "", "must not hold a user"},
        BadFile{"server: 'https://h:80800/x'", "", "server is bad: the port must be from"},
        BadFile{"server: [a]", "", "clusters[0].cluster.server must be text"},
        BadFile{"server: h, insecure-skip-tls-verify: maybe", "", "must be true or false"},
        BadFile{"server: h, insecure-skip-tls-verify: true, certificate-authority: f", "",
                "has both insecure-skip-tls-verify and a certificate-authority"},
        BadFile{"server: h, certificate-authority-data: '***'", "", "is not base64"},
        BadFile{"server: h, proxy-url: 'socks5://p'", "", "proxy-url must begin with http://"},
        BadFile{"server: h, proxy-url: 'https://p'", "", "proxy-url must begin with http://"},
        BadFile{"server: h", "token: t, username: n", "both a token and a username"},
        BadFile{"server: h", "client-certificate: f", "without client-key"},
        BadFile{"server: h", "client-key: f", "without client-certificate"},
        BadFile{"server: h", "as-groups: [a]", "without as"},
        BadFile{"server: h", "as: m, as-groups: a", "must be a list"},
        BadFile{"server: h", "auth-provider: {name: oidc}", "not supported"},
        BadFile{"server: h", "auth-provider: {name: x}, exec: {command: c}",
                "both exec and auth-provider"},
        BadFile{"server: h", "exec: {apiVersion: client.authentication.k8s.io/v1beta1}",
                "has no command"},
        BadFile{"server: h", "exec: {command: c}", "has no apiVersion"},
        BadFile{"server: h",
                "exec: {command: c, apiVersion: client.authentication.k8s.io/v1alpha1}",
                "apiVersion must be"},
        BadFile{"server: h", "exec: {command: c, apiVersion: client.authentication.k8s.io/v1}",
                "has no interactiveMode"},
        BadFile{"server: h",
                "exec: {command: c, apiVersion: client.authentication.k8s.io/v1, "
                "interactiveMode: Always}",
                "needs a terminal"}));

TEST(Kubeconfig, NamesWhatIsMissingAndWhatThereIs) {
  EXPECT_THAT(Fault(Config(kServer), "prod"),
              AllOf(HasSubstr("no context \"prod\""), HasSubstr("there are: c")));
  EXPECT_THAT(Fault("kind: Config"), HasSubstr("no current-context"));
  EXPECT_THAT(Fault("kind: Pod"), HasSubstr("not Config"));
  EXPECT_THAT(Fault("- a"), HasSubstr("must be a mapping"));
  EXPECT_THAT(Fault("a: [b"), HasSubstr("/cfg/a, line "));
  EXPECT_THAT(Fault("current-context: c\ncontexts: [{name: c, context: {cluster: x}}]"),
              HasSubstr("no cluster \"x\" (there is none)"));
  EXPECT_THAT(Fault("current-context: c\ncontexts: [{name: c, context: {user: x}}]"),
              HasSubstr("has no cluster"));
}

TEST(Kubeconfig, AnAnchorThatContainsItselfIsNoEndlessLoop) {
  EXPECT_THAT(Fault(Config(std::string(kServer) +
                               ", extensions: [{name: client.authentication.k8s.io/exec, "
                               "extension: &x {y: *x}}]",
                           "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, "
                           "provideClusterInfo: true, interactiveMode: Never}")),
              testing::Not(""));
}

TEST(Kubeconfig, MissingFilesOfAListAreSkippedButOneMustExist) {
  TempDir dir;
  dir.Write("there", Config(kServer));
  const std::string there = dir.Path("there"), missing = dir.Path("missing");
  EXPECT_EQ(LoadKubeconfig({missing, there}, true, {}).token, "T");
  EXPECT_THROW(LoadKubeconfig({missing}, true, {}), ConfigError);
  EXPECT_THROW(LoadKubeconfig({missing, there}, false, {}), ConfigError);
  EXPECT_THROW(LoadKubeconfig({dir.Path("")}, false, {}), ConfigError);
}

}  // namespace
}  // namespace eventer
