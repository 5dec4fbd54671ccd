package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"kube-eventer/tests/e2e/harness"
)

// daemon is the program under test, with a log sink: one event a line on its standard output.
type daemon struct {
	*harness.Daemon
	name string
	read chan struct{} // closed when its standard output has ended

	mu        sync.Mutex
	delivered []*version
	failure   error // a line that is no event
}

// startDaemon does not wait: see WaitReady.
func startDaemon(name string, environment []string, flags ...string) (*daemon, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	d := &daemon{name: name, read: make(chan struct{})}
	d.Daemon, err = harness.StartDaemonIn(environment, name, writer, flags...)
	writer.Close() // the child has its own: the pipe ends with the child
	if err != nil {
		reader.Close()
		return nil, err
	}
	go d.readLines(reader)
	return d, nil
}

// readLines keeps a copy of all lines beside the logs.
func (d *daemon) readLines(stdout io.ReadCloser) {
	defer close(d.read)
	defer stdout.Close()
	file, err := os.Create(filepath.Join(harness.LogDir(), d.name+".jsonl"))
	if err != nil {
		d.fail(err)
		return
	}
	defer file.Close()
	lines := bufio.NewReader(io.TeeReader(stdout, file))
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if len(line) > 0 {
				d.fail(fmt.Errorf("the last line was cut short: %.200q", line))
			}
			return
		}
		d.take(line)
	}
}

func (d *daemon) take(line []byte) {
	v, err := parseVersion(line)
	if err == nil && (v.object["kind"] != "Event" || v.object["apiVersion"] != "v1") {
		err = fmt.Errorf("kind or apiVersion missing in %.200q", line)
	}
	if err != nil {
		d.fail(err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delivered = append(d.delivered, v)
}

func (d *daemon) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failure = harness.Hopeless(errors.Join(d.failure, err))
}

// all is what was printed until now.
func (d *daemon) all() ([]*version, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delivered[:len(d.delivered):len(d.delivered)], d.failure
}

// waitPrinted returns once the daemon has printed this very version.
func (d *daemon) waitPrinted(number uint64, patience time.Duration) error {
	return harness.WaitFor(patience, fmt.Sprintf("version %d from the daemon", number), func() (bool, error) {
		delivered, err := d.all()
		if slices.ContainsFunc(delivered, func(v *version) bool { return v.number == number }) {
			return true, nil
		}
		if err == nil {
			err = d.Ended()
		}
		if err == nil && len(delivered) > 0 {
			err = fmt.Errorf("the last of %d is %v", len(delivered), delivered[len(delivered)-1])
		}
		return false, err
	})
}
