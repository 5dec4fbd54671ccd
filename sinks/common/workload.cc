#include "common/workload.h"

#include <re2/re2.h>

namespace eventer {
namespace {

// Letters and digits of k8s.io/apimachinery/pkg/util/rand: five end a generated name; the hash of
// a template, written with them too, has up to ten.
#define EVENTER_RANDOM "[bcdfghjklmnpqrstvwxz2456789]"

}  // namespace

std::string WorkloadName(std::string_view kind, std::string_view name) {
  static const RE2 pod("-" EVENTER_RANDOM "{5}$");
  static const RE2 hash("-" EVENTER_RANDOM "{6,10}$");
  static const RE2 number("-[0-9]+$");  // of a StatefulSet's Pod, or a CronJob's minute
  std::string workload(name);
  if (kind == "Pod") {
    if (!RE2::Replace(&workload, pod, "")) {
      RE2::Replace(&workload, number, "");
      return workload;
    }
    if (!RE2::Replace(&workload, hash, "")) RE2::Replace(&workload, number, "");
  } else if (kind == "ReplicaSet") {
    RE2::Replace(&workload, hash, "");
  } else if (kind == "Job") {
    RE2::Replace(&workload, number, "");
  }
  return workload;
}

}  // namespace eventer
