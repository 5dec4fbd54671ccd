// How the cluster is to store what it gets.
#pragma once

#include <string>

namespace eventer {

// What a cluster is, as far as it matters here. OpenSearch of any version counts as 8.
struct EsVersion {
  int major = 7;
  int minor = 17;
  bool opensearch = false;

  bool wants_type() const { return major < 7; }
  bool data_streams() const { return opensearch || major > 7 || (major == 7 && minor >= 9); }
  // Composable templates: /_index_template.
  bool composable() const { return opensearch || major > 7 || (major == 7 && minor >= 8); }
};

struct IndexTemplateOptions {
  std::string index;           // base name, or the data stream's
  bool use_namespace = false;  // not of a data stream
  bool data_stream = false;
};

// The path to ask for it and to put it: "/_index_template/kube-eventer-heapster", with "-ns" or
// "-stream" behind it, so that another kind of index by the same name has a template of its own.
std::string IndexTemplatePath(const IndexTemplateOptions& options, const EsVersion& version);

// Strings are text with a keyword beside them (.keyword; .raw before 6), as dashboards know them;
// labels, annotations and whatever else has names of its own are not indexed by name.
std::string IndexTemplateBody(const IndexTemplateOptions& options, const EsVersion& version);

}  // namespace eventer
