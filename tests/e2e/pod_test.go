package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kube-eventer/tests/e2e/harness"
)

// The daemon runs with the command line and the environment of the Deployment, and has what the kubelet gives a
// pod. Its data directory and its port are the test's, and a proxy takes the place of the cluster's DNS.
func TestDeployment(t *testing.T) {
	s := prepare(t)
	s.mountServiceAccount()
	s.oldest = s.mark()
	s.from, s.gap.after = s.oldest, s.oldest // printed because of --since
	s.startDaemonWith(s.podEnvironment(), s.manifest.flags(s.cluster.file(t.Name()+".data"))...)
	s.gap.until = s.mark()
	s.post("pod", plan{count: 200, updateEach: 10, deleteEach: 40})
	s.finish()
}

// flags are the container's, with a folder of the test in the place of the volume.
func (m *manifest) flags(volume string) (flags []string) {
	container := m.deployment.Spec.Template.Spec.Containers[0]
	for _, flag := range append(container.Command[1:], container.Args...) {
		for _, mount := range container.VolumeMounts {
			flag = strings.Replace(flag, "="+mount.MountPath, "="+volume, 1)
		}
		flags = append(flags, flag)
	}
	return flags
}

// podEnvironment is the container's, the kubelet's, and the way to the API server.
func (s *scenario) podEnvironment() (environment []string) {
	for _, variable := range s.manifest.deployment.Spec.Template.Spec.Containers[0].Env {
		environment = append(environment, variable.Name+"="+variable.Value)
	}
	return append(environment, "KUBERNETES_SERVICE_HOST=10.0.0.1", "KUBERNETES_SERVICE_PORT=443",
		"HTTPS_PROXY="+startTunnel(s.t, "kubernetes.default:443", fmt.Sprintf("127.0.0.1:%d", s.cluster.port)))
}

// startTunnel is a proxy that leads from one address, and no other, to another.
func startTunnel(t *testing.T, from, to string) (url string) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != from {
			http.Error(w, "only to "+from, http.StatusForbidden)
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer server.Close()
		client, received, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			defer server.Close()
			io.Copy(server, received)
		}()
		io.Copy(client, server)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// mountServiceAccount fills the folder that the kubelet mounts. Where it is cannot be chosen: without the right to
// write there, or with something there already, the test is skipped.
func (s *scenario) mountServiceAccount() {
	const folder = "/var/run/secrets/kubernetes.io/serviceaccount"
	if exists(folder) {
		s.t.Skipf("%s is there already: it is not ours", folder)
	}
	made := folder // the topmost folder that is not there
	for !exists(filepath.Dir(made)) {
		made = filepath.Dir(made)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		s.t.Skipf("only root can have a pod's %s: %v", folder, err)
	}
	s.t.Cleanup(func() { os.RemoveAll(made) })
	ca, err := os.ReadFile(s.cluster.file("ca.crt"))
	harness.Must(s.t, err)
	harness.Must(s.t, os.WriteFile(filepath.Join(folder, "ca.crt"), ca, 0o600))
	s.tokenFile = filepath.Join(folder, "token")
	s.replaceToken()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
