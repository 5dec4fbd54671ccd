// eq, lt and their like, index and slice.
#include <limits>
#include <string>

#include "core/template/functions.h"
#include "core/template/printer.h"

namespace eventer::tmpl {
namespace {

bool IsBasic(Kind kind) {
  return kind != Kind::kInvalid && kind != Kind::kStruct && kind != Kind::kPointer &&
         kind != Kind::kMap && kind != Kind::kSlice;
}

CallError BadType() { return {"invalid type for comparison"}; }

CallError Incompatible(const Value& a, const Value& b) {
  return {"incompatible types for comparison: " + std::string(a.type().name) + " and " +
          std::string(b.type().name)};
}

// As fmt's %s.
std::string Text(const Value& value) {
  std::string out;
  Printer(out, kMaxOutput).Argument(value, 's');
  return out;
}

bool EqualCompounds(const Value& a, const Value& b) {
  if (a.valid() && b.valid() && a.kind() != b.kind()) {
    throw CallError{"non-comparable types " + Text(a) + ": " + std::string(a.type().name) + ", " +
                    std::string(b.type().name) + ": " + Sprint(b)};
  }
  if (a.is_nil() || b.is_nil()) return a.is_nil() == b.is_nil();
  if (!b.type().comparable) {
    throw CallError{"non-comparable type " + Text(b) + ": " + std::string(b.type().name)};
  }
  return SameValue(a, b);
}

bool EqualBasics(const Value& a, const Value& b) {
  switch (a.kind()) {
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kInt:
      return a.as_int() == b.as_int();
    case Kind::kUint:
      return a.as_uint() == b.as_uint();
    case Kind::kFloat:
      return a.as_float() == b.as_float();
    case Kind::kComplex:
      return a.as_complex() == b.as_complex();
    default:
      return a.as_string() == b.as_string();
  }
}

std::string TypeName(const Value& value) { return std::string(value.type().name); }

// `index` as a place in something of `size` elements; its end counts.
std::size_t PlaceOf(const Value& index, std::size_t size) {
  if (!index.valid()) throw CallError{"cannot index slice/array with nil"};
  if (index.kind() != Kind::kInt && index.kind() != Kind::kUint) {
    throw CallError{"cannot index slice/array with type " + TypeName(index)};
  }
  const bool in_range = index.kind() == Kind::kInt
                            ? index.as_int() >= 0 && std::cmp_less_equal(index.as_int(), size)
                            : index.as_uint() <= size;
  if (!in_range) {
    throw CallError{"index out of range: " + (index.kind() == Kind::kInt
                                                  ? std::to_string(index.as_int())
                                                  : std::to_string(index.as_uint()))};
  }
  return index.kind() == Kind::kInt ? static_cast<std::size_t>(index.as_int())
                                    : static_cast<std::size_t>(index.as_uint());
}

Value Entry(const Value& map, const Value& key) {
  if (!key.valid()) throw CallError{"value is nil; should be of type string"};
  if (&key.type() != &kStringType) {
    throw CallError{"value has type " + TypeName(key) + "; should be string"};
  }
  const Value found = map.entry(key.as_string());
  return found.valid() ? found : Value(std::string_view());
}

Value Element(const Value& item, const Value& index) {
  if (item.kind() == Kind::kPointer) throw CallError{"index of nil pointer"};
  if (item.kind() == Kind::kMap) return Entry(item, index);
  const bool text = item.kind() == Kind::kString;
  if (!text && item.kind() != Kind::kSlice) {
    throw CallError{"can't index item of type " + TypeName(item)};
  }
  const std::size_t place = PlaceOf(index, item.length());
  if (place == item.length()) {
    throw CallError{text ? "reflect: string index out of range"
                         : "reflect: slice index out of range"};
  }
  return item.element(place);
}

CallError BadOrder(std::size_t from, std::size_t to) {
  return {"invalid slice index: " + std::to_string(from) + " > " + std::to_string(to)};
}

}  // namespace

bool Equal(const Value& a, const Value& b) {
  if (!IsBasic(a.kind()) && !IsBasic(b.kind())) return EqualCompounds(a, b);
  if (a.kind() == b.kind()) return EqualBasics(a, b);
  if (a.kind() == Kind::kInt && b.kind() == Kind::kUint)
    return std::cmp_equal(a.as_int(), b.as_uint());
  if (a.kind() == Kind::kUint && b.kind() == Kind::kInt)
    return std::cmp_equal(a.as_uint(), b.as_int());
  if (a.valid() && b.valid()) throw Incompatible(a, b);
  return false;
}

bool Less(const Value& a, const Value& b) {
  if (!IsBasic(a.kind()) || !IsBasic(b.kind())) throw BadType();
  if (a.kind() == Kind::kInt && b.kind() == Kind::kUint)
    return std::cmp_less(a.as_int(), b.as_uint());
  if (a.kind() == Kind::kUint && b.kind() == Kind::kInt)
    return std::cmp_less(a.as_uint(), b.as_int());
  if (a.kind() != b.kind()) throw Incompatible(a, b);
  switch (a.kind()) {
    case Kind::kInt:
      return a.as_int() < b.as_int();
    case Kind::kUint:
      return a.as_uint() < b.as_uint();
    case Kind::kFloat:
      return a.as_float() < b.as_float();
    case Kind::kString:
      return a.as_string() < b.as_string();
    default:
      throw BadType();
  }
}

Value Index(const Call& call) {
  Value item = call.args[0];
  if (!item.valid()) throw CallError{"index of untyped nil"};
  for (const Value& index : call.args.subspan(1)) item = Element(Indirect(item), index);
  return item;
}

Value Slice(const Call& call) {
  const Value& item = call.args[0];
  const auto indexes = call.args.subspan(1);
  if (!item.valid()) throw CallError{"slice of untyped nil"};
  if (indexes.size() > 3) {
    throw CallError{"too many slice indexes: " + std::to_string(indexes.size())};
  }
  const bool text = item.kind() == Kind::kString;
  if (text && indexes.size() == 3) throw CallError{"cannot 3-index slice a string"};
  if (!text && item.kind() != Kind::kSlice) {
    throw CallError{"can't slice item of type " + TypeName(item)};
  }
  std::size_t places[3] = {0, item.length(), item.length()};
  for (std::size_t i = 0; i < indexes.size(); ++i) places[i] = PlaceOf(indexes[i], item.length());
  const std::size_t size = places[1] - places[0];
  if (places[0] > places[1]) throw BadOrder(places[0], places[1]);
  if (places[1] > places[2]) throw BadOrder(places[1], places[2]);
  if (text || item.is_bytes()) return Value(item.as_string().substr(places[0], size), item.type());
  return Value(item.as_slice().subspan(places[0], size), item.type());
}

}  // namespace eventer::tmpl
