package harness

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Daemon is the program under test, KUBE_EVENTER_BIN, and its health port.
type Daemon struct {
	*Process
	health string // base URL
}

// StartDaemon does not wait: see WaitReady. Without stdout, it is the log.
func StartDaemon(name string, stdout io.Writer, args ...string) (*Daemon, error) {
	return StartDaemonIn(os.Environ(), name, stdout, args...)
}

// StartDaemonIn is StartDaemon with another environment than the test's own.
func StartDaemonIn(environment []string, name string, stdout io.Writer, args ...string) (*Daemon, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	d := &Daemon{health: fmt.Sprintf("http://127.0.0.1:%d", port)}
	args = append(args, "--frequency=5s", "--healthz-ip=127.0.0.1", fmt.Sprintf("--healthz-port=%d", port))
	cmd := exec.Command(os.Getenv("KUBE_EVENTER_BIN"), args...)
	cmd.Env, cmd.Stdout = environment, stdout
	d.Process, err = StartCommand(name, cmd)
	return d, err
}

func (d *Daemon) WaitReady(patience time.Duration) error {
	return WaitFor(patience, "ready daemon", func() (bool, error) {
		if err := d.Ended(); err != nil {
			return false, err
		}
		status, body, err := d.get("/readyz")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d: %s", status, body)
		}
		return err == nil, err
	})
}

// WaitNotReady wants a 500, and a reason that names the API server's answer.
func (d *Daemon) WaitNotReady(patience time.Duration, reason *regexp.Regexp) error {
	return WaitFor(patience, fmt.Sprintf("/readyz that is 500 and says %v", reason), func() (bool, error) {
		status, body, err := d.get("/readyz")
		if err != nil {
			return false, err
		}
		said := status == http.StatusInternalServerError && reason.MatchString(body)
		return said, fmt.Errorf("the last answer was %d: %s", status, body)
	})
}

// Metric sums a metric's series. One that is not there yet counts as 0.
func (d *Daemon) Metric(name string) (sum float64, err error) {
	sums, err := d.Metrics(name)
	return sums[name], err
}

// Metrics are several, all of one moment.
func (d *Daemon) Metrics(names ...string) (sums map[string]float64, err error) {
	_, body, err := d.get("/metrics")
	if err != nil {
		return nil, err
	}
	sums = map[string]float64{}
	for line := range strings.Lines(body) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, _, _ := strings.Cut(series, "{")
		if !slices.Contains(names, name) {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		sums[name] += number
	}
	return sums, nil
}

func (d *Daemon) get(path string) (status int, body string, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Get(d.health + path)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}
