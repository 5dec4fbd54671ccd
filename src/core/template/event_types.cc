#include "core/template/event_types.h"

#include "core/template/method.h"
#include "core/template/printer.h"

namespace eventer::tmpl {
namespace {

// "v1.EventSource": EventSource
std::string_view ShortName(const Type& type) { return type.name.substr(type.name.find('.') + 1); }

std::string ReplaceFirst(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string GeneratedString(const Value& self);

std::string MapString(const Value& map) {
  std::string out(map.type().name);
  out += '{';
  for (std::size_t i = 0; i < map.length(); ++i) {
    const auto& [key, entry] = (*map.as_map())[i];
    (((out += key) += ": ") += entry) += ',';
  }
  return out += '}';
}

std::string StructsString(const Value& slice) {
  std::string out = "[]";
  out += ShortName(*slice.type().elem);
  out += '{';
  for (std::size_t i = 0; i < slice.length(); ++i) {
    out += GeneratedString(slice.element(i)).substr(1) + ',';
  }
  return out += '}';
}

// One field, with the habits of the generator: values without the &, pointers with it.
std::string FieldString(const Value& value) {
  const Type& type = value.type();
  if (&type == &kObjectMetaType) {
    return ReplaceFirst(ReplaceFirst(Sprint(value), "ObjectMeta", "v1.ObjectMeta"), "&", "");
  }
  if (type.pointer_to_string) return GeneratedString(value).substr(1);
  if (value.kind() == Kind::kMap) return MapString(value);
  if (value.kind() == Kind::kSlice && type.elem->pointer_to_string) return StructsString(value);
  if (&type == &kInt64PointerType || &type == &kBoolPointerType) {
    return value.is_nil() ? "nil" : '*' + Sprint(*value.as_pointer());
  }
  return Sprint(value);
}

// What the protobuf generator of Kubernetes wrote as String of its types:
// &EventSource{Component:kubelet,Host:worker-1,}
std::string GeneratedString(const Value& self) {
  const auto fields = self.type().fields;
  // The one type whose String has another order than its fields.
  const bool owner = &self.type() == &kOwnerReferenceType;
  constexpr std::size_t kOwnerOrder[] = {1, 2, 3, 0, 4, 5};
  std::string out = "&";
  out += ShortName(self.type());
  out += '{';
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t index = owner ? kOwnerOrder[i] : i;
    if (fields[index].embedded && fields[index].json.empty()) continue;  // TypeMeta
    out += fields[index].name;
    out += ':' + FieldString(self.field(index)) + ',';
  }
  return out += '}';
}

Value String(const Call& call) {
  if (!call.self.valid()) return Value(std::string_view("nil"));
  return Value(call.arena.Keep(GeneratedString(call.self)));
}

// GetName and its like: the field of that name.
Value Getter(const Call& call) {
  Value value = FindField(call.self, call.name.substr(3));
  value.addressable = false;
  return value;
}

constexpr Method kStringMethod[] = {{"String", String, {}, true}};

constexpr Method kObjectMetaMethods[] = {
    {"GetAnnotations", Getter, {}, true},
    {"GetClusterName", Getter, {}, true},
    {"GetCreationTimestamp", Getter, {}, true},
    {"GetDeletionGracePeriodSeconds", Getter, {}, true},
    {"GetDeletionTimestamp", Getter, {}, true},
    {"GetFinalizers", Getter, {}, true},
    {"GetGenerateName", Getter, {}, true},
    {"GetGeneration", Getter, {}, true},
    {"GetLabels", Getter, {}, true},
    {"GetManagedFields", Getter, {}, true},
    {"GetName", Getter, {}, true},
    {"GetNamespace", Getter, {}, true},
    {"GetOwnerReferences", Getter, {}, true},
    {"GetResourceVersion", Getter, {}, true},
    {"GetSelfLink", Getter, {}, true},
    {"GetUID", Getter, {}, true},
    {"String", String, {}, true},
};

constexpr Field kEventFields[] = {
    {"TypeMeta", "", false, true},
    {"ObjectMeta", "metadata", false, true},
    {"InvolvedObject", "involvedObject"},
    {"Reason", "reason", true},
    {"Message", "message", true},
    {"Source", "source"},
    {"FirstTimestamp", "firstTimestamp"},
    {"LastTimestamp", "lastTimestamp"},
    {"Count", "count", true},
    {"Type", "type", true},
    {"EventTime", "eventTime"},
    {"Series", "series", true},
    {"Action", "action", true},
    {"Related", "related", true},
    {"ReportingController", "reportingComponent"},
    {"ReportingInstance", "reportingInstance"},
};

constexpr Field kTypeMetaFields[] = {{"Kind", "kind", true}, {"APIVersion", "apiVersion", true}};

constexpr Field kObjectMetaFields[] = {
    {"Name", "name", true},
    {"GenerateName", "generateName", true},
    {"Namespace", "namespace", true},
    {"SelfLink", "selfLink", true},
    {"UID", "uid", true},
    {"ResourceVersion", "resourceVersion", true},
    {"Generation", "generation", true},
    {"CreationTimestamp", "creationTimestamp"},
    {"DeletionTimestamp", "deletionTimestamp", true},
    {"DeletionGracePeriodSeconds", "deletionGracePeriodSeconds", true},
    {"Labels", "labels", true},
    {"Annotations", "annotations", true},
    {"OwnerReferences", "ownerReferences", true},
    {"Finalizers", "finalizers", true},
    {"ClusterName", "clusterName", true},
    {"ManagedFields", "managedFields", true},
};

constexpr Field kObjectReferenceFields[] = {
    {"Kind", "kind", true},
    {"Namespace", "namespace", true},
    {"Name", "name", true},
    {"UID", "uid", true},
    {"APIVersion", "apiVersion", true},
    {"ResourceVersion", "resourceVersion", true},
    {"FieldPath", "fieldPath", true},
};

constexpr Field kEventSourceFields[] = {{"Component", "component", true}, {"Host", "host", true}};

constexpr Field kEventSeriesFields[] = {
    {"Count", "count", true}, {"LastObservedTime", "lastObservedTime"}, {"State", "state", true}};

constexpr Field kOwnerReferenceFields[] = {
    {"APIVersion", "apiVersion"},
    {"Kind", "kind"},
    {"Name", "name"},
    {"UID", "uid"},
    {"Controller", "controller", true},
    {"BlockOwnerDeletion", "blockOwnerDeletion", true},
};

constexpr Type Struct(std::string_view name, std::span<const Field> fields,
                      std::span<const Method> methods = kStringMethod) {
  return {.name = name,
          .kind = Kind::kStruct,
          .fields = fields,
          .methods = methods,
          .pointer_to_string = GeneratedString};
}

constexpr Type Text(std::string_view name) { return {.name = name, .kind = Kind::kString}; }

constexpr Type Pointer(std::string_view name, const Type& to) {
  return {.name = name, .kind = Kind::kPointer, .elem = &to};
}

constexpr Type SliceOf(std::string_view name, const Type& of) {
  return {.name = name, .kind = Kind::kSlice, .elem = &of, .comparable = false};
}

constexpr Type WithMaps(Type type, const Type* embeds = nullptr) {
  type.comparable = false;
  type.embeds = embeds;
  return type;
}

constinit const Type kManagedFieldsEntryType = Struct("v1.ManagedFieldsEntry", {});

}  // namespace

constinit const Type kObjectMetaType =
    WithMaps(Struct("v1.ObjectMeta", kObjectMetaFields, kObjectMetaMethods));
constinit const Type kEventType = WithMaps(Struct("v1.Event", kEventFields), &kObjectMetaType);
constinit const Type kEventPointerType = Pointer("*v1.Event", kEventType);
constinit const Type kTypeMetaType = Struct("v1.TypeMeta", kTypeMetaFields);
constinit const Type kObjectReferenceType = Struct("v1.ObjectReference", kObjectReferenceFields);
constinit const Type kObjectReferencePointerType =
    Pointer("*v1.ObjectReference", kObjectReferenceType);
constinit const Type kEventSourceType = Struct("v1.EventSource", kEventSourceFields);
constinit const Type kEventSeriesType = Struct("v1.EventSeries", kEventSeriesFields);
constinit const Type kEventSeriesPointerType = Pointer("*v1.EventSeries", kEventSeriesType);
constinit const Type kEventSeriesStateType = Text("v1.EventSeriesState");
constinit const Type kUidType = Text("types.UID");
constinit const Type kOwnerReferenceType = Struct("v1.OwnerReference", kOwnerReferenceFields);
constinit const Type kOwnerReferencesType = SliceOf("[]v1.OwnerReference", kOwnerReferenceType);
constinit const Type kManagedFieldsType =
    SliceOf("[]v1.ManagedFieldsEntry", kManagedFieldsEntryType);

}  // namespace eventer::tmpl
