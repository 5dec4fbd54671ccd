#include "core/template/event_data.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <list>

#include "core/template/event_types.h"
#include "core/template/go_time.h"
#include "core/template/json_members.h"

namespace eventer::tmpl {
namespace {

namespace dom = simdjson::dom;

// A struct whose fields are known when it is made.
class Fixed : public StructData {
 public:
  explicit Fixed(std::vector<Value> fields) : fields_(std::move(fields)) {}
  Value At(std::size_t index) const override { return fields_[index]; }

 private:
  std::vector<Value> fields_;
};

class ReferenceData : public StructData {
 public:
  explicit ReferenceData(const ObjectReference& reference) : reference_(reference) {}

  Value At(std::size_t index) const override {
    constexpr std::array kMembers = {
        &ObjectReference::kind,        &ObjectReference::ns,
        &ObjectReference::name,        &ObjectReference::uid,
        &ObjectReference::api_version, &ObjectReference::resource_version,
        &ObjectReference::field_path};
    const auto member = kMembers[index];
    return Value(reference_.*member, member == &ObjectReference::uid ? kUidType : kStringType);
  }

 private:
  const ObjectReference& reference_;
};

class SourceData : public StructData {
 public:
  explicit SourceData(const EventSourceInfo& source) : source_(source) {}
  Value At(std::size_t index) const override {
    return Value(index == 0 ? source_.component : source_.host);
  }

 private:
  const EventSourceInfo& source_;
};

// The epoch stands for a time that is not set.
Value TimeValue(WallTime time) {
  return Value(time == WallTime{} ? kZeroTime : InstantOf(time), kMetaTimeType);
}

class NoTypeMeta : public StructData {  // Go's typed decoder clears kind and apiVersion
 public:
  Value At(std::size_t) const override { return Value(std::string_view()); }
};

}  // namespace

class EventData::Parts : public StructData {
 public:
  Parts(const Event& event, Arena& arena)
      : event_(event),
        arena_(arena),
        reference_(event.involved_object),
        source_(event.source),
        meta_(*this),
        self_(this, kEventType) {}

  Value root() const { return Value(&self_, kEventPointerType); }

  Value At(std::size_t index) const override {
    switch (index) {
      case 0:
        return Value(&type_meta_, kTypeMetaType);
      case 1:
        return Value(&meta_, kObjectMetaType);
      case 2:
        return Value(&reference_, kObjectReferenceType);
      case 3:
        return Value(event_.reason);
      case 4:
        return Value(event_.message);
      case 5:
        return Value(&source_, kEventSourceType);
      case 6:
        return TimeValue(event_.first_seen);
      case 7:
        return TimeValue(event_.last_seen);
      case 8:
        return Value::Int(event_.count, kInt32Type);
      case 9:
        return Value(event_.type);
      default:
        return Rest()[index - 10];
    }
  }

  std::string_view json() const override { return event_.json; }

 private:
  class Meta : public StructData {
   public:
    explicit Meta(const Parts& parts) : parts_(parts) {}

    Value At(std::size_t index) const override {
      switch (index) {
        case 0:
          return Value(parts_.event_.name);
        case 2:
          return Value(parts_.event_.ns);
        case 4:
          return Value(parts_.event_.uid, kUidType);
        case 5:
          return Value(parts_.event_.resource_version);
        default:
          return parts_.MetaFields()[index];
      }
    }

   private:
    const Parts& parts_;
  };

  const Members& Root() const {
    if (!parsed_) {
      parsed_ = true;
      dom::element document;
      if (parser_.parse(event_.json).get(document) == simdjson::SUCCESS) root_ = Members(document);
    }
    return root_;
  }

  // The fields behind Type.
  const std::vector<Value>& Rest() const {
    if (!rest_.empty()) return rest_;
    const Members& root = Root();
    rest_ = {Value(root.Time("eventTime").value_or(kZeroTime), kMicroTimeType),
             Series(root.Object("series")),
             Value(root.Text("action")),
             Related(root.Object("related")),
             Value(root.Text("reportingComponent")),
             Value(root.Text("reportingInstance"))};
    return rest_;
  }

  Value Series(const Members& series) const {
    if (!series.exists()) return Value(static_cast<const Value*>(nullptr), kEventSeriesPointerType);
    return Pointer(
        kEventSeriesPointerType,
        Struct(kEventSeriesType,
               {Value::Int(series.Get<std::int64_t>("count").value_or(0), kInt32Type),
                Value(series.Time("lastObservedTime").value_or(kZeroTime), kMicroTimeType),
                Value(series.Text("state"), kEventSeriesStateType)}));
  }

