#include "elasticsearch/index_template.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "eventer/percent.h"

namespace eventer {
namespace {

using nlohmann::json;

// A user's own template for the same indices is to win. Elasticsearch refuses two of one priority
// whose patterns overlap.
constexpr int kPriority = 1, kPriorityByNamespace = 2;
// Lucene refuses terms longer than 32,766 bytes.
constexpr int kLongestKeyword = 1024;

json Date() { return {{"type", "date"}}; }

json Text(const EsVersion& version) {
  const char* beside = version.major < 6 ? "raw" : "keyword";
  return {{"type", "text"},
          {"fields", {{beside, {{"type", "keyword"}, {"ignore_above", kLongestKeyword}}}}}};
}

// Kept in the document, found by nothing: any number of names cannot grow the mapping.
json NotIndexed() { return {{"type", "object"}, {"enabled", false}}; }

json Texts(const EsVersion& version, std::initializer_list<const char*> names) {
  json properties;
  for (const char* name : names) properties[name] = Text(version);
  return properties;
}

json Object(json properties) { return {{"dynamic", false}, {"properties", std::move(properties)}}; }

json Reference(const EsVersion& version) {
  return Object(Texts(
      version, {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}));
}

json Metadata(const EsVersion& version) {
  json properties =
      Texts(version, {"name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"});
  properties["creationTimestamp"] = Date();
  for (const char* name : {"labels", "annotations", "ownerReferences"}) {
    properties[name] = NotIndexed();
  }
  return Object(std::move(properties));
}

json Mapping(const EsVersion& version) {
  json properties = Texts(
      version, {"Message", "Reason", "Type", "Action", "ReportingComponent", "ReportingInstance"});
  properties["Count"] = {{"type", "long"}};
  properties["Metadata"] = Metadata(version);
  properties["InvolvedObject"] = Reference(version);
  properties["Related"] = Reference(version);
  properties["Source"] = Object(Texts(version, {"component", "host"}));
  properties["EventTags"] =
      Object(Texts(version, {"cluster_name", "eventID", "hostname", "pod_id", "pod_name"}));
  for (const char* name :
       {"@timestamp", "EventTime", "FirstOccurrenceTimestamp", "LastOccurrenceTimestamp"}) {
    properties[name] = Date();
  }
  json series = {{"count", {{"type", "long"}}}, {"lastObservedTime", Date()}};
  properties["Series"] = Object(std::move(series));
  json mapping = Object(std::move(properties));
  // A pipeline may add fields of its own.
  mapping["dynamic"] = true;
  return mapping;
}

std::string Pattern(const IndexTemplateOptions& options) {
  if (options.data_stream) return options.index;
  return options.index + (options.use_namespace ? "-*-2*.*.*" : "-2*.*.*");
}

json Patterns(const IndexTemplateOptions& options) {
  json patterns = {Pattern(options)};
  // Events without a namespace.
  if (options.use_namespace && !options.data_stream) patterns.push_back(options.index + "-2*.*.*");
  return patterns;
}

}  // namespace

std::string IndexTemplatePath(const IndexTemplateOptions& options, const EsVersion& version) {
  const std::string folder = version.composable() ? "/_index_template/" : "/_template/";
  const std::string kind = options.data_stream ? "-stream" : options.use_namespace ? "-ns" : "";
  return folder + "kube-eventer-" + PercentEncode(options.index) + kind;
}

std::string IndexTemplateBody(const IndexTemplateOptions& options, const EsVersion& version) {
  json inner = {{"mappings", Mapping(version)}};
  if (!options.data_stream) inner["aliases"] = {{options.index + "-events", json::object()}};
  if (version.composable()) {
    json body = {{"index_patterns", Patterns(options)},
                 {"priority", options.use_namespace ? kPriorityByNamespace : kPriority},
                 {"template", std::move(inner)}};
    if (options.data_stream) body["data_stream"] = json::object();
    return body.dump();
  }
  if (version.wants_type()) inner["mappings"] = {{"events", Mapping(version)}};
  inner["order"] = 0;
  if (version.major < 6) {
    inner["template"] = options.index + "-*";  // of one pattern only
  } else {
    inner["index_patterns"] = Patterns(options);
  }
  return inner.dump();
}

}  // namespace eventer
