#include "kube/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "eventer/error.h"
#include "eventer/time_format.h"
#include "kube/exec_plugin.h"
#include "kube/subprocess.h"
#include "support/captured_log.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    config_.server = "https://h";
    config_.origin = "--source=kubernetes";
  }
  void UseTokenFile(const std::string& text) {
    dir_.Write("token", text);
    config_.token_file = dir_.Path("token");
  }
  void UseExec(const std::string& script) {
    config_.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1",
                              .command = dir_.WriteScript("plug", script)};
  }
  // A plug-in that prints `status` and counts its runs.
  void UseExecStatus(const std::string& status) {
    UseExec("echo run >> " + dir_.Path("runs") + R"(
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":)" +
            status + "}'\n");
  }
  int Runs() {
    std::ifstream runs(dir_.Path("runs"));
    int count = 0;
    for (std::string line; std::getline(runs, line);) ++count;
    return count;
  }
  void Make() { credentials_ = NewCredentials(clock_, config_); }
  std::string Authorization() {
    const Credential credential = credentials_->Get({});
    if (!credential.error.empty()) return credential.error;
    return credential.headers.empty() ? "" : credential.headers[0].second;
  }
  std::string Fault() {
    try {
      Make();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no fault";
  }
  // The plug-in's failure, in the log and in the fault.
  void ExpectTold(const std::string& shown) {
    const CapturedLog log;
    EXPECT_THAT(Fault(), HasSubstr("exit code 3: " + shown));
    EXPECT_EQ(log.Count("plug: " + shown), 1);
  }

  TempDir dir_;
  FakeClock clock_;
  KubeConfig config_;
  std::unique_ptr<Credentials> credentials_;
};

TEST_F(CredentialsTest, WithoutAnyThereIsNoHeader) {
  Make();
  EXPECT_EQ(Authorization(), "");
}

TEST_F(CredentialsTest, AFixedToken) {
  config_.token = "T";
  Make();
  EXPECT_EQ(Authorization(), "Bearer T");
}

