#include "app/health_report.h"

#include <algorithm>
#include <set>

#include "core/go_url.h"

namespace eventer {
namespace {

constexpr char kPlainText[] = "text/plain; charset=utf-8";

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
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const std::size_t second_slash = path.find('/', 1);
  const bool one_check = second_slash < path.size() - 1;
  result.path = one_check ? path.substr(0, second_slash) : path;
  if (one_check) result.check = path.substr(second_slash + 1);
  target.remove_prefix(std::min(question + 1, target.size()));
  for (const auto& [name, value] : ParseGoQuery(target).pairs) {
    if (name == "verbose") result.verbose = true;
    if (name == "exclude") result.excluded.push_back(value);
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
