#include "app/exposition.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>

namespace eventer {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void Exposition::Counter(const std::string& name, const std::string& help, Labels labels,
                         double value) {
  Add(MetricType::Counter, name, help, std::move(labels)).counter.value = value;
}

void Exposition::Gauge(const std::string& name, const std::string& help, Labels labels,
                       double value) {
  Add(MetricType::Gauge, name, help, std::move(labels)).gauge.value = value;
}

void Exposition::Summary(const std::string& name, const std::string& help, Labels labels,
                         std::uint64_t count, double sum) {
  ClientMetric& metric = Add(MetricType::Summary, name, help, std::move(labels));
  metric.summary.sample_count = count;
  metric.summary.sample_sum = sum;
}

ClientMetric& Exposition::Add(MetricType type, const std::string& name, const std::string& help,
                              Labels labels) {
  auto [family, added] = families_.try_emplace(name, MetricFamily{name, help, type, {}});
  std::sort(labels.begin(), labels.end());
  ClientMetric& metric = family->second.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

std::string Exposition::Text() const {
  std::vector<MetricFamily> sorted;
  for (const auto& [name, family] : families_) sorted.push_back(family);
  for (MetricFamily& family : sorted) {
    std::sort(family.metric.begin(), family.metric.end(),
              [](const ClientMetric& a, const ClientMetric& b) { return a.label < b.label; });
  }
  return prometheus::TextSerializer().Serialize(sorted);
}

}  // namespace eventer
