package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"kube-eventer/tests/e2e/harness"
)

// truth is a watch of the test's own, with the admin's rights: what the daemon is compared with.
type truth struct {
	url    string
	client *http.Client

	mu       sync.Mutex
	versions []*version // in the order of their numbers
	position string
	failure  error // it can no longer be trusted
}

// watchTruth shows everything from now until ctx ends.
func watchTruth(ctx context.Context, c *cluster) (*truth, error) {
	config := rest.CopyConfig(c.admin)
	config.Timeout = 0 // a watch has no end
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	now, err := c.client.CoreV1().Events("").List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		return nil, err
	}
	t := &truth{url: c.url(), client: client, position: now.ResourceVersion}
	go t.run(ctx)
	return t, nil
}

// run goes on from the last version after every end: the API server is killed on purpose.
func (t *truth) run(ctx context.Context) {
	for ctx.Err() == nil && t.err() == nil {
		t.watchOnce(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (t *truth) watchOnce(ctx context.Context) {
	body, err := openWatch(ctx, t.client, t.url, t.position)
	if err != nil {
		return
	}
	defer body.Body.Close()
	frames := json.NewDecoder(body.Body)
	for {
		var f frame
		if err := frames.Decode(&f); err != nil {
			return // also a frame cut short: it comes again
		}
		if err := t.take(&f); err != nil {
			t.fail(err)
			return
		}
	}
}

// frame is one document of a watch's answer.
type frame struct {
	Type   string
	Object json.RawMessage
}

func openWatch(ctx context.Context, client *http.Client, url, position string) (*http.Response, error) {
	url += "/api/v1/events?watch=true&resourceVersion=" + position
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("watch from version %s: %s", position, answer.Status)
	}
	return answer, nil
}

func (t *truth) take(f *frame) error {
	if f.Type != "ADDED" && f.Type != "MODIFIED" && f.Type != "DELETED" {
		return fmt.Errorf("the test's own watch broke: %s %s", f.Type, f.Object)
	}
	v, err := parseVersion(f.Object)
	if err != nil {
		return err
	}
	dropManagedFields(v)
	v.deleted = f.Type == "DELETED"
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.versions); n > 0 && t.versions[n-1].number >= v.number {
		return fmt.Errorf("the test's own watch went backwards: %v after %v", v, t.versions[n-1])
	}
	t.versions = append(t.versions, v)
	t.position = strconv.FormatUint(v.number, 10)
	return nil
}

func (t *truth) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failure = harness.Hopeless(err)
}

func (t *truth) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failure
}

// all is what was seen until now; what is in it does not change any more.
func (t *truth) all() []*version {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.versions[:len(t.versions):len(t.versions)]
}

// waitUntil returns once everything up to a version has been seen.
func (t *truth) waitUntil(number uint64) error {
	return harness.WaitFor(time.Minute, fmt.Sprintf("version %d in the test's own watch", number), func() (bool, error) {
		all := t.all()
		return len(all) > 0 && all[len(all)-1].number >= number, t.err()
	})
}

func find(versions []*version, number uint64) *version {
	i := sort.Search(len(versions), func(i int) bool { return versions[i].number >= number })
	if i < len(versions) && versions[i].number == number {
		return versions[i]
	}
	return nil
}