TEST_F(CredentialsTest, UserAndPassword) {
  config_.username = "Aladdin";
  config_.password = "open sesame";
  Make();
  EXPECT_EQ(Authorization(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_F(CredentialsTest, ATokenFileIsReadAgainAfter50Seconds) {
  UseTokenFile(" first\n");
  Make();
  EXPECT_EQ(Authorization(), "Bearer first");
  dir_.Write("token", "second");
  clock_.Advance(50s);
  EXPECT_EQ(Authorization(), "Bearer first");
  clock_.Advance(1s);
  EXPECT_EQ(Authorization(), "Bearer second");
}

TEST_F(CredentialsTest, TheOldTokenStaysWhenTheFileCannotBeRead) {
  UseTokenFile("first");
  Make();
  clock_.Advance(60s);
  dir_.Write("token", "  \n");
  EXPECT_EQ(Authorization(), "Bearer first");
  std::filesystem::remove(dir_.Path("token"));
  EXPECT_EQ(Authorization(), "Bearer first");
  dir_.Write("token", "two\nlines");
  EXPECT_EQ(Authorization(), "Bearer first");
  dir_.Write("token", "second");
  EXPECT_EQ(Authorization(), "Bearer second");
}

TEST_F(CredentialsTest, ARefusedTokenIsReadAgainAtOnce) {
  UseTokenFile("first");
  Make();
  dir_.Write("token", "second");
  clock_.Advance(1s);
  credentials_->Refused(credentials_->Get({}), clock_.Steady());
  EXPECT_EQ(Authorization(), "Bearer second");
}

TEST_F(CredentialsTest, ATokenReadAfterTheRefusedRequestBeganStays) {
  UseTokenFile("first");
  Make();
  const SteadyTime began = clock_.Steady() - 1s;
  dir_.Write("token", "second");
  credentials_->Refused(credentials_->Get({}), began);
  EXPECT_EQ(Authorization(), "Bearer first");
}

TEST_F(CredentialsTest, AnUnusableTokenFileIsAFaultAtTheStart) {
  UseTokenFile("");
  EXPECT_THAT(Fault(),
              AllOf(HasSubstr("--source=kubernetes"), HasSubstr("the token file is empty")));
  std::filesystem::remove(dir_.Path("token"));
  EXPECT_THAT(Fault(), HasSubstr("No such file"));
  config_.token = "T";  // until the file is there
  Make();
  EXPECT_EQ(Authorization(), "Bearer T");
}

// --- exec plug-ins ---

TEST_F(CredentialsTest, APluginIsRunOnceForATokenWithoutExpiry) {
  UseExecStatus(R"({"token":"T"})");
  Make();
  clock_.Advance(std::chrono::hours(100));
  EXPECT_EQ(Authorization(), "Bearer T");
  EXPECT_EQ(Runs(), 1);
}

TEST_F(CredentialsTest, APluginIsRunAgainAfterItsTokenExpired) {
  UseExecStatus(R"({"token":"T","expirationTimestamp":")" + FormatRfc3339Nano(clock_.Wall() + 60s) +
                "\"}");
  Make();
  clock_.Advance(60s);
  Authorization();
  EXPECT_EQ(Runs(), 1);
  clock_.Advance(1s);
  Authorization();
  EXPECT_EQ(Runs(), 2);
}

TEST_F(CredentialsTest, APluginIsRunAgainOnceForARefusedToken) {
  UseExecStatus(R"({"token":"T"})");
  Make();
  const Credential old = credentials_->Get({});
  credentials_->Refused(old, clock_.Steady());
  Authorization();
  EXPECT_EQ(Runs(), 2);
  credentials_->Refused(old, clock_.Steady());  // somebody has refreshed meanwhile
  Authorization();
  EXPECT_EQ(Runs(), 2);
}

TEST_F(CredentialsTest, APluginMayGiveACertificate) {
  UseExecStatus(R"({"clientCertificateData":"CERT","clientKeyData":"KEY"})");
  Make();
  EXPECT_EQ(credentials_->Get({}).cert_pem, "CERT");
  EXPECT_EQ(credentials_->Get({}).key_pem, "KEY");
}

TEST_F(CredentialsTest, APluginIsNotRunBesideOtherCredentials) {
  UseExec("exit 1");
  config_.token = "T";
  Make();
  EXPECT_EQ(Authorization(), "Bearer T");
}

TEST_F(CredentialsTest, APluginThatFailsAtTheStartIsAFaultWithItsHint) {
  UseExec("echo 'no session' >&2; exit 3");
  config_.exec->install_hint = "Install it\nfrom there";
  EXPECT_THAT(Fault(), AllOf(HasSubstr("plug: failed with exit code 3"),
                             HasSubstr("Install it from there")));
  config_.exec->command = "/no/such/plug-in";
  EXPECT_THAT(Fault(),
              AllOf(HasSubstr("/no/such/plug-in: cannot be started"), HasSubstr("Install")));
}

TEST_F(CredentialsTest, WhatAPluginSaysOfItsFailureIsTold) {
  UseExec("echo >&2; echo '  your session has expired: sign in' >&2; echo more >&2; exit 3");
  EXPECT_THAT(Fault(), AllOf(HasSubstr("exit code 3: your session has expired: sign in"),
                             Not(HasSubstr("more"))));
  UseExec("head -c 3000 /dev/zero | tr '\\0' x >&2; exit 3");
  EXPECT_LT(Fault().size(), 500u);
}

TEST_F(CredentialsTest, NoSecretThatAPluginSaysIsTold) {
  UseExec("echo \"$MY_KEY $* eyJhbGciOiJSUzI1NiJ9eyJz.eyJzdWIiOiJhZG1pbiJ9.Q29vbA\" >&2\nexit 3");
  config_.exec->env = {{"MY_KEY", "s3cret"}};
  config_.exec->args = {"get-token", "--api-token=s3cond", "--password", "th1rd", "--profile=prod"};
  ExpectTold("*** get-token --api-token=*** --password *** --profile=prod ***");
}

TEST_F(CredentialsTest, NoSecretOfSeveralLinesThatAPluginSaysIsTold) {
  UseExec("echo \"<$A_KEY> <$B_KEY> $(echo $B_KEY) two2 <$C_KEY> <$D_KEY>\" >&2\nexit 3");
  config_.exec->env = {{"A_KEY", "s3cret\n"},
                       {"B_KEY", "one1\ntwo2"},
                       {"C_KEY", " s3cret and more"},
                       {"D_KEY", "6ths\r\n\r\n7ths"}};
  ExpectTold("<***> <***> *** *** *** <***> <***>");
}

TEST_F(CredentialsTest, ALineOfASecretThatAPluginSaysIsNotTold) {
  UseExec("echo bad: $A_KEY$B_KEY one1 two2 ok >&2\nexit 3");
  config_.exec->env = {{"A_KEY", "s3cret\n"}, {"B_KEY", "one1\ntwo2"}};
  ExpectTold("bad: *** *** *** *** *** ok");
}

TEST_F(CredentialsTest, OfASecretThatBeginsWithAnotherNothingIsTold) {
  UseExec("echo $B_KEY >&2\nexit 3");
  config_.exec->env = {{"A_KEY", "s3cret"}, {"B_KEY", "s3cret-and-more"}};
  EXPECT_THAT(Fault(), testing::EndsWith("exit code 3: ***"));
}

TEST_F(CredentialsTest, APluginThatTakesLongIsWaitedForWithAWord) {
  const CapturedLog log;
  UseExec("sleep 1000 & wait\n");
  std::jthread starter([&] { Fault(); });
  clock_.AwaitQuiet(1);
  clock_.Advance(5s);
  clock_.AwaitQuiet(1);
  EXPECT_EQ(clock_.NextDeadline() - clock_.Steady(), Duration(55s));
  clock_.Advance(55s);
  starter.join();
  EXPECT_EQ(log.Count("waiting for it, 60 s at most"), 1);
}

TEST_F(CredentialsTest, APluginThatFailsLaterIsTriedAgain) {
  UseExec("test -e " + dir_.Path("broken") + R"( && exit 1
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"T"}}')");
  Make();
  dir_.Write("broken", "");
  credentials_->Refused(credentials_->Get({}), clock_.Steady());
  EXPECT_THAT(Authorization(), HasSubstr("failed with exit code 1"));
  std::filesystem::remove(dir_.Path("broken"));
  EXPECT_EQ(Authorization(), "Bearer T");
}

TEST_F(CredentialsTest, ThoseWhoWaitForAPluginThatHangsTakeItsFailure) {
  const CapturedLog log;
  UseExec("test -e " + dir_.Path("broken") + R"( && { sleep 1000 & wait; }
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"T"}}')");
  Make();
  dir_.Write("broken", "");
  credentials_->Refused(credentials_->Get({}), clock_.Steady());
  std::array<std::string, 5> said;
  std::vector<std::jthread> watches;
  for (std::string& one : said) watches.emplace_back([&] { one = Authorization(); });
  clock_.AwaitQuiet(5);
  clock_.Advance(5s);
  clock_.AwaitQuiet(5);
  clock_.Advance(55s);
  watches.clear();
  EXPECT_THAT(said, testing::Each(HasSubstr("did not end in time")));
  EXPECT_EQ(log.Count("takes long"), 1);
}

