package elasticsearch

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"kube-eventer/tests/e2e/harness"
)

// password is the bootstrap password of the user elastic, where there is security.
const password = "correct horse battery"

// server is a real Elasticsearch or OpenSearch of one node, with a folder, a port and data of its own.
type server struct {
	t             *testing.T
	home, dir     string // what was unpacked; what is written
	program       string
	port          int
	transportPort int
	secured       bool
	process       *harness.Process
	client        *client
}

// startServer wants a folder's name below servers/. It returns when the server answers.
func startServer(t *testing.T, artifact string, secured bool) *server {
	place := os.Getenv("SERVERS_DIR")
	program, _, _ := strings.Cut(artifact, "-")
	s := &server{t: t, home: filepath.Join(place, "servers", artifact), program: program, secured: secured,
		dir: filepath.Join(place, "run", strings.ReplaceAll(t.Name(), "/", "-"))}
	var err error
	s.port, err = harness.FreePort()
	harness.Must(t, err)
	s.transportPort, err = harness.FreePort()
	harness.Must(t, err)
	s.client = &client{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", s.port)}
	s.configure()
	if secured {
		s.secure()
	}
	harness.Must(t, giveAway(s.dir))
	if secured {
		s.setPassword()
	}
	s.start()
	return s
}

func (s *server) file(name string) string { return filepath.Join(s.dir, name) }

// What the options of the JVM say of Java 8's collector and of logs in the server's own folder.
var unwanted = regexp.MustCompile(`(?m)^.*(ConcMarkSweep|CMS|PrintGC|gc\.log|GCLogFile).*$`)

// configure copies the configuration, since a server writes into its own.
func (s *server) configure() {
	for _, dir := range []string{"tmp", "data", "logs"} {
		harness.Must(s.t, os.MkdirAll(s.file(dir), 0o755))
	}
	harness.Must(s.t, os.CopyFS(s.file("config"), os.DirFS(filepath.Join(s.home, "config"))))
	options, err := os.ReadFile(s.file("config/jvm.options"))
	harness.Must(s.t, err)
	harness.Must(s.t, os.WriteFile(s.file("config/jvm.options"), unwanted.ReplaceAll(options, nil), 0o644))
}

// secure makes an authority of our own and a certificate for the server.
func (s *server) secure() {
	harness.Must(s.t, os.MkdirAll(s.file("config/certs"), 0o755))
	ca, err := harness.NewAuthority(s.file("config/certs"))
	harness.Must(s.t, err)
	harness.Must(s.t, ca.IssueServer("node"))
	s.client.secure(fmt.Sprintf("https://127.0.0.1:%d", s.port), ca.Pool())
}

func (s *server) caFile() string { return s.file("config/certs/ca.crt") }

func (s *server) setPassword() {
	for _, args := range [][]string{{"create"}, {"add", "-x", "-f", "bootstrap.password"}} {
		cmd := s.command("elasticsearch-keystore", args...)
		cmd.Stdin = strings.NewReader(password)
		if said, err := cmd.CombinedOutput(); err != nil {
			s.t.Fatalf("elasticsearch-keystore %v: %v: %s", args, err, said)
		}
	}
}

// command runs as nobody if we are root, as whom no server runs.
func (s *server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.home, "bin", program), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir}
	for name, value := range map[string]string{"JAVA_HOME": os.Getenv("JAVA_HOME"), "PATH_CONF": s.file("config"),
		"JAVA_OPTS": "-Xms512m -Xmx512m -XX:-AlwaysPreTouch -XX:TieredStopAtLevel=1", "TMPDIR": s.file("tmp")} {
		for _, prefix := range []string{"ES_", "OPENSEARCH_"} {
			cmd.Env = append(cmd.Env, prefix+name+"="+value)
		}
	}
	cmd.Env = append(cmd.Env, "JAVA_HOME="+os.Getenv("JAVA_HOME")) // 6 knows no other
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

const nobody = 65534

// giveAway makes the folder nobody's if we are root.
func giveAway(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
}

func (s *server) start() {
	settings := []string{
		"discovery.type=single-node",
		fmt.Sprintf("http.port=%d", s.port),
		fmt.Sprintf("%s=%d", s.transportSetting(), s.transportPort),
		"path.data=" + s.file("data"), "path.logs=" + s.file("logs"),
		"cluster.routing.allocation.disk.threshold_enabled=false", // a full disk of the machine is no test
	}
	if s.secured {
		settings = append(settings, "xpack.ml.enabled=false", "xpack.security.enabled=true",
			"xpack.security.http.ssl.enabled=true",
			"xpack.security.http.ssl.certificate=certs/node.crt", "xpack.security.http.ssl.key=certs/node.key")
	} else if strings.Contains(s.home, "elasticsearch-8") {
		settings = append(settings, "xpack.ml.enabled=false", "xpack.security.enabled=false")
	}
	var args []string
	for _, setting := range settings {
		args = append(args, "-E"+setting)
	}
	var err error
	s.process, err = harness.StartCommand(filepath.Base(s.dir), s.command(s.program, args...))
	harness.Must(s.t, err)
	s.t.Cleanup(s.process.Kill)
	s.waitAnswering()
}

func (s *server) transportSetting() string {
	if strings.Contains(s.home, "elasticsearch-6") {
		return "transport.tcp.port"
	}
	return "transport.port"
}

// waitAnswering returns once every shard of what is stored can be asked.
func (s *server) waitAnswering() {
	harness.Must(s.t, harness.WaitFor(5*time.Minute, "answer of "+s.program, func() (bool, error) {
		if err := s.process.Ended(); err != nil {
			return false, err
		}
		status, body, err := s.client.try("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d: %s", status, bytes.TrimSpace(body))
		}
		return err == nil, err
	}))
}

// kill sends SIGKILL; start brings the server back with its data and on its port.
func (s *server) kill() { s.process.Kill() }
