package elasticsearch

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"kube-eventer/tests/e2e/harness"
)

// event is a core/v1 Event as its JSON says.
type event map[string]any

func (e event) metadata() map[string]any { return e["metadata"].(map[string]any) }
func (e event) uid() string              { return e.metadata()["uid"].(string) }
func (e event) name() string {
	return fmt.Sprint(e.metadata()["namespace"], "/", e.metadata()["name"])
}

// recorded are events of a real cluster, updates among them, told again and again under new names and uids
// until there are `count`; `round` begins a series that no other has.
func recorded(t *testing.T, round, count int) (events []event) {
	file, err := os.Open("../../recordings/core-v1.watch.jsonl")
	harness.Must(t, err)
	defer file.Close()
	var lines []string
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	harness.Must(t, scanner.Err())
	for i := range count {
		events = append(events, renamed(t, lines[i%len(lines)], round+i/len(lines)))
	}
	return events
}

func renamed(t *testing.T, line string, round int) event {
	var frame struct{ Object event }
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	harness.Must(t, decoder.Decode(&frame))
	metadata := frame.Object.metadata()
	metadata["name"] = fmt.Sprintf("%s-%d", metadata["name"], round)
	metadata["uid"] = fmt.Sprintf("%08x%s", round, metadata["uid"].(string)[8:])
	return frame.Object
}

// made are events as no recording has them: labels and annotations of their own each, some of them with dots where
// others have none; texts longer than a keyword may be, and with every kind of character; without lastTimestamp, with a
// series, with fields that nobody knows. They are of 24 and 25 November.
func made(count int) (events []event) {
	for i := range count {
		at := fmt.Sprintf("2026-11-%dT%02d:%02d:59", 24+i%2, i/60%24, i%60)
		e := event{
			"metadata": map[string]any{
				"name": fmt.Sprintf("made.%d", i), "namespace": fmt.Sprintf("made-%d", i%7),
				"uid":               fmt.Sprintf("5eed0000-0000-4000-8000-%012x", i),
				"creationTimestamp": at + "Z",
				"labels":            map[string]any{fmt.Sprintf("label-%d", i): "on", "app": "a", fmt.Sprintf("app.io/%d", i): "b"},
				"annotations":       map[string]any{"app": "a", fmt.Sprintf("app.kubernetes.io/note-%d", i): `{"a":1}`},
			},
			"involvedObject": map[string]any{"kind": "Pod", "namespace": "made", "name": fmt.Sprintf("pod-%d", i%100),
				"uid": "p", "apiVersion": "v1", "resourceVersion": "7", "fieldPath": "spec.containers{web}"},
			"reason": "Made", "message": message(i), "type": []string{"Normal", "Warning"}[i%2],
			"source":         map[string]any{"component": "e2e", "host": fmt.Sprintf("node-%d", i%10)},
			"firstTimestamp": at + "Z", "lastTimestamp": at + "Z",
			"count":               i + 1,
			"eventTime":           nil,
			"reportingComponent":  "e2e",
			"reportingInstance":   "",
			fmt.Sprint("odd-", i): i, // of a later Kubernetes
		}
		if i%5 == 0 { // as the new recorder writes it
			e["firstTimestamp"], e["lastTimestamp"], e["eventTime"] = nil, nil, at+".123456Z"
			e["series"] = map[string]any{"count": i + 2, "lastObservedTime": at + ".654321Z"}
			e["action"] = "Making"
			e["related"] = map[string]any{"kind": "Node", "name": "node-1"}
			delete(e, "count")
		}
		events = append(events, e)
	}
	return events
}

func message(i int) string {
	text := fmt.Sprintf("number %d: \"quoted\", <b>&amp;</b>, C:\\dir,\n\tünï¢ødé ☸ 😀 \u2028 %%s", i)
	if i%500 == 0 {
		text += strings.Repeat(" and so on", 4000) // 40 KB: no term of Lucene's
	}
	return text
}

// refused is an event that no mapping of the sink's can take.
func refused() event {
	e := made(1)[0]
	e.metadata()["name"], e.metadata()["uid"] = "refused", "refused"
	e["series"] = map[string]any{"count": 1, "lastObservedTime": "a while ago"}
	e["lastTimestamp"] = "2026-11-24T00:00:00Z"
	return e
}
