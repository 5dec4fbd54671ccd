#include "app/health_report.h"

#include <algorithm>
#include <set>

namespace eventer {
namespace {

constexpr char kPlainText[] = "text/plain; charset=utf-8";

// Go's url.Query, but that a bad escape stays as it is: no check's name has one.
std::string Decode(std::string_view text) {
  auto digit = [](char c) { return std::string_view("0123456789abcdef").find(c | 0x20); };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) < 16 && digit(text[i + 2]) < 16;
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// Cuts off and returns what stands before `separator`; all if there is none.
std::string_view CutAt(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return head;
}

std::string Unmatched(const std::set<std::string>& names) {
  std::string quoted;
  for (const std::string& name : names) quoted += (quoted.empty() ? "\"" : ",\"") + name + "\"";
  if (quoted.empty()) return "";
  return "warn: some health checks cannot be excluded: no matches for " + quoted + "\n";
}

HttpServerResponse ReportOne(const HealthTarget& target, const std::vector<HealthCheck>& checks) {
  auto check = std::find_if(checks.begin(), checks.end(),
                            [&](const HealthCheck& each) { return each.name == target.check; });
  if (check == checks.end()) return NotFound();
  if (check->failure.empty()) return {200, kPlainText, "ok"};
  return {500, kPlainText, "internal server error: " + check->failure + "\n"};
}

}  // namespace

HealthTarget ParseHealthTarget(std::string_view target) {
  HealthTarget result;
  std::string_view path = CutAt(target, '?');
  const std::size_t second_slash = std::min(path.find('/', 1), path.size());
  result.path = path.substr(0, second_slash);
  path.remove_prefix(std::min(second_slash + 1, path.size()));
  result.check = Decode(path);
  while (!target.empty()) {
    std::string_view value = CutAt(target, '&');
    const std::string_view key = CutAt(value, '=');
    if (key == "verbose") result.verbose = true;
    if (key == "exclude") result.excluded.push_back(Decode(value));
  }
  return result;
}

HttpServerResponse ReportHealth(const HealthTarget& target, const std::vector<HealthCheck>& checks,
                                const std::string& details) {
  if (!target.check.empty()) return ReportOne(target, checks);
  std::set<std::string> excluded(target.excluded.begin(), target.excluded.end());
  std::string lines;
  bool failed = false;
  for (const HealthCheck& check : checks) {
    if (excluded.erase(check.name) > 0) {
      lines += "[+]" + check.name + " excluded: ok\n";
    } else if (check.failure.empty()) {
      lines += "[+]" + check.name + " ok\n";
    } else {
      lines += "[-]" + check.name + " failed: " + check.failure + "\n";
      failed = true;
    }
  }
  lines += Unmatched(excluded);
  if (target.verbose) lines += details;
  const std::string name = target.path.substr(1);
  if (failed) return {500, kPlainText, lines + name + " check failed\n"};
  if (target.verbose) return {200, kPlainText, lines + name + " check passed\n"};
  return {200, kPlainText, "ok"};
}

HttpServerResponse NotFound() { return {404, kPlainText, "404 page not found\n"}; }

}  // namespace eventer
