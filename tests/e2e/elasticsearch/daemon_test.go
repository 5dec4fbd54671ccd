package elasticsearch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kube-eventer/tests/e2e/harness"
)

// daemon is the program under test, with an elasticsearch sink.
type daemon struct {
	*harness.Daemon
	t *testing.T
}

// startDaemon returns when it watches.
func startDaemon(t *testing.T, name string, k *kubernetes, sink string, more ...string) *daemon {
	args := append([]string{"--source=kubernetes:" + k.url + "?inClusterConfig=false", "--sink=" + sink}, more...)
	d, err := harness.StartDaemon(daemonName(t, name), nil, args...)
	harness.Must(t, err)
	t.Cleanup(d.Kill)
	harness.Must(t, d.WaitReady(60*time.Second))
	return &daemon{d, t}
}

func daemonName(t *testing.T, name string) string {
	return strings.ReplaceAll(t.Name(), "/", "-") + "-daemon-" + name
}

// books are what the daemon says became of the events.
type books struct{ received, filtered, delivered, rejected, dropped, pending int }

func (b books) balanced() bool {
	return b.received == b.filtered+b.delivered+b.rejected+b.dropped+b.pending
}

// books are read one after the other: those of a moment at which the log changes need not balance, and are an error.
func (d *daemon) books() (b books, err error) {
	entries := map[string]*int{"received": &b.received, "filtered": &b.filtered, "delivered": &b.delivered,
		"rejected": &b.rejected, "dropped": &b.dropped}
	const pending = "eventer_sink_events_pending"
	names := []string{pending}
	for entry := range entries {
		names = append(names, metricOf(entry))
	}
	sums, err := d.Metrics(names...)
	for entry, into := range entries {
		*into = int(sums[metricOf(entry)])
	}
	b.pending = int(sums[pending])
	if err == nil && !b.balanced() {
		err = fmt.Errorf("the books do not balance: %+v", b)
	}
	return b, err
}

func metricOf(entry string) string { return "eventer_sink_events_" + entry + "_total" }

// waitBooks polls until they are so, and balance.
func (d *daemon) waitBooks(what string, so func(b books) bool) (b books) {
	d.t.Helper()
	harness.Must(d.t, harness.WaitFor(4*time.Minute, what, func() (done bool, err error) {
		if b, err = d.books(); err != nil {
			return false, err
		}
		return so(b), fmt.Errorf("the books say %+v", b)
	}))
	return b
}

// finish waits until everything is settled, wants these very books, and ends the daemon in good order.
func (d *daemon) finish(want books) {
	d.t.Helper()
	got := d.waitBooks("end", func(b books) bool { return b.received >= want.received && b.pending == 0 })
	if got != want {
		d.t.Errorf("the books say %+v, not %+v", got, want)
	}
	harness.Must(d.t, d.Stop(30*time.Second))
}
