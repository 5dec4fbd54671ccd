package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// daemon is the program under test, with the log sink: one event a line on its standard output.
type daemon struct {
	*process
	health string        // base URL of its health port
	read   chan struct{} // closed when its standard output has ended

	mu        sync.Mutex
	delivered []*version
	failure   error // a line that is no event
}

// startDaemon does not wait: see waitReady.
func startDaemon(name, program, kubeconfig string) (*daemon, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	d := &daemon{health: fmt.Sprintf("http://127.0.0.1:%d", port), read: make(chan struct{})}
	d.process, err = startProcess(name, writer, program,
		"--source=kubernetes:?inClusterConfig=false&auth="+kubeconfig,
		"--sink=log:",
		"--frequency=5s",
		"--healthz-ip=127.0.0.1", fmt.Sprintf("--healthz-port=%d", port))
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
	file, err := os.Create(filepath.Join(logDir(), d.name+".jsonl"))
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
	d.failure = hopeless{errors.Join(d.failure, err)}
}

// all is what was printed until now.
func (d *daemon) all() ([]*version, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delivered[:len(d.delivered):len(d.delivered)], d.failure
}

// waitPrinted returns once the daemon has printed this very version.
func (d *daemon) waitPrinted(number uint64, patience time.Duration) error {
	return waitFor(patience, fmt.Sprintf("version %d from the daemon", number), func() (bool, error) {
		delivered, err := d.all()
		if slices.ContainsFunc(delivered, func(v *version) bool { return v.number == number }) {
			return true, nil
		}
		if err == nil {
			err = d.ended()
		}
		if err == nil && len(delivered) > 0 {
			err = fmt.Errorf("the last of %d is %v", len(delivered), delivered[len(delivered)-1])
		}
		return false, err
	})
}

func (d *daemon) waitReady(patience time.Duration) error {
	return waitFor(patience, "ready daemon", func() (bool, error) {
		if err := d.ended(); err != nil {
			return false, err
		}
		status, body, err := d.get("/readyz")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d: %s", status, body)
		}
		return err == nil, err
	})
}

// ended is an error if the daemon is no longer there.
func (d *daemon) ended() error {
	if d.running() {
		return nil
	}
	return hopeless{fmt.Errorf("it ended (see %s.log): %v", d.name, d.cmd.ProcessState)}
}

// waitNotReady wants a 500, and a reason that names the API server's answer.
func (d *daemon) waitNotReady(patience time.Duration, reason *regexp.Regexp) error {
	return waitFor(patience, fmt.Sprintf("/readyz that is 500 and says %v", reason), func() (bool, error) {
		status, body, err := d.get("/readyz")
		if err != nil {
			return false, err
		}
		said := status == http.StatusInternalServerError && reason.MatchString(body)
		return said, fmt.Errorf("the last answer was %d: %s", status, body)
	})
}

// metric sums a metric's series. One that is not there yet counts as 0.
func (d *daemon) metric(name string) (sum float64, err error) {
	_, body, err := d.get("/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(body) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if series != name && !strings.HasPrefix(series, name+"{") {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("%q: %w", line, err)
		}
		sum += number
	}
	return sum, nil
}

func (d *daemon) get(path string) (status int, body string, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Get(d.health + path)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}
