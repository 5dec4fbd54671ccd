// Bad input: one line that names flag and option, exit status 2, nothing started.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/loopback_server.h"
#include "support/program.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kSource[] = "--source=kubernetes:http://127.0.0.1:1?inClusterConfig=false";
constexpr char kSecret[] = "s3cret";  // in none of the lines

struct BadInput {
  const char* name;
  std::vector<std::string> args;
  std::vector<std::string> said;  // all of these
  bool own_source = false;        // `args` holds what there is of sources
};

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/eventer_bad_input_" + name;
  // Each process writes them all, while another may read them.
  const std::string draft = path + "." + std::to_string(getpid());
  std::ofstream(draft) << text;
  std::filesystem::rename(draft, path);
  return path;
}

std::string KubeconfigSource(const std::string& path, const std::string& more = "") {
  return "--source=kubernetes:?inClusterConfig=false&auth=" + path + more;
}

std::string Kubeconfig(const std::string& name, const std::string& cluster,
                       const std::string& user) {
  return WriteFile(name,
                   "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                   "contexts: [{name: here, context: {cluster: c, user: u}}]\n"
                   "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'" +
                       cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n");
}

class BadInputTest : public testing::TestWithParam<BadInput> {};

void ExpectRefused(const std::vector<std::string>& args, const std::vector<std::string>& said) {
  Program program(
      args, {.environment = {
                 {"KUBECONFIG", ""}, {"HOME", "/nonexistent"}, {"KUBERNETES_SERVICE_HOST", ""}}});
  EXPECT_EQ(program.AwaitExit(), 2);
  EXPECT_EQ(program.out(), "");
  EXPECT_EQ(Lines(program.err()).size(), 1u) << program.err();
  EXPECT_TRUE(program.err().ends_with("\n"));
  for (const std::string& part : said) EXPECT_THAT(program.err(), HasSubstr(part));
  EXPECT_THAT(program.err(), Not(HasSubstr(kSecret)));
}

TEST_P(BadInputTest, IsOneLineAndExitStatus2) {
  std::vector<std::string> args = GetParam().args;
  if (!GetParam().own_source) args.insert(args.begin(), kSource);
  args.insert(args.begin(), "--healthz-port=0");  // the last one counts
  ExpectRefused(args, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Flags, BadInputTest,
    testing::ValuesIn(std::vector<BadInput>{
        {"NoSource", {"--sink=log:"}, {"--source", "wrong number of sources"}, true},
        {"TwoSources", {kSource, kSource}, {"--source", "wrong number of sources"}, true},
        {"UnknownFlag", {"--frequncy=10s"}, {"--frequncy", "did you mean --frequency?"}},
        {"UnknownFlagWithSecret", {"--token=s3cret"}, {"unknown flag --token"}},
        {"BadFlagSyntax", {"---sink=log:s3cret"}, {"bad flag syntax"}},
        {"FlagWithoutValue", {"--sink"}, {"--sink needs a value"}},
        {"BadDuration", {"--frequency=10"}, {"--frequency", "\"10\""}},
        {"BadSince", {"--since=yesterday"}, {"--since", "\"yesterday\""}},
        {"BadStopTimeout", {"--stop-timeout=-1s"}, {"--stop-timeout", "-1s"}},
        {"FrequencyTooSmall", {"--frequency=4s"}, {"frequency needs to be no less than 5s"}},
        {"FrequencyTooLarge", {"--frequency=4m"}, {"frequency needs to be no greater than 3m0s"}},
        {"PortOutOfRange", {"--healthz-port=65535"}, {"--healthz-port", "65535"}},
        {"PortNoNumber", {"--healthz-port=http"}, {"--healthz-port", "http"}},
        {"IpNoAddress", {"--healthz-ip=nowhere"}, {"--healthz-ip", "nowhere"}},
        {"BooleanNoBoolean", {"--event-metrics=maybe"}, {"--event-metrics", "maybe"}},
        {"VerbosityNoNumber", {"-v=much"}, {"--v", "much"}},
        {"DataDirEmpty", {"--data-dir="}, {"--data-dir"}},
        {"DataDirCannotBeMade", {"--data-dir=/proc/none"}, {"--data-dir=/proc/none"}},
        {"DataDirTooSmall", {"--data-dir-bytes=1MiB"}, {"--data-dir-bytes", "64MiB"}},
        {"BufferTooSmall", {"--buffer-bytes=1MiB"}, {"--buffer-bytes", "4MiB"}},
        {"BadValueBeforeAGoodOne",
         {"--frequency=soon", "--frequency=30s"},
         {"--frequency", "\"soon\""}},
        {"BufferNoSize", {"--buffer-bytes=big"}, {"--buffer-bytes"}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Sinks, BadInputTest,
    testing::ValuesIn(std::vector<BadInput>{
        {"UnknownSink", {"--sink=lgo:http://u:s3cret@h"}, {"--sink=lgo", "log"}},
        {"EmptySink", {"--sink="}, {"--sink"}},
        {"BadUri", {"--sink=log:http://h/%zzs3cret"}, {"--sink=log"}},
        {"UnknownOption", {"--sink=log:?formt=text"}, {"--sink=log", "formt", "format"}},
        {"BadOption", {"--sink=log:?format=xml"}, {"--sink=log", "format"}},
        {"BadLevel", {"--sink=log:?level=loud"}, {"--sink=log", "level"}},
        {"EmptyName", {"--sink=log:?name="}, {"--sink=log", "option name"}},
        {"DuplicateName",
         {"--sink=log:?name=a", "--sink=log:?name=a&format=text"},
         {"--sink=log", "option name", "\"a\""}},
        {"WebhookWithoutAddress", {"--sink=webhook:"}, {"--sink=webhook", "http://"}},
        {"WebhookPortThatIsNone",
         {"--sink=webhook:http://h:80800/s3cret"},
         {"--sink=webhook", "the port must be from 1 to 65535"}},
        {"WebhookHostThatIsNone",
         {"--sink=webhook:http://b\xc3\xbc"
          "cher.example/s3cret"},
         {"--sink=webhook", "no host has such a name"}},
        {"DingTalkPortThatIsNone",
         {"--sink=dingtalk://h:80800/robot/send?access_token=s3cret"},
         {"--sink=dingtalk", "the port must be from 1 to 65535"}},
        {"WebhookBadHeader",
         {"--sink=webhook:http://h?header=s3cret"},
         {"--sink=webhook", "option header"}},
        {"WebhookBadReason",
         {"--sink=webhook:http://h?reason=a,(b"},
         {"--sink=webhook", "option reason", "at character 1 of \"(b\""}},
        {"WebhookUnreadableBody",
         {"--sink=webhook:http://h?body_file=/no/body"},
         {"--sink=webhook", "option body_file", "/no/body"}},
        {"WebhookBadTimeout",
         {"--sink=webhook:http://h?timeout=soon"},
         {"--sink=webhook", "option timeout"}},
        {"DingTalkWithoutToken",
         {"--sink=dingtalk:https://h/robot/send"},
         {"--sink=dingtalk", "option access_token is required"}},
        {"DingTalkUnknownOption",
         {"--sink=dingtalk:https://h?access_token=s3cret&lable=x"},
         {"--sink=dingtalk", "lable", "did you mean label?"}},
        {"DingTalkUnreadableSecret",
         {"--sink=dingtalk:https://h?access_token=s3cret&sign_file=/no/sign"},
         {"--sink=dingtalk", "option sign_file", "/no/sign"}},
        {"WecomWithoutKey",
         {"--sink=wecom:https://h/cgi-bin/webhook/send"},
         {"--sink=wecom", "option key is required"}},
        {"WecomUnknownOption",
         {"--sink=wecom:https://h?key=s3cret&lable=x"},
         {"--sink=wecom", "lable", "did you mean label?"}},
        {"WecomBadType",
         {"--sink=wecom:https://h?key=s3cret&msg_type=news"},
         {"--sink=wecom", "option msg_type", "markdown"}},
        {"FeishuWithoutToken",
         {"--sink=feishu:https://h/open-apis/bot/v2/hook"},
         {"--sink=feishu", "option token is required"}},
        {"FeishuUnknownOption",
         {"--sink=feishu:https://h/hook/s3cret?lable=x"},
         {"--sink=feishu", "lable", "did you mean label?"}},
        {"FeishuUnreadableSecret",
         {"--sink=feishu:https://h/hook/s3cret?sign_file=/no/sign"},
         {"--sink=feishu", "option sign_file", "/no/sign"}},
        {"ElasticsearchWithoutNode", {"--sink=elasticsearch:"}, {"--sink=elasticsearch", "node"}},
        {"ElasticsearchNodeWithAPortThatIsNone",
         {"--sink=elasticsearch:?nodes=http://h:9200,http://me:s3cret@h:92000"},
         {"--sink=elasticsearch", "option nodes", "the port must be from 1 to 65535"}},
        {"ElasticsearchBadVersion",
         {"--sink=elasticsearch:http://h?ver=2"},
         {"--sink=elasticsearch", "option ver", "5, 6, 7 or 8"}},
        {"OpensearchUnknownOption",
         {"--sink=opensearch:http://h?api_key=s3cret&idnex=x"},
         {"--sink=opensearch", "idnex", "did you mean index?"}},
        {"SecondSinkIsBad", {"--sink=log:", "--sink=lgo:"}, {"--sink=lgo"}},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Source, BadInputTest,
    testing::ValuesIn(std::vector<BadInput>{
        {"UnknownSource",
         {"--source=kubernets:http://u:s3cret@h"},
         {"--source=kubernets", "kubernetes"},
         true},
        {"BadUri", {"--source=kubernetes:http://h:port/s3cret"}, {"--source=kubernetes"}, true},
        {"PortThatIsNone",
         {"--source=kubernetes:http://h:80800?inClusterConfig=false"},
         {"--source=kubernetes", "the port must be from 1 to 65535"},
         true},
        {"BadScheme",
         {"--source=kubernetes:ftp://h?inClusterConfig=false"},
         {"--source=kubernetes", "http"},
         true},
        {"UnknownOption",
         {"--source=kubernetes:http://h?inClusterConfg=false"},
         {"--source=kubernetes", "inClusterConfg", "inClusterConfig"},
         true},
        {"BadBoolean",
         {"--source=kubernetes:http://h?inClusterConfig=maybe"},
         {"--source=kubernetes", "inClusterConfig"},
         true},
        {"BadNamespaces",
         {"--source=kubernetes:http://h?inClusterConfig=false&namespaces=A/B"},
         {"--source=kubernetes", "namespaces"},
         true},
        {"NotInACluster", {"--source=kubernetes:"}, {"inClusterConfig"}, true},
        {"NoAddress",
         {"--source=kubernetes:?inClusterConfig=false"},
         {"--source=kubernetes", "invalid kubernetes master url"},
         true},
        {"MissingKubeconfig",
         {KubeconfigSource("/does/not/exist")},
         {"--source=kubernetes", "option auth", "/does/not/exist"},
         true},
        {"KubeconfigIsAFolder", {KubeconfigSource("/tmp")}, {"option auth", "/tmp"}, true},
        {"KubeconfigIsNoYaml",
         {KubeconfigSource(WriteFile("no_yaml", "a: [s3cret"))},
         {"option auth", "no_yaml"},
         true},
        {"UnknownContext",
         {KubeconfigSource(Kubeconfig("context", "", ""), "&context=nowhere")},
         {"--source=kubernetes", "nowhere"},
         true},
        {"ExecPluginFails",
         {KubeconfigSource(Kubeconfig(
             "exec", "",
             "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, "
             "command: sh, args: [-c, 'echo one >&2; echo two >&2; exit 3']}"))},
         {"--source=kubernetes", "exec", "exit code 3: one"},
         true},
        {"CaIsNoPem",
         {KubeconfigSource(
             Kubeconfig("ca", ", certificate-authority-data: bm90IGEgY2VydGlmaWNhdGU=", ""))},
         {"--source=kubernetes", "PEM"},
         true},
        {"CaFileIsMissing",
         {KubeconfigSource(Kubeconfig("ca_file", ", certificate-authority: /no/ca.crt", ""))},
         {"--source=kubernetes", "/no/ca.crt"},
         true},
    }),
    [](const auto& row) { return row.param.name; });

TEST(BadInput, APortThatIsTakenIsNamed) {
  LoopbackServer taken([](LoopbackConnection& connection) { connection.AwaitClose(); });
  ExpectRefused({kSource, "--sink=log:", "--healthz-ip=127.0.0.1",
                 "--healthz-port=" + std::to_string(taken.port())},
                {"--healthz-port", std::to_string(taken.port()), "in use"});
}

TEST(BadInput, NothingIsAskedOfTheApiServer) {
  LoopbackServer server([](LoopbackConnection& connection) { connection.AwaitClose(); });
  ExpectRefused({"--source=kubernetes:" + server.Url() + "?inClusterConfig=false",
                 "--sink=lgo:", "--healthz-port=0"},
                {"--sink=lgo"});
  EXPECT_EQ(server.connections(), 0);
}

TEST(BadInput, AnUnknownSinkLeavesNoDataDirBehind) {
  TempDir dir;
  ExpectRefused({kSource, "--sink=lgo:", "--healthz-port=0", "--data-dir=" + dir.Path("new")},
                {"--sink=lgo"});
  EXPECT_FALSE(std::filesystem::exists(dir.Path("new")));
}

TEST(Print, HelpGoesToStdoutAndEndsWith0) {
  Program program({"--help"});
  EXPECT_EQ(program.AwaitExit(), 0);
  EXPECT_THAT(program.out(), HasSubstr("--frequency"));
  EXPECT_EQ(program.err(), "");
}

TEST(Print, WhatCannotBePrintedEndsWith1) {
  for (const char* flag : {"--help", "--version"}) {
    Program program({flag}, {.closed = {1}});
    EXPECT_EQ(program.AwaitExit(), 1);
  }
}

TEST(Print, VersionGoesToStdoutAndEndsWith0) {
  Program program({"--version"});
  EXPECT_EQ(program.AwaitExit(), 0);
  EXPECT_THAT(program.out(), testing::StartsWith("kube-eventer version: "));
  EXPECT_EQ(program.err(), "");
}

}  // namespace
}  // namespace eventer
