// Package elasticsearch runs the daemon's elasticsearch sink against real servers, and asks them what they have.
// `run.sh` gets what it needs and calls it.
package elasticsearch

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kube-eventer/tests/e2e/harness"
)

const each = 5000 // events of every sort

func TestServers(t *testing.T) {
	for _, artifact := range []string{"elasticsearch-6.8.23", "elasticsearch-7.17.28", "elasticsearch-8.17.0",
		"opensearch-2.19.1"} {
		t.Run(artifact, func(t *testing.T) {
			t.Parallel()
			s := begin(t, artifact, false)
			s.storesEachVersionOnce()
			s.addsNothingTheSecondTime()
			s.mapsFields()
			s.survivesKill()
		})
	}
}

// TestSecured has TLS under an authority of our own, and passwords.
func TestSecured(t *testing.T) {
	t.Parallel()
	s := begin(t, "elasticsearch-8.17.0", true)
	s.deliversWhenPasswordIsMended()
}

// scenario is one server, one API server, and what was posted to that.
type scenario struct {
	t          *testing.T
	began      time.Time
	server     *server
	client     *client
	kubernetes *kubernetes
	sent       map[string]event // by the id that the document is to have
}

func begin(t *testing.T, artifact string, secured bool) *scenario {
	s := &scenario{t: t, began: time.Now(), kubernetes: startKubernetes(t), sent: map[string]event{}}
	s.server = startServer(t, artifact, secured)
	s.client = s.server.client
	s.checked("%s answers", artifact)
	return s
}

// checked says what has just been shown.
func (s *scenario) checked(what string, args ...any) {
	s.t.Helper()
	s.t.Logf("%3.0f s: %s", time.Since(s.began).Seconds(), fmt.Sprintf(what, args...))
}

func (s *scenario) sink(index string) string {
	return fmt.Sprintf("elasticsearch:%s?index=%s&cluster_name=e2e", s.client.url, index)
}

// An event that is refused stands in the middle of a batch of others.
func (s *scenario) storesEachVersionOnce() {
	d := startDaemon(s.t, "first", s.kubernetes, s.sink("events"))
	s.kubernetes.mustPost(s.sent, recorded(s.t, 1, each))
	events := made(each)
	s.kubernetes.mustPost(s.sent, slices.Insert(events, each/2, refused()))
	d.finish(books{received: 2*each + 1, delivered: 2 * each, rejected: 1})
	s.compare("events-2*", s.sent)
	for day, count := range map[string]int{"23": each, "24": each / 2, "25": each / 2} {
		if got := s.client.count("events-2026.11."+day, ""); got != count {
			s.t.Errorf("the index of the %sth has %d documents, not %d", day, got, count)
		}
	}
	s.checked("%d recorded and %d made events are stored as they were sent, once; one is rejected alone", each, each)
}

// compare wants a document for each version that was sent, and no other.
func (s *scenario) compare(indices string, sent map[string]event) {
	s.t.Helper()
	s.client.refresh(indices)
	stored := s.client.documents(indices)
	if got := s.client.count(indices, ""); got != len(stored) {
		s.t.Errorf("_count says %d, a search shows %d", got, len(stored))
	}
	missing := maps.Clone(sent)
	maps.DeleteFunc(missing, func(id string, _ event) bool { return strings.HasPrefix(id, "refused-") })
	for _, document := range stored {
		e, wanted := missing[document.ID]
		if !wanted {
			s.t.Fatalf("document %s was not sent, or is there twice", document.ID)
		}
		delete(missing, document.ID)
		if !sameAs(document, e) {
			s.t.Fatalf("document %s is %.1000v and was sent as %.1000v", document.ID, document, e)
		}
	}
	for id, e := range missing {
		s.t.Fatalf("%d of %d are missing, as %s: %.1000v", len(missing), len(sent), id, e)
	}
}

func sameAs(d document, e event) bool {
	metadata := maps.Clone(e.metadata())
	delete(metadata, "managedFields")
	metadata["resourceVersion"] = d.ID[len(e.uid())+1:]
	return d.Source.Message == e["message"] && d.Source.Reason == e["reason"] &&
		reflect.DeepEqual(d.Source.Metadata, metadata)
}

// A new daemon knows nothing of the first. It is told to begin with what the API server still has: the last version
// of each event.
func (s *scenario) addsNothingTheSecondTime() {
	d := startDaemon(s.t, "second", s.kubernetes, s.sink("events"), "--since=876000h")
	names := map[string]bool{}
	for _, e := range s.sent {
		names[e.name()] = true
	}
	d.finish(books{received: len(names), delivered: len(names) - 1, rejected: 1})
	s.client.refresh("events-2*")
	if got := s.client.count("events-2*", ""); got != 2*each {
		s.t.Errorf("there are %d documents after the second run, not %d", got, 2*each)
	}
	s.checked("a second run sends %d of them again and adds none", len(names))
}

