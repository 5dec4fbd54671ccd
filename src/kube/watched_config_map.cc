#include "kube/watched_config_map.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace eventer {
namespace {

using nlohmann::json;

constexpr Duration kLookAgain = std::chrono::seconds(30);
constexpr Duration kTryAgain = std::chrono::seconds(1);

class WatchedConfigMap final : public WatchedText {
 public:
  WatchedConfigMap(Clock& clock, std::shared_ptr<KubeApi> api, std::string ns, std::string name,
                   std::string key)
      : clock_(clock),
        api_(std::move(api)),
        ns_(std::move(ns)),
        name_(std::move(name)),
        key_(std::move(key)) {}

  const Reading& Read(std::stop_token stop) override {
    const SteadyTime now = clock_.Steady();
    if (!next_look_ || now >= *next_look_) {
      Look(api_->GetConfigMap(ns_, name_, std::move(stop)));
      next_look_ = now + (reading_.version > 0 ? kLookAgain : kTryAgain);
    }
    return reading_;
  }

 private:
  void Look(const HttpResponse& response) {
    if (response.status == 200) return Take(response.body);
    const int status = response.status;
    reading_.misconfigured = status == 401 || status == 403 || status == 404;
    if (status == 404) {
      reading_.error = "there is no such ConfigMap";
    } else if (status == 401 || status == 403) {
      reading_.error = "the permission to get configmaps in namespace " + ns_ +
                       " is missing (HTTP " + std::to_string(status) + ")";
    } else if (status != 0) {
      reading_.error = "the API server answers HTTP " + std::to_string(status);
    } else {
      reading_.error = "no answer from the API server: " + response.error_text;
    }
  }

  void Take(const std::string& body) {
    const json object = json::parse(body, nullptr, false);
    if (!object.is_object()) {
      reading_.misconfigured = false;
      reading_.error = "the API server's answer is not JSON";
      return;
    }
    const json data = object.value("data", json());
    const auto found = data.is_object() ? data.find(key_) : data.end();
    if (found == data.end() || !found->is_string()) {
      reading_.misconfigured = true;
      reading_.error = "its data has no key \"" + key_ + "\"";
      return;
    }
    reading_.misconfigured = false;
    reading_.error.clear();
    const auto& fresh = found->get_ref<const std::string&>();
    if (reading_.version > 0 && fresh == reading_.text) return;
    reading_.text = fresh;
    ++reading_.version;
  }

  Clock& clock_;
  const std::shared_ptr<KubeApi> api_;
  const std::string ns_, name_, key_;
  Reading reading_;
  std::optional<SteadyTime> next_look_;
};

}  // namespace

std::unique_ptr<WatchedText> NewWatchedConfigMap(Clock& clock, std::shared_ptr<KubeApi> api,
                                                 std::string ns, std::string name,
                                                 std::string key) {
  return std::make_unique<WatchedConfigMap>(clock, std::move(api), std::move(ns), std::move(name),
                                            std::move(key));
}

}  // namespace eventer
