// What one rendering owns and may use up.
#pragma once

#include <cstddef>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/template/value.h"

namespace eventer::tmpl {

// A template that does not end, or makes too much: a fault of the template, in our own words.
struct BudgetError {
  std::string text;
};

// Keeps texts and values until the rendering ends, so that values may point to them.
class Arena {
 public:
  // One unit is a byte made or looked at; a step of the executor costs kStepCost. Bounds time (a
  // fraction of a second) and memory.
  static constexpr std::size_t kBudget = std::size_t{16} << 20;
  static constexpr std::size_t kStepCost = 32;

  // Throws BudgetError when the budget is used up.
  void Spend(std::size_t units);

  std::string_view Keep(std::string text);
  std::span<const Value> Keep(std::vector<Value> values);
  const Value* Keep(const Value& value);

 private:
  std::size_t left_ = kBudget;
  std::list<std::string> texts_;
  std::list<std::vector<Value>> lists_;
  std::list<Value> values_;
};

}  // namespace eventer::tmpl
