package harness

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Process is a child with a process group of its own and its log in a file.
type Process struct {
	name   string
	cmd    *exec.Cmd
	log    *os.File
	exited chan struct{} // closed once err is set
	err    error
}

// LogDir is where the processes' logs are: E2E_DIR is where run.sh keeps what it builds and what they write.
func LogDir() string { return filepath.Join(os.Getenv("E2E_DIR"), "logs") }

// StartProcess appends stderr, and stdout where none is given, to <logs>/<name>.log.
func StartProcess(name string, stdout io.Writer, program string, args ...string) (*Process, error) {
	cmd := exec.Command(program, args...)
	cmd.Stdout = stdout
	return StartCommand(name, cmd)
}

// StartCommand is StartProcess with the environment, folder and user that cmd has.
func StartCommand(name string, cmd *exec.Cmd) (*Process, error) {
	log, err := os.OpenFile(filepath.Join(LogDir(), name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	if err := startFromLastingThread(cmd); err != nil {
		log.Close()
		return nil, err
	}
	p := &Process{name: name, cmd: cmd, log: log, exited: make(chan struct{})}
	go p.reap()
	return p, nil
}

func (p *Process) reap() {
	p.err = p.cmd.Wait()
	p.log.Close()
	close(p.exited)
}

func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Ended is an error if the process is no longer there.
func (p *Process) Ended() error {
	if p.Running() {
		return nil
	}
	return Hopeless(fmt.Errorf("it ended (see %s.log): %v", p.name, p.cmd.ProcessState))
}

// Signal reaches the whole process group.
func (p *Process) Signal(s syscall.Signal) {
	if p.Running() {
		_ = syscall.Kill(-p.cmd.Process.Pid, s) // fails only if it has just ended
	}
}

func (p *Process) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.exited
}

// Stop asks with SIGTERM and wants exit status 0. A process that does not end in time is killed.
func (p *Process) Stop(patience time.Duration) error {
	p.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		if p.err != nil {
			return fmt.Errorf("%s after SIGTERM: %w", p.name, p.err)
		}
		return nil
	case <-time.After(patience):
		p.Kill()
		return fmt.Errorf("%s was still running %v after SIGTERM", p.name, patience)
	}
}

type startRequest struct {
	cmd    *exec.Cmd
	result chan error
}

// Pdeathsig, which leaves no child behind whatever ends this program, is sent when the *thread* that
// made the child ends. So all children are made by one thread that lasts as long as the program.
var startRequests = sync.OnceValue(func() chan<- startRequest {
	requests := make(chan startRequest)
	go func() {
		runtime.LockOSThread()
		for r := range requests {
			r.result <- r.cmd.Start()
		}
	}()
	return requests
})

func startFromLastingThread(cmd *exec.Cmd) error {
	result := make(chan error)
	startRequests() <- startRequest{cmd, result}
	return <-result
}

// FreePort stays below the ports that Linux gives to outgoing connections (32768 and up): a client that
// tries a dead server's port again and again would at last be given that very port, and connect to itself.
func FreePort() (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(10000)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, errors.New("no free port between 20000 and 30000")
}

// Hopeless makes an error one that no waiting will mend.
func Hopeless(err error) error { return hopeless{err} }

type hopeless struct{ error }

// WaitFor polls until done. If that does not come, it tells what it was waiting for and the last error.
func WaitFor(patience time.Duration, what string, done func() (bool, error)) error {
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var ok bool
		if ok, err = done(); ok {
			return nil
		}
		if errors.As(err, &hopeless{}) {
			return fmt.Errorf("no %s: %w", what, err)
		}
	}
	if err == nil {
		return fmt.Errorf("no %s within %v", what, patience)
	}
	return fmt.Errorf("no %s within %v: %w", what, patience, err)
}
