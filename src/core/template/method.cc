#include "core/template/method.h"

namespace eventer::tmpl {

const Method* FindMethod(const Type& type, std::string_view name, bool by_pointer) {
  for (const Method& method : type.methods) {
    if (method.name != name) continue;
    // One of the pointer hides that of the embedded value, even where it can't be called.
    return method.pointer && !by_pointer ? nullptr : &method;
  }
  return type.embeds ? FindMethod(*type.embeds, name, by_pointer) : nullptr;
}

Value FindField(const Value& value, std::string_view name) {
  const auto& fields = value.type().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return value.field(i);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].embedded) continue;
    if (const Value found = FindField(value.field(i), name); found.valid()) return found;
  }
  return {};
}

bool HasField(const Type& type, std::string_view name) {
  for (const Field& field : type.fields) {
    if (field.name == name) return true;
  }
  return false;
}

}  // namespace eventer::tmpl
