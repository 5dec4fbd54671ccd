#include "core/template/value.h"

#include <algorithm>
#include <utility>

namespace eventer::tmpl {

constinit const Type kBoolType{.name = "bool", .kind = Kind::kBool};
constinit const Type kIntType{.name = "int", .kind = Kind::kInt};
constinit const Type kInt32Type{.name = "int32", .kind = Kind::kInt};
constinit const Type kInt64Type{.name = "int64", .kind = Kind::kInt};
constinit const Type kUint8Type{.name = "uint8", .kind = Kind::kUint};
constinit const Type kUint64Type{.name = "uint64", .kind = Kind::kUint};
constinit const Type kFloat64Type{.name = "float64", .kind = Kind::kFloat};
constinit const Type kComplexType{.name = "complex128", .kind = Kind::kComplex};
constinit const Type kStringType{.name = "string", .kind = Kind::kString};
constinit const Type kBytesType{
    .name = "[]uint8", .kind = Kind::kSlice, .elem = &kUint8Type, .comparable = false};
constinit const Type kStringsType{
    .name = "[]string", .kind = Kind::kSlice, .elem = &kStringType, .comparable = false};
constinit const Type kStringMapType{
    .name = "map[string]string", .kind = Kind::kMap, .elem = &kStringType, .comparable = false};
constinit const Type kInt64PointerType{
    .name = "*int64", .kind = Kind::kPointer, .elem = &kInt64Type};
constinit const Type kBoolPointerType{.name = "*bool", .kind = Kind::kPointer, .elem = &kBoolType};
constinit const Type kAnyType{.name = "interface {}", .kind = Kind::kAny};

bool Value::is_nil() const {
  switch (kind()) {
    case Kind::kInvalid:
      return true;
    case Kind::kPointer:
      return as_pointer() == nullptr;
    case Kind::kMap:
      return as_map() == nullptr;
    case Kind::kSlice:
      return is_bytes() ? as_string().data() == nullptr : !as_slice().data();
    default:
      return false;
  }
}

std::size_t Value::length() const {
  switch (kind()) {
    case Kind::kString:
      return as_string().size();
    case Kind::kMap:
      return as_map() ? as_map()->size() : 0;
    case Kind::kSlice:
      return is_bytes() ? as_string().size() : as_slice().size();
    default:
      return 0;
  }
}

Value Value::field(std::size_t index) const {
  Value value = is_instant() ? Value(as_instant(), *type_->embeds) : as_struct()->At(index);
  value.addressable = addressable;
  return value;
}

Value Value::element(std::size_t index) const {
  if (kind() == Kind::kString || is_bytes()) {
    return Uint(static_cast<unsigned char>(as_string()[index]));
  }
  return Addressable(as_slice()[index]);
}

Value Value::entry(std::string_view key) const {
  const StringMap* map = as_map();
  if (!map) return {};
  const auto found = std::ranges::lower_bound(*map, key, {}, &StringMap::value_type::first);
  return found != map->end() && found->first == key ? Value(found->second) : Value();
}

Value Addressable(Value value) {
  value.addressable = true;
  return value;
}

Value Indirect(const Value& value) {
  Value out = value;
  while (out.kind() == Kind::kPointer && out.as_pointer()) out = Addressable(*out.as_pointer());
  return out;
}

bool IsTrue(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return value.as_bool();
    case Kind::kInt:
      return value.as_int() != 0;
    case Kind::kUint:
      return value.as_uint() != 0;
    case Kind::kFloat:
      return value.as_float() != 0;
    case Kind::kComplex:
      return value.as_complex() != std::complex<double>();
    case Kind::kString:
    case Kind::kMap:
    case Kind::kSlice:
      return value.length() > 0;
    case Kind::kPointer:
      return !value.is_nil();
    case Kind::kStruct:
      return true;
    default:
      return false;
  }
}

bool SameValue(const Value& a, const Value& b) {
  if (!a.valid() || !b.valid()) return a.valid() == b.valid();
  if (&a.type() != &b.type()) return false;
  switch (a.kind()) {
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kInt:
      return a.as_int() == b.as_int();
    case Kind::kString:
      return a.as_string() == b.as_string();
    case Kind::kPointer:
      return a.as_pointer() == b.as_pointer();
    case Kind::kStruct:
      break;
    default:
      return false;
  }
  if (a.is_instant()) return a.as_instant() == b.as_instant();
  for (std::size_t i = 0; i < a.type().fields.size(); ++i) {
    if (!SameValue(a.field(i), b.field(i))) return false;
  }
  return true;
}

}  // namespace eventer::tmpl
