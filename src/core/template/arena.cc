#include "core/template/arena.h"

#include <utility>

namespace eventer::tmpl {

void Arena::Spend(std::size_t units) {
  if (units > left_) throw BudgetError{"template does too much work"};
  left_ -= units;
}

std::string_view Arena::Keep(std::string text) {
  Spend(text.size());
  return texts_.emplace_back(std::move(text));
}

std::span<const Value> Arena::Keep(std::vector<Value> values) {
  return lists_.emplace_back(std::move(values));
}

const Value* Arena::Keep(const Value& value) { return &values_.emplace_back(value); }

}  // namespace eventer::tmpl
