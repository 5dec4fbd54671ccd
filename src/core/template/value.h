// Go values, as far as templates over an Event can meet them, with the types that error messages
// and comparisons ask for. Values are small and point into the Event or the rendering's Arena.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace eventer::tmpl {

class Value;
struct Method;

enum class Kind : char {
  kInvalid,
  kBool,
  kInt,
  kUint,
  kFloat,
  kComplex,
  kString,
  kStruct,
  kPointer,
  kMap,  // always of strings to strings
  kSlice,
  kAny,  // only as a parameter: any value, nil too
};

struct Field {
  std::string_view name;
  std::string_view json;    // empty: its fields stand among its owner's
  bool omit_empty = false;  // left out of JSON
  bool embedded = false;    // its fields and methods are its owner's, too
};

struct Type {
  std::string_view name;  // as %T prints it: "v1.EventSource"
  Kind kind = Kind::kInvalid;
  const Type* elem = nullptr;  // of a pointer, map or slice
  std::span<const Field> fields = {};
  std::span<const Method> methods = {};
  const Type* embeds = nullptr;  // whose methods it has, too
  bool comparable = true;        // with ==
  // How it prints itself; null: by its parts. A pointer's takes the value that is pointed to.
  std::string (*to_string)(const Value& self) = nullptr;
  std::string (*pointer_to_string)(const Value& self) = nullptr;
};

extern const Type kBoolType, kIntType, kInt32Type, kInt64Type, kUint8Type, kUint64Type,
    kFloat64Type, kComplexType, kStringType, kBytesType, kStringsType, kStringMapType,
    kInt64PointerType, kBoolPointerType, kAnyType;

// A time, with the zone in which it is printed.
struct Instant {
  std::int64_t seconds = 0;  // since 1970
  std::int32_t nanos = 0;
  bool utc = true;  // else the zone of TZ

  friend bool operator==(const Instant&, const Instant&) = default;
};

// The fields of one struct, in the order of its type's `fields`.
class StructData {
 public:
  virtual ~StructData() = default;
  virtual Value At(std::size_t index) const = 0;
  // The whole as the JSON text that it came from; empty: unknown.
  virtual std::string_view json() const { return {}; }
};

using StringMap = std::vector<std::pair<std::string_view, std::string_view>>;  // sorted by key

class Value {
 public:
  Value() = default;  // no value: nil, a missing map entry
  explicit Value(bool v) : type_(&kBoolType), data_(v) {}
  explicit Value(std::string_view v, const Type& type = kStringType) : type_(&type), data_(v) {}
  explicit Value(double v) : type_(&kFloat64Type), data_(v) {}
  explicit Value(std::complex<double> v) : type_(&kComplexType), data_(v) {}
  explicit Value(Instant v, const Type& type) : type_(&type), data_(v) {}
  explicit Value(const StructData* v, const Type& type) : type_(&type), data_(v) {}
  explicit Value(const Value* v, const Type& type) : type_(&type), data_(v) {}  // pointer
  explicit Value(const StringMap* v) : type_(&kStringMapType), data_(v) {}      // null: nil map
  explicit Value(std::span<const Value> v, const Type& type) : type_(&type), data_(v) {}
  static Value Int(std::int64_t v, const Type& type = kIntType) { return Value(type, Data(v)); }
  static Value Uint(std::uint64_t v, const Type& type = kUint8Type) { return Value(type, Data(v)); }

  bool valid() const { return type_ != nullptr; }
  Kind kind() const { return type_ ? type_->kind : Kind::kInvalid; }
  const Type& type() const { return *type_; }

  // Each of them only for values of its kind.
  bool as_bool() const { return std::get<bool>(data_); }
  std::int64_t as_int() const { return std::get<std::int64_t>(data_); }
  std::uint64_t as_uint() const { return std::get<std::uint64_t>(data_); }
  double as_float() const { return std::get<double>(data_); }
  std::complex<double> as_complex() const { return std::get<std::complex<double>>(data_); }
  std::string_view as_string() const { return std::get<std::string_view>(data_); }  // bytes, too
  Instant as_instant() const { return std::get<Instant>(data_); }
  const StructData* as_struct() const { return std::get<const StructData*>(data_); }
  const Value* as_pointer() const { return std::get<const Value*>(data_); }  // null: nil
  const StringMap* as_map() const { return std::get<const StringMap*>(data_); }
  std::span<const Value> as_slice() const { return std::get<std::span<const Value>>(data_); }

  bool is_bytes() const { return type_ == &kBytesType; }
  bool is_instant() const { return std::holds_alternative<Instant>(data_); }
  // Nil, or no value. Only pointers, maps and slices can be nil.
  bool is_nil() const;
  // Of a text, map or slice; 0 for others.
  std::size_t length() const;
  Value field(std::size_t index) const;    // of a struct
  Value element(std::size_t index) const;  // of a slice or text
  // The entry of a map; no value if there is none.
  Value entry(std::string_view key) const;

  // It can be pointed to: methods of its pointer are its own, too.
  bool addressable = false;

 private:
  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double,
                            std::complex<double>, std::string_view, Instant, const StructData*,
                            const Value*, const StringMap*, std::span<const Value>>;
  Value(const Type& type, Data data) : type_(&type), data_(data) {}

  const Type* type_ = nullptr;
  Data data_;
};

Value Addressable(Value value);
// What a pointer points to; a nil pointer and everything else as it is.
Value Indirect(const Value& value);
// Go's truth: not empty, not zero, not nil.
bool IsTrue(const Value& value);
// Go's == of two values of one type that are no basic ones.
bool SameValue(const Value& a, const Value& b);

}  // namespace eventer::tmpl