TEST_F(CredentialsTest, OneWhoWaitsForARunThatAnotherStopsRunsThePluginItself) {
  mkfifo(dir_.Path("hangs").c_str(), 0600);
  UseExec("test -e " + dir_.Path("broken") + " && { echo >" + dir_.Path("hangs") +
          R"(; sleep 1000 & wait; }
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"T"}}')");
  Make();
  dir_.Write("broken", "");
  credentials_->Refused(credentials_->Get({}), clock_.Steady());
  std::stop_source stop;
  std::string of_runner, of_waiter;
  std::jthread runner([&] { of_runner = credentials_->Get(stop.get_token()).error; });
  clock_.AwaitQuiet(1);
  std::jthread waiter([&] { of_waiter = Authorization(); });
  clock_.AwaitQuiet(2);
  std::ifstream(dir_.Path("hangs")).get();  // else the next line may come before the plug-in's
  std::filesystem::remove(dir_.Path("broken"));
  stop.request_stop();
  runner.join();
  waiter.join();
  EXPECT_THAT(of_runner, HasSubstr("was stopped"));
  EXPECT_EQ(of_waiter, "Bearer T");
}

TEST_F(CredentialsTest, APluginSeesItsEnvironment) {
  UseExec("echo \"$N $KUBERNETES_EXEC_INFO $*\" > " + dir_.Path("seen") +
          R"(; test -n "$PATH" && echo '{"kind":"ExecCredential",)"
          R"("apiVersion":"client.authentication.k8s.io/v1","status":{"token":"T"}}')");
  config_.exec->env = {{"N", "V"}};
  config_.exec->args = {"a", "b c"};
  Make();
  const std::string seen = [&] {
    std::ifstream file(dir_.Path("seen"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  EXPECT_THAT(seen, testing::StartsWith("V {"));
  EXPECT_THAT(seen, testing::EndsWith("} a b c\n"));
}

TEST_F(CredentialsTest, APluginThatHangsIsKilledAfterAMinuteAndOnAStop) {
  config_.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1",
                            .command = dir_.WriteScript("plug", "sleep 1000 & wait\n")};
  std::string fault;
  std::jthread starter([&] { fault = Fault(); });
  clock_.AwaitQuiet(1);
  clock_.Advance(59s);
  clock_.AwaitQuiet(1);
  EXPECT_EQ(clock_.NextDeadline() - clock_.Steady(), Duration(1s));
  clock_.Advance(1s);
  starter.join();
  EXPECT_THAT(fault, HasSubstr("did not end in time"));
}

TEST(ExecInfo, TellsTheClusterOnlyWhenAsked) {
  KubeConfig config;
  config.server = "https://h:6443";
  config.ca.text = "CA";
  config.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1beta1"};
  EXPECT_EQ(nlohmann::json::parse(ExecInfo(config)), nlohmann::json::parse(R"({
      "kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1",
      "spec":{"interactive":false}})"));
  config.exec->provide_cluster_info = true;
  config.exec->cluster_config = R"({"any":"thing"})";
  EXPECT_EQ(nlohmann::json::parse(ExecInfo(config))["spec"]["cluster"], nlohmann::json::parse(R"({
      "server":"https://h:6443","tls-server-name":"","insecure-skip-tls-verify":false,
      "certificate-authority-data":"Q0E=","proxy-url":"","disable-compression":false,
      "config":{"any":"thing"}})"));
}

TEST(ParseExecCredential, SaysWhatIsWrong) {
  const auto error = [](const std::string& status) {
    return ParseExecCredential(
               R"({"kind":"ExecCredential","apiVersion":"v","status":)" + status + "}", "v")
        .error;
  };
  EXPECT_EQ(error(R"({"token":"T"})"), "");
  EXPECT_THAT(error("{}"), HasSubstr("neither"));
  EXPECT_THAT(error("null"), HasSubstr("no status"));
  EXPECT_THAT(error(R"({"clientKeyData":"K"})"), HasSubstr("only"));
  EXPECT_THAT(error(R"({"token":"T","expirationTimestamp":"soon"})"), HasSubstr("not a time"));
  EXPECT_THAT(ParseExecCredential("oops", "v").error, HasSubstr("not a JSON object"));
  EXPECT_THAT(ParseExecCredential(R"({"kind":"Pod"})", "v").error, HasSubstr("no ExecCredential"));
  EXPECT_THAT(ParseExecCredential(R"({"kind":"ExecCredential","apiVersion":"w"})", "v").error,
              HasSubstr("another apiVersion"));
}

TEST(RunProcess, BoundsWhatItKeeps) {
  FakeClock clock;
  Command command{.argv = {"sh", "-c", "head -c 100000 /dev/zero >&2; head -c 2000 /dev/zero"},
                  .environment = {"PATH=/usr/bin:/bin"},
                  .timeout = 60s,
                  .max_output = 1000};
  const ProcessResult large = RunProcess(clock, command, {});
  EXPECT_THAT(large.error, HasSubstr("more than 1000 bytes"));
  command.max_output = 2000;
  const ProcessResult fits = RunProcess(clock, command, {});
  EXPECT_EQ(fits.error, "");
  EXPECT_EQ(fits.out.size(), 2000u);
  EXPECT_EQ(fits.err.size(), 4096u);
  EXPECT_EQ(fits.exit_code, 0);
}

TEST(RunProcess, AStopKillsTheWholeGroup) {
  FakeClock clock;
  std::stop_source stop;
  ProcessResult result;
  std::jthread runner([&] {
    result = RunProcess(clock,
                        {.argv = {"sh", "-c", "sleep 1000 & sleep 1000"},
                         .environment = {"PATH=/usr/bin:/bin"},
                         .timeout = 60s},
                        stop.get_token());
  });
  clock.AwaitWaiters(1);
  stop.request_stop();
  runner.join();
  EXPECT_EQ(result.error, "was stopped");
}

TEST(RunProcess, ReportsASignal) {
  FakeClock clock;
  const ProcessResult result = RunProcess(
      clock, {.argv = {"/bin/sh", "-c", "kill -TERM $$"}, .environment = {}, .timeout = 60s}, {});
  EXPECT_EQ(result.exit_code, 128 + 15);
}

}  // namespace
}  // namespace eventer
