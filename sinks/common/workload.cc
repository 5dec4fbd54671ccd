#include "common/workload.h"

namespace eventer {
namespace {

// Letters and digits of k8s.io/apimachinery/pkg/util/rand: five end a generated name; the hash of
// a template, written with them too, has up to ten.
constexpr std::string_view kRandom = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::string_view kDigits = "0123456789";

// `name` without its last part, if that has so many characters, all of them of `letters`.
std::string_view Without(std::string_view name, std::string_view letters, std::size_t least,
                         std::size_t most) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return name;
  const std::string_view part = name.substr(dash + 1);
  const bool generated = part.size() >= least && part.size() <= most &&
                         part.find_first_not_of(letters) == std::string_view::npos;
  return generated ? name.substr(0, dash) : name;
}

std::string_view WithoutHash(std::string_view name) { return Without(name, kRandom, 6, 10); }

// Of a StatefulSet's Pod, or a CronJob's minute.
std::string_view WithoutNumber(std::string_view name) {
  return Without(name, kDigits, 1, name.size());
}

std::string_view PodWorkload(std::string_view name) {
  const std::string_view owner = Without(name, kRandom, 5, 5);
  if (owner == name) return WithoutNumber(name);
  const std::string_view workload = WithoutHash(owner);
  return workload == owner ? WithoutNumber(owner) : workload;
}

}  // namespace

std::string WorkloadName(std::string_view kind, std::string_view name) {
  if (kind == "Pod") return std::string(PodWorkload(name));
  if (kind == "ReplicaSet") return std::string(WithoutHash(name));
  if (kind == "Job") return std::string(WithoutNumber(name));
  return std::string(name);
}

}  // namespace eventer
