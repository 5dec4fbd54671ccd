#include "eventer/event.h"

#include <initializer_list>

namespace eventer {

std::string Event::VersionId() const { return uid + "-" + resource_version; }

const std::string& Event::ObjectNamespace() const {
  return involved_object.ns.empty() ? ns : involved_object.ns;
}

std::size_t Event::Footprint() const {
  static const std::size_t kInside = std::string().capacity();
  std::size_t bytes = sizeof(Event);
  for (const std::string* text :
       {&type, &reason, &message, &name, &ns, &uid, &resource_version, &involved_object.kind,
        &involved_object.ns, &involved_object.name, &involved_object.uid,
        &involved_object.api_version, &involved_object.resource_version,
        &involved_object.field_path, &source.component, &source.host, &json}) {
    // A short string lies inside the object.
    if (text->capacity() > kInside) bytes += text->capacity() + 1;
  }
  return bytes;
}

}  // namespace eventer
