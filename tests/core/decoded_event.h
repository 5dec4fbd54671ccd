// What a decoded Event must have kept of the object it came from.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "eventer/event.h"

namespace eventer {

inline nlohmann::json WithoutManagedFields(nlohmann::json object) {
  if (object.contains("metadata") && object["metadata"].is_object()) {
    object["metadata"].erase("managedFields");
  }
  return object;
}

inline void ExpectKept(const Event& event, const nlohmann::json& original,
                       const std::string& what) {
  EXPECT_EQ(nlohmann::json::parse(event.json), WithoutManagedFields(original)) << what;
  EXPECT_EQ(event.json.find_first_of("\r\n"), std::string::npos) << what;
}

inline std::string Field(const nlohmann::json& object, const std::string& pointer) {
  const nlohmann::json::json_pointer at(pointer);
  return object.contains(at) && object[at].is_string() ? object[at].get<std::string>() : "";
}

inline void ExpectFields(const Event& event, const nlohmann::json& object) {
  EXPECT_EQ(event.type, Field(object, "/type"));
  EXPECT_EQ(event.reason, Field(object, "/reason"));
  EXPECT_EQ(event.message, Field(object, "/message"));
  EXPECT_EQ(event.name, Field(object, "/metadata/name"));
  EXPECT_EQ(event.ns, Field(object, "/metadata/namespace"));
  EXPECT_EQ(event.uid, Field(object, "/metadata/uid"));
  EXPECT_EQ(event.resource_version, Field(object, "/metadata/resourceVersion"));
  EXPECT_EQ(event.involved_object.kind, Field(object, "/involvedObject/kind"));
  EXPECT_EQ(event.involved_object.ns, Field(object, "/involvedObject/namespace"));
  EXPECT_EQ(event.involved_object.name, Field(object, "/involvedObject/name"));
  EXPECT_EQ(event.involved_object.uid, Field(object, "/involvedObject/uid"));
  EXPECT_EQ(event.involved_object.api_version, Field(object, "/involvedObject/apiVersion"));
  EXPECT_EQ(event.involved_object.resource_version,
            Field(object, "/involvedObject/resourceVersion"));
  EXPECT_EQ(event.involved_object.field_path, Field(object, "/involvedObject/fieldPath"));
  EXPECT_EQ(event.source.component, Field(object, "/source/component"));
  EXPECT_EQ(event.source.host, Field(object, "/source/host"));
}

}  // namespace eventer
