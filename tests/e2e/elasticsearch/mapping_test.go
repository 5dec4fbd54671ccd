package elasticsearch

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// wantedFields are all that a mapping may have, whatever labels and unknown members the events have.
var wantedFields = func() map[string]string {
	fields := map[string]string{"Count": "long", "Series.count": "long", "Metadata.labels": "object, not indexed",
		"Metadata.annotations": "object, not indexed", "Metadata.ownerReferences": "object, not indexed"}
	reference := "kind namespace name uid apiVersion resourceVersion fieldPath"
	for prefix, names := range map[string]string{
		"":                "Message Reason Type Action ReportingComponent ReportingInstance",
		"Metadata.":       "name generateName namespace selfLink uid resourceVersion",
		"InvolvedObject.": reference,
		"Related.":        reference,
		"Source.":         "component host",
		"EventTags.":      "cluster_name eventID hostname pod_id pod_name",
	} {
		for _, name := range strings.Fields(names) {
			fields[prefix+name] = "text, .keyword: keyword"
		}
	}
	for _, name := range []string{"@timestamp", "EventTime", "FirstOccurrenceTimestamp", "LastOccurrenceTimestamp",
		"Metadata.creationTimestamp", "Series.lastObservedTime"} {
		fields[name] = "date"
	}
	return fields
}()

type field struct {
	Type       string
	Enabled    *bool
	Fields     map[string]field
	Properties map[string]field
}

// checkMappings compares each index' mapping with what is wanted, and returns their number.
func checkMappings(t *testing.T, c *client, indices string) int {
	var answer map[string]struct{ Mappings map[string]json.RawMessage }
	c.ask("GET", "/"+indices+"/_mapping", "", &answer)
	for index, each := range answer {
		mapping := each.Mappings
		if inner, typed := mapping["events"]; typed { // before 7
			mapping = nil
			if err := json.Unmarshal(inner, &mapping); err != nil {
				t.Fatal(err)
			}
		}
		var properties map[string]field
		if err := json.Unmarshal(mapping["properties"], &properties); err != nil {
			t.Fatalf("mapping of %s: %v", index, err)
		}
		found := map[string]string{}
		flatten("", properties, found)
		if !reflect.DeepEqual(found, wantedFields) {
			t.Errorf("fields of %s: %s", index, firstDifference(found, wantedFields))
		}
	}
	return len(answer)
}

func flatten(prefix string, properties map[string]field, into map[string]string) {
	for name, f := range properties {
		switch {
		case f.Enabled != nil && !*f.Enabled:
			into[prefix+name] = "object, not indexed"
		case f.Properties != nil:
			flatten(prefix+name+".", f.Properties, into)
		default:
			text := f.Type
			for _, beside := range slices.Sorted(maps.Keys(f.Fields)) {
				text += fmt.Sprintf(", .%s: %s", beside, f.Fields[beside].Type)
			}
			into[prefix+name] = text
		}
	}
}

func firstDifference(found, wanted map[string]string) string {
	all := maps.Clone(found)
	maps.Copy(all, wanted)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if found[name] != wanted[name] {
			return fmt.Sprintf("%s is %q, not %q", name, found[name], wanted[name])
		}
	}
	return ""
}
