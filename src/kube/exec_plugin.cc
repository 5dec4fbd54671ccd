#include "kube/exec_plugin.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "core/read_file.h"
#include "eventer/base64.h"
#include "eventer/text.h"
#include "eventer/time_format.h"
#include "kube/subprocess.h"

namespace eventer {
namespace {

using nlohmann::json;

// Plug-ins that sign in over the network take seconds; client-go sets no bound at all.
constexpr auto kTimeout = std::chrono::seconds(60);
constexpr std::string_view kMask = "***";

std::string Dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json ClusterInfo(const KubeConfig& config) {
  const std::string ca =
      config.ca.text.empty() ? ReadWholeFile(config.ca.file).text : config.ca.text;
  json cluster = {{"server", config.server},
                  {"tls-server-name", config.tls_server_name},
                  {"insecure-skip-tls-verify", config.insecure},
                  {"certificate-authority-data", Base64Encode(ca)},
                  {"proxy-url", config.proxy.value_or("")},
                  {"disable-compression", false}};
  if (!config.exec->cluster_config.empty()) {
    cluster["config"] = json::parse(config.exec->cluster_config, nullptr, false);
  }
  return cluster;
}

std::string TextIn(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Command PluginCommand(const KubeConfig& config) {
  const ExecPlugin& exec = *config.exec;
  Command command;
  command.argv.push_back(exec.command);
  command.argv.insert(command.argv.end(), exec.args.begin(), exec.args.end());
  // The last one of a name counts for most programs, the first for some: only one of each.
  const auto replaced = [&](std::string_view variable) {
    const std::string_view name = variable.substr(0, variable.find('='));
    if (name == "KUBERNETES_EXEC_INFO") return true;
    for (const auto& [own, value] : exec.env) {
      if (own == name) return true;
    }
    return false;
  };
  for (char** variable = environ; *variable; ++variable) {
    if (!replaced(*variable)) command.environment.emplace_back(*variable);
  }
  for (const auto& [name, value] : exec.env) command.environment.push_back(name + "=" + value);
  command.environment.push_back("KUBERNETES_EXEC_INFO=" + ExecInfo(config));
  command.timeout = kTimeout;
  command.on_long = [name = exec.command] {
    spdlog::warn("exec plug-in {} takes long: waiting for it, 60 s at most", name);
    spdlog::default_logger()->flush();  // a start may keep lines back
  };
  return command;
}

bool MayNameASecret(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word : {"secret", "token", "password", "passwd", "key", "credential", "auth"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

// With the forms in which a shell or the plug-in may say it: without the blanks around it, line by
// line.
void AddSecret(std::string_view value, std::vector<std::string>* secrets) {
  secrets->emplace_back(value);
  secrets->emplace_back(Trim(value));
  for (const std::string_view line : Split(value, "\r\n")) secrets->emplace_back(Trim(line));
}

// What it was given and may not be told: NAME=VALUE, --name=VALUE, --name VALUE. The longest first:
// of one that begins with another the rest would stay.
std::vector<std::string> SecretsOf(const Command& command) {
  std::vector<std::string> secrets;
  const auto add = [&](const std::string& pair) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || !MayNameASecret(pair.substr(0, equals))) return;
    AddSecret(std::string_view(pair).substr(equals + 1), &secrets);
  };
  for (const std::string& variable : command.environment) add(variable);
  for (std::size_t i = 1; i < command.argv.size(); ++i) {
    const std::string& argument = command.argv[i];
    if (!argument.starts_with('-')) continue;
    add(argument);
    const bool alone = argument.find('=') == std::string::npos && i + 1 < command.argv.size();
    if (alone && MayNameASecret(argument)) AddSecret(command.argv[i + 1], &secrets);
  }
  std::ranges::sort(secrets, std::greater<>(), &std::string::size);
  return secrets;
}

void Hide(const std::string& secret, std::string* text) {
  if (secret.size() < 4) return;  // stands everywhere, and is none
  for (std::size_t at = 0; (at = text->find(secret, at)) != std::string::npos; at += kMask.size()) {
    text->replace(at, secret.size(), kMask);
  }
}

// What is as long as a key or token, and written with their letters.
void HideTokens(std::string* text) {
  constexpr std::size_t kLong = 24;
  const auto is_letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '_';
  };
  for (std::size_t begin = 0; begin < text->size(); ++begin) {
    std::size_t end = begin;
    while (end < text->size() && is_letter((*text)[end])) ++end;
    if (end - begin < kLong) {
      begin = end;
      continue;
    }
    // The other parts of a JWT, and the padding of base64.
    end = std::min(text->find_first_of(" \"',;", end), text->size());
    text->replace(begin, end - begin, kMask);
    begin += kMask.size();
  }
}

// What it said of itself, without what it was given. Before anything is cut or made one line: a
// secret may have line breaks.
std::string WithoutSecrets(const Command& command, std::string text) {
  for (const std::string& secret : SecretsOf(command)) Hide(secret, &text);
  return text;
}

// In one line that may be shown.
std::string Shown(std::string_view words, std::size_t max) {
  std::string line = OneLine(Trim(words));
  HideTokens(&line);
  return OneLine(line, max);
}

void LogStderr(const Command& command, const std::string& text) {
  const std::string line = Shown(text, 1000);
  if (!line.empty()) spdlog::warn("exec plug-in {}: {}", command.argv[0], line);
}

// Its first line, for an error text.
std::string FirstWords(std::string_view text) {
  const std::string_view words = Trim(text);
  return Shown(words.substr(0, words.find_first_of("\r\n")), 200);
}

}  // namespace

std::string ExecInfo(const KubeConfig& config) {
  json spec = {{"interactive", false}};
  if (config.exec->provide_cluster_info) spec["cluster"] = ClusterInfo(config);
  return Dump({{"kind", "ExecCredential"},
               {"apiVersion", config.exec->api_version},
               {"spec", std::move(spec)}});
}

ExecResult ParseExecCredential(const std::string& text, const std::string& api_version) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return {{}, "its output is not a JSON object"};
  if (TextIn(document, "kind") != "ExecCredential") return {{}, "its output is no ExecCredential"};
  if (TextIn(document, "apiVersion") != api_version) {
    return {{}, "its output has another apiVersion than " + api_version};
  }
  const auto status = document.find("status");
  if (status == document.end() || !status->is_object()) return {{}, "its output has no status"};
  ExecCredential credential;
  credential.token = Trim(TextIn(*status, "token"));
  credential.cert_pem = TextIn(*status, "clientCertificateData");
  credential.key_pem = TextIn(*status, "clientKeyData");
  if (credential.cert_pem.empty() != credential.key_pem.empty()) {
    return {{}, "its output has one of clientCertificateData and clientKeyData only"};
  }
  if (credential.token.empty() && credential.cert_pem.empty()) {
    return {{}, "its output has neither token nor clientCertificateData"};
  }
  if (const std::string expires = TextIn(*status, "expirationTimestamp"); !expires.empty()) {
    credential.expires = ParseRfc3339(expires);
    if (!credential.expires) return {{}, "its expirationTimestamp is not a time"};
  }
  return {std::move(credential), {}};
}

ExecResult RunExecPlugin(Clock& clock, const KubeConfig& config, std::stop_token stop) {
  const ExecPlugin& exec = *config.exec;
  const Command command = PluginCommand(config);
  const ProcessResult process = RunProcess(clock, command, stop);
  const std::string said = WithoutSecrets(command, process.err);
  LogStderr(command, said);
  ExecResult result;
  if (!process.error.empty()) {
    result.error = process.error;
  } else if (process.exit_code != 0) {
    result.error = "failed with exit code " + std::to_string(process.exit_code);
  } else {
    result = ParseExecCredential(process.out, exec.api_version);
  }
  if (result.error.empty()) return result;
  result.error = "exec: executable " + exec.command + ": " + result.error;
  if (const std::string words = FirstWords(said); !words.empty()) {
    result.error += ": " + words;
  }
  if (!exec.install_hint.empty()) result.error.append(": ").append(Trim(exec.install_hint));
  result.error = OneLine(result.error);
  return result;
}

}  // namespace eventer