func (s *scenario) mapsFields() {
	if got := checkMappings(s.t, s.client, "events-2*"); got != 3 {
		s.t.Errorf("there are %d indices, not 3", got)
	}
	const day, made, half = "2026-11-24", each, each / 2
	for _, c := range []struct {
		what, query string
		want        int
	}{
		{"a keyword", `{"term":{"Reason.keyword":"Made"}}`, made},
		{"another", `{"term":{"InvolvedObject.name.keyword":"pod-7"}}`, made / 100},
		{"a tag", `{"term":{"EventTags.cluster_name.keyword":"e2e"}}`, 2 * each},
		{"a word", `{"match":{"Message":"QUOTED"}}`, made},
		{"a date", `{"range":{"@timestamp":{"gte":"` + day + `","lt":"` + day + `||+1d"}}}`, half},
		{"a date with microseconds", `{"range":{"EventTime":{"gte":"` + day + `"}}}`, made / 5},
		{"a number", `{"range":{"Series.count":{"gte":2}}}`, made / 5},
		{"a label, which is not indexed", `{"exists":{"field":"Metadata.labels.app"}}`, 0},
	} {
		if got := s.client.count("events-2*", c.query); got != c.want {
			s.t.Errorf("a query for %s finds %d, not %d", c.what, got, c.want)
		}
	}
	if got := s.client.count("events-events", ""); got != 2*each {
		s.t.Errorf("the alias events-events shows %d documents, not %d", got, 2*each)
	}
	s.checked("text with .keyword, dates, numbers and the alias; %d fields in spite of %d labels", len(wantedFields), each)
}

// The server dies while it has some of the events and the daemon is sending more.
func (s *scenario) survivesKill() {
	d := startDaemon(s.t, "killed", s.kubernetes, s.sink("killed"))
	type result struct {
		sent map[string]event
		err  error
	}
	posted := make(chan result, 1)
	events := recorded(s.t, 1000, each)
	go func() {
		sent, err := s.kubernetes.post(events)
		posted <- result{sent, err}
	}()
	before := d.waitBooks("delivery", func(b books) bool { return b.delivered > 0 })
	s.server.kill()
	if before.delivered >= each {
		s.t.Errorf("everything was delivered before the server was killed")
	}
	all := <-posted
	harness.Must(s.t, all.err)
	s.server.start()
	d.finish(books{received: each, delivered: each})
	s.compare("killed-2*", all.sent)
	s.checked("killed with %d of %d delivered and started again: everything is there, once", before.delivered, each)
}

func (s *scenario) deliversWhenPasswordIsMended() {
	file := filepath.Join(s.server.dir, "password")
	writeSecret(s.t, file, "wrong horse battery")
	d := startDaemon(s.t, "secured", s.kubernetes, s.sink("secured")+"&ca_file="+s.server.caFile()+
		"&esUserName=elastic&esUserSecret_file="+file)
	s.kubernetes.mustPost(s.sent, recorded(s.t, 1, each))
	d.waitBooks("refusal", func(b books) bool {
		failures, err := d.Metric("eventer_sink_failures_total")
		return err == nil && failures >= 2 && b.received == each
	})
	if got, err := d.books(); err != nil || got.delivered > 0 || got.pending != each {
		s.t.Errorf("with the wrong password the books say %+v (%v)", got, err)
	}
	s.checked("a wrong password is refused, and the events wait")
	writeSecret(s.t, file, password+"\n")
	d.finish(books{received: each, delivered: each})
	s.compare("secured-2*", s.sent)
	log, err := os.ReadFile(filepath.Join(harness.LogDir(), daemonName(s.t, "secured")+".log"))
	harness.Must(s.t, err)
	if !bytes.Contains(log, []byte("401")) || bytes.Contains(log, []byte("horse")) {
		s.t.Errorf("the log says nothing of a 401, or a password")
	}
	s.checked("TLS, basic authentication, and a password that is mended meanwhile: everything is there, once")
}

// writeSecret renames a new file over the old one, as the kubelet does.
func writeSecret(t *testing.T, path, secret string) {
	harness.Must(t, os.WriteFile(path+".new", []byte(secret), 0o600))
	harness.Must(t, os.Rename(path+".new", path))
}