  Value Related(const Members& related) const {
    if (!related.exists()) {
      return Value(static_cast<const Value*>(nullptr), kObjectReferencePointerType);
    }
    std::vector<Value> fields;
    for (const Field& field : kObjectReferenceType.fields) {
      fields.emplace_back(related.Text(field.json), field.name == "UID" ? kUidType : kStringType);
    }
    return Pointer(kObjectReferencePointerType, Struct(kObjectReferenceType, std::move(fields)));
  }

  // All of them, at their places.
  const std::vector<Value>& MetaFields() const {
    if (!meta_fields_.empty()) return meta_fields_;
    const Members meta = Root().Object("metadata");
    meta_fields_.resize(kObjectMetaType.fields.size());
    for (const std::size_t text : {1, 3, 14}) {
      meta_fields_[text] = Value(meta.Text(kObjectMetaType.fields[text].json));
    }
    const auto deleted = meta.Time("deletionTimestamp");
    const auto grace = meta.Get<std::int64_t>("deletionGracePeriodSeconds");
    meta_fields_[6] = Value::Int(meta.Get<std::int64_t>("generation").value_or(0), kInt64Type);
    meta_fields_[7] = Value(meta.Time("creationTimestamp").value_or(kZeroTime), kMetaTimeType);
    meta_fields_[8] =
        Pointer(kMetaTimePointerType, deleted ? Value(*deleted, kMetaTimeType) : Value());
    meta_fields_[9] = Pointer(kInt64PointerType, grace ? Value::Int(*grace, kInt64Type) : Value());
    meta_fields_[10] = Map(meta.Object("labels"));
    meta_fields_[11] = Map(meta.Object("annotations"));
    meta_fields_[12] = Owners(meta);
    meta_fields_[13] = Texts(meta, "finalizers");
    meta_fields_[15] = Value(std::span<const Value>(), kManagedFieldsType);  // never kept
    return meta_fields_;
  }

  Value Owners(const Members& meta) const {
    std::vector<Value> owners;
    const auto list = meta.Get<dom::array>("ownerReferences");
    if (!list) return Value(std::span<const Value>(), kOwnerReferencesType);
    for (const dom::element element : *list) {
      const Members owner(element);
      owners.push_back(Struct(kOwnerReferenceType,
                              {Value(owner.Text("apiVersion")), Value(owner.Text("kind")),
                               Value(owner.Text("name")), Value(owner.Text("uid"), kUidType),
                               Flag(owner, "controller"), Flag(owner, "blockOwnerDeletion")}));
    }
    return Value(arena_.Keep(std::move(owners)), kOwnerReferencesType);
  }

  Value Texts(const Members& object, std::string_view key) const {
    std::vector<Value> texts;
    const auto list = object.Get<dom::array>(key);
    if (!list) return Value(std::span<const Value>(), kStringsType);
    for (const dom::element element : *list) {
      std::string_view text;
      if (element.get(text) == simdjson::SUCCESS) texts.emplace_back(text);
    }
    return Value(arena_.Keep(std::move(texts)), kStringsType);
  }

  Value Map(const Members& object) const {
    if (!object.exists()) return Value(static_cast<const StringMap*>(nullptr));
    StringMap map;
    const simdjson::dom::object members = *object.object();
    for (const auto member : members) {
      std::string_view text;
      if (member.value.get(text) == simdjson::SUCCESS) map.emplace_back(member.key, text);
    }
    std::ranges::stable_sort(map, {}, &StringMap::value_type::first);
    // The last of equal keys stays.
    const auto kept = std::unique(map.rbegin(), map.rend(),
                                  [](const auto& a, const auto& b) { return a.first == b.first; });
    map.erase(map.begin(), kept.base());
    return Value(&maps_.emplace_back(std::move(map)));
  }

  Value Flag(const Members& object, std::string_view key) const {
    const auto flag = object.Get<bool>(key);
    return Pointer(kBoolPointerType, flag ? Value(*flag) : Value());
  }

  // Nil if there is no target.
  Value Pointer(const Type& type, const Value& target) const {
    return Value(target.valid() ? arena_.Keep(target) : nullptr, type);
  }

  Value Struct(const Type& type, std::vector<Value> fields) const {
    return Value(&structs_.emplace_back(std::move(fields)), type);
  }

  const Event& event_;
  Arena& arena_;
  const NoTypeMeta type_meta_;
  const ReferenceData reference_;
  const SourceData source_;
  const Meta meta_;
  const Value self_;
  // Made when first asked for; one rendering is one thread.
  mutable dom::parser parser_;
  mutable bool parsed_ = false;
  mutable Members root_;
  mutable std::vector<Value> rest_, meta_fields_;
  mutable std::list<StringMap> maps_;
  mutable std::list<Fixed> structs_;
};

EventData::EventData(const Event& event, Arena& arena)
    : parts_(std::make_unique<Parts>(event, arena)) {}
EventData::~EventData() = default;
Value EventData::root() const { return parts_->root(); }

}  // namespace eventer::tmpl
