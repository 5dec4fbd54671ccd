#include "core/problem.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace eventer {
namespace {

bool SaysAnyOf(const Event& event, std::initializer_list<std::string_view> texts) {
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
    return event.message.find(text) != std::string::npos;
  });
}

std::string_view OfFailed(const Event& event) {
  if (event.involved_object.kind == "Pod" &&
      !SaysAnyOf(event, {"ImagePullBackOff", "ErrImagePull", "Failed to pull image"})) {
    return "PodFailStart";
  }
  return SaysAnyOf(event, {"ImagePullBackOff", "ErrImagePull"}) ? "PodImagePullBackOff" : "";
}

std::string_view OfBackOff(const Event& event) {
  if (SaysAnyOf(event, {"Back-off restarting failed container"})) return "PodCrash";
  return SaysAnyOf(event, {"Back-off pulling image"}) ? "PodImagePullBackOff" : "";
}

std::string_view OfFailedCreate(const Event& event) {
  return SaysAnyOf(event, {"exceeded quota"}) ? "FailCreatePodExceedQuota" : "";
}

std::string_view OfFailedScheduling(const Event& event) {
  return SaysAnyOf(event, {"Insufficient"}) ? "ResourceInsufficient" : "PodFailScheduling";
}

std::string_view OfProvisioningFailed(const Event& event) {
  return SaysAnyOf(event, {"disk size is not supported"}) ? "DiskProvisionFailSize"
                                                          : "DiskProvisionFail";
}

std::string_view OfFailedBinding(const Event& event) {
  return SaysAnyOf(event, {"no storage class is set"}) ? "FailedBindingNoStorageClass" : "";
}

std::string_view OfNodeNotReady(const Event& event) {
  if (event.involved_object.kind != "Node") return "";
  return SaysAnyOf(event, {"PLEG is not healthy"}) ? "NodePLEGUnhealthy" : "NodeNotReady";
}

std::string_view OfAllocResourceFailed(const Event& event) {
  return SaysAnyOf(event, {"IpNotEnough"}) ? "ClusterIPNotEnough" : "CNIAllocResourceFail";
}

std::string_view OfResourceInvalid(const Event& event) {
  return SaysAnyOf(event, {"IpNotEnough"}) ? "ClusterIPNotEnough" : "CNIResourceInvalid";
}

// A reason is a problem whatever the event says, or `judge` looks at the message.
struct Row {
  std::string_view reason, problem;
  std::string_view (*judge)(const Event&) = nullptr;
};

// Sorted by reason. The spellings are the original's: dashboards query them.
constexpr std::array kRows = std::to_array<Row>({
    {"AddNodeFailed", "CcmAddNodeFail"},
    {"AllocIPFailed", "CNIAllocIPFail"},
    {"AllocResourceFailed", "", OfAllocResourceFailed},
    {"AnnotationChanged", "CcmSLBAnnotationChanged"},
    {"BackOff", "", OfBackOff},
    {"ConntrackFull", "ConnTrackFull"},
    {"CreateRouteFailed", "CcmCreateRouteFail"},
    {"DeleteLoadBalancerFailed", "CcmSLBDeleteFail"},
    {"DeteleNodeFailed", "CcmDeleteNodeFail"},
    {"DeviceBusy", "CSIDeviceBusy"},
    {"DisposeResourceFailed", "CNIDisposeResourceFail"},
    {"DockerHung", "NodeDockerHung"},
    {"Evicted", "PodEvict"},
    {"Failed", "", OfFailed},
    {"FailedAttachVolume", "VolumeFailMount"},
    {"FailedBinding", "", OfFailedBinding},
    {"FailedCreate", "", OfFailedCreate},
    {"FailedMount", "VolumeFailMount"},
    {"FailedScheduling", "", OfFailedScheduling},
    {"IOHang", "CSIIOHang"},
    {"NTPIsDown", "NodeNPTDown"},
    {"NodeHasDiskPressure", "NodeDiskPressure"},
    {"NodeHasFDPressure", "NodeFDPressure"},
    {"NodeHasNvidiaXidError", "NodeGPUXIPError"},
    {"NodeHasPIDPressure", "NodeFDPressure"},
    {"NodeNotReady", "", OfNodeNotReady},
    {"OOMKilling", "PodOOM"},
    {"PIDPressure", "NodeFDPressure"},
    {"PSProcessIsHung", "NodePSHung"},
    {"ParseFailed", "CNIParseFail"},
    {"PodOOMKilling", "PodOOM"},
    {"ProvisioningFailed", "", OfProvisioningFailed},
    {"Rebooted", "NodeRebooted"},
    {"ResourceInvalid", "", OfResourceInvalid},
    {"SYncRouteFailed", "CcmSyncRouteFail"},
    {"ServiceSpecChanged", "CcmSLBSpecChanged"},
    {"SlowIO", "CSISlowIO"},
    {"SyncLoadBalancerFailed", "CcmSLBSyncFail"},
    {"SystemOOM", "NodeOOM"},
    {"UnAvailableLoadBalancer", "CcmSLBUnavailable"},
});
static_assert(std::ranges::is_sorted(kRows, {}, &Row::reason));

}  // namespace

std::string_view ProblemOf(const Event& event) {
  const auto* row = std::ranges::lower_bound(kRows, event.reason, {}, &Row::reason);
  if (row == kRows.end() || row->reason != event.reason) return "";
  return row->judge ? row->judge(event) : row->problem;
}

}  // namespace eventer
