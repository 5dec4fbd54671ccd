package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// version is one state of one event: as the API server showed it, or as the daemon printed it.
type version struct {
	number  uint64 // its resourceVersion: for one resource type they rise
	uid     string
	name    string // namespace/name
	reason  string
	kind    string         // of the object that the event is about
	deleted bool           // the event's end, which nobody wants to be told
	object  map[string]any // all of it, without managedFields
}

func (v *version) String() string {
	return fmt.Sprintf("version %d of event %s (%s)", v.number, v.name, v.reason)
}

// parseVersion keeps numbers as they are written and takes the managedFields out, which the daemon never prints.
func parseVersion(text []byte) (*version, error) {
	var fields struct {
		Metadata       struct{ UID, Name, Namespace, ResourceVersion string }
		InvolvedObject struct{ Kind string }
		Reason         string
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%w in %.200q", err, text)
	}
	number, err := strconv.ParseUint(fields.Metadata.ResourceVersion, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("no resourceVersion in %.200q", text)
	}
	object, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	return &version{
		number: number,
		uid:    fields.Metadata.UID,
		name:   fields.Metadata.Namespace + "/" + fields.Metadata.Name,
		reason: fields.Reason,
		kind:   fields.InvolvedObject.Kind,
		object: object,
	}, nil
}

func parseObject(text []byte) (object map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&object)
	return object, err
}

// dropManagedFields makes an event of the API server equal to what the daemon ought to print of it.
func dropManagedFields(v *version) {
	if metadata, ok := v.object["metadata"].(map[string]any); ok {
		delete(metadata, "managedFields")
	}
}
