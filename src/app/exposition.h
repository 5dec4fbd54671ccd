// Prometheus text (0.0.4), made from values that are read elsewhere.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace eventer {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// Collects samples in any order; Text() sorts them. A family without samples is left out.
class Exposition {
 public:
  void Counter(const std::string& name, const std::string& help, Labels labels, double value);
  void Gauge(const std::string& name, const std::string& help, Labels labels, double value);
  void Summary(const std::string& name, const std::string& help, Labels labels, std::uint64_t count,
               double sum);

  std::string Text() const;

 private:
  prometheus::ClientMetric& Add(prometheus::MetricType type, const std::string& name,
                                const std::string& help, Labels labels);

  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace eventer
