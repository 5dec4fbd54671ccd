#include "kube/kube_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "eventer/error.h"
#include "kube/kubernetes_source.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class KubeConfigTest : public testing::Test {
 protected:
  KubeConfigTest() {
    environment_.service_account_dir = dir_.Path("");
    environment_.variable = [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  void InAPod() {
    variables_["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
    variables_["KUBERNETES_SERVICE_PORT"] = "443";
    dir_.Write("token", "T\n");
    dir_.Write("ca.crt", "CA");
  }
  std::string Kubeconfig(const std::string& name, const std::string& server) {
    dir_.Write(name,
               "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}, "
               "{name: d, context: {cluster: l}}]\n"
               "clusters: [{name: k, cluster: {server: '" +
                   server +
                   "'}}, "
                   "{name: l, cluster: {server: 'https://second'}}]\n"
                   "users: [{name: u, user: {token: T, as: me}}]\n");
    return dir_.Path(name);
  }
  KubeConfig Read(const std::string& rest) {
    SinkUri uri = SinkUri::Parse("--source", "kubernetes:" + rest);
    KubeConfig config = ReadKubeConfig(uri, environment_);
    uri.CheckAllRead();
    return config;
  }
  std::string Fault(const std::string& rest) {
    try {
      Read(rest);
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("--source=kubernetes: "));
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.what();
    }
    return "no fault";
  }

  TempDir dir_;
  std::map<std::string, std::string> variables_;
  KubeEnvironment environment_;
};

TEST_F(KubeConfigTest, UsesTheServiceAccountOfThePod) {
  InAPod();
  const KubeConfig config = Read("");
  EXPECT_EQ(config.server, "https://10.0.0.1:443");
  EXPECT_EQ(config.token_file, dir_.Path("/token"));
  EXPECT_EQ(config.ca.file, dir_.Path("/ca.crt"));
}

TEST_F(KubeConfigTest, APasswordThatWasCutOpenIsRefusedAndNotShown) {
  InAPod();
  for (const char* cut : {"https://admin:123/45@host", "https://admin:123#45@host",
                          "http://admin:123/x?insecure=true#45@host", "https://tok/en@host",
                          "https://a@admin:123/45@host", "https://admin:123/4%35@host"}) {
    EXPECT_THAT(Fault(cut), AllOf(HasSubstr("an '@' behind the host"), Not(HasSubstr("123")),
                                  Not(HasSubstr("45")), Not(HasSubstr("tok"))))
        << cut;
  }
  EXPECT_THAT(Fault("https://admin:123/45@host?inClusterConfig=false"), HasSubstr("an '@'"));
  EXPECT_THAT(Fault("https://admin:123?45@host"),
              AllOf(HasSubstr("not known"), Not(HasSubstr("123")), Not(HasSubstr("45"))));
}

TEST_F(KubeConfigTest, AnAtWhereItBelongsIsNoFault) {
  InAPod();
  EXPECT_EQ(Read("https://a:b@host").ServerToShow(), "https://host");
  EXPECT_EQ(Read("").ServerToShow(), "https://10.0.0.1:443");
  Kubeconfig("me@home", "https://first");
  const std::string auth = "auth=" + dir_.Path("me@home");
  EXPECT_EQ(Read("https://host?inClusterConfig=false&" + auth).server, "https://first");
  EXPECT_EQ(Read("https://host/path?" + auth).server, "https://host");
}

TEST_F(KubeConfigTest, BracketsAnIpv6Address) {
  InAPod();
  variables_["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(Read("").server, "https://[fd00::1]:443");
}

TEST_F(KubeConfigTest, SchemeAndHostReplaceTheAddressInAPod) {
  InAPod();
  EXPECT_EQ(Read("https://kubernetes.default/path").server, "https://kubernetes.default");
  EXPECT_EQ(Read("https://kubernetes.default").ca.file, dir_.Path("/ca.crt"));
}

TEST_F(KubeConfigTest, InsecureDropsTheCaInAPod) {
  InAPod();
  const KubeConfig config = Read("?insecure=true");
  EXPECT_TRUE(config.insecure);
  EXPECT_TRUE(config.ca.empty());
}

TEST_F(KubeConfigTest, AMissingCaIsAWarning) {
  InAPod();
  std::filesystem::remove(dir_.Path("ca.crt"));
  EXPECT_THAT(Read("").warnings, Contains(HasSubstr("the system's certificates are used")));
}

TEST_F(KubeConfigTest, OutsideOfAPodItSaysWhatToDo) {
  EXPECT_THAT(Fault(""), AllOf(HasSubstr("this is no pod"), HasSubstr("inClusterConfig=false")));
  variables_["KUBERNETES_SERVICE_HOST"] = "h";
  EXPECT_THAT(Fault(""), HasSubstr("this is no pod"));
}

TEST_F(KubeConfigTest, APlainClientGetsTheUrlAndNoCredentials) {
  const KubeConfig config = Read("http://localhost:8001/ignored?inClusterConfig=false");
  EXPECT_EQ(config.server, "http://localhost:8001");
  EXPECT_EQ(config.token_file, "");
  EXPECT_TRUE(Read("https://h?inClusterConfig=false&insecure=true").insecure);
  EXPECT_THAT(Fault("ftp://h?inClusterConfig=false"), HasSubstr("http:// or https://"));
}

TEST_F(KubeConfigTest, AnEmptyHostIsAnErrorWithoutAnyKubeconfig) {
  EXPECT_THAT(Fault("?inClusterConfig=false"), HasSubstr("invalid kubernetes master url"));
}

TEST_F(KubeConfigTest, AuthAndLocalKubeConfigNameAKubeconfig) {
  const std::string file = Kubeconfig("config", "https://first");
  EXPECT_EQ(Read("http://ignored?inClusterConfig=false&auth=" + file).server, "https://first");
  EXPECT_EQ(Read("?inClusterConfig=false&localKubeConfig=" + file).token, "T");
  EXPECT_EQ(Read("?inClusterConfig=false&context=d&auth=" + file).server, "https://second");
}

TEST_F(KubeConfigTest, FaultsOfAKubeconfigNameTheOptionAndTheFile) {
  EXPECT_THAT(Fault("?inClusterConfig=false&auth=/no/such"),
              HasSubstr("option auth: /no/such: No such file or directory"));
  const std::string file = Kubeconfig("config", "https://first");
  EXPECT_THAT(Fault("?inClusterConfig=false&context=x&localKubeConfig=" + file),
              AllOf(HasSubstr("option localKubeConfig: " + file), HasSubstr("no context \"x\""),
                    HasSubstr("c, d")));
}

TEST_F(KubeConfigTest, KubeconfigVariableThenHomeWithoutAHost) {
  std::filesystem::create_directory(dir_.Path(".kube"));
  Kubeconfig(".kube/config", "https://home");
  variables_["HOME"] = dir_.Path("");
  EXPECT_EQ(Read("?inClusterConfig=false").server, "https://home");
  variables_["KUBECONFIG"] = "/no/such:" + Kubeconfig("config", "https://first");
  EXPECT_EQ(Read("?inClusterConfig=false").server, "https://first");
  EXPECT_EQ(Read("http://h?inClusterConfig=false&context=d").server, "https://second");
}

TEST_F(KubeConfigTest, CredentialsAreNotSentOverPlainHttp) {
  InAPod();
  const KubeConfig pod = Read("http://proxy:8001");
  EXPECT_EQ(pod.token_file, "");
  EXPECT_THAT(pod.warnings, Contains(HasSubstr("no credentials are sent")));
  const KubeConfig file =
      Read("?inClusterConfig=false&auth=" + Kubeconfig("config", "http://plain"));
  EXPECT_EQ(file.token, "");
  EXPECT_THAT(file.impersonation, IsEmpty());
}

TEST_F(KubeConfigTest, UseServiceAccountAddsThePodsToken) {
  InAPod();
  EXPECT_EQ(Read("https://h?inClusterConfig=false&useServiceAccount=true").token_file,
            dir_.Path("/token"));
  std::filesystem::remove(dir_.Path("token"));
  const KubeConfig without = Read("https://h?inClusterConfig=false&useServiceAccount=true");
  EXPECT_EQ(without.token_file, "");
  EXPECT_THAT(without.warnings, Contains(HasSubstr("useServiceAccount")));
}

TEST_F(KubeConfigTest, OptionsOfHeapsterAreAcceptedWithAWarning) {
  SinkUri uri =
      SinkUri::Parse("--source",
                     "kubernetes:http://h?inClusterConfig=false&apiVersion=v1&kubeletPort=10255&"
                     "kubeletHttps=true");
  ReadKubeConfig(uri, environment_);
  uri.CheckAllRead();
  EXPECT_EQ(uri.warnings().size(), 3u);
}

TEST_F(KubeConfigTest, ABooleanThatIsNoneIsAnError) {
  EXPECT_THAT(Fault("?inClusterConfig=maybe"), HasSubstr("option inClusterConfig"));
}

TEST(ReadNamespaces, TakesEachOnceInOrder) {
  SinkUri uri = SinkUri::Parse("--source", "kubernetes:?namespaces=b,a&namespaces=b,c");
  EXPECT_THAT(ReadNamespaces(uri), ElementsAre("b", "a", "c"));
  SinkUri none = SinkUri::Parse("--source", "kubernetes:");
  EXPECT_THAT(ReadNamespaces(none), IsEmpty());
}

TEST(ReadNamespaces, RefusesWhatIsNoNamespace) {
  for (const char* bad : {"A", "a_b", "-a", "a/b"}) {
    SinkUri uri = SinkUri::Parse("--source", std::string("kubernetes:?namespaces=") + bad);
    EXPECT_THROW(ReadNamespaces(uri), ConfigError) << bad;
  }
}

}  // namespace
}  // namespace eventer
