package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"kube-eventer/tests/e2e/harness"
)

// scenario is one daemon and all that is known of it, from before its start until after its end.
type scenario struct {
	t         *testing.T
	ctx       context.Context
	cluster   *cluster
	manifest  *manifest
	tokenFile string
	truth     *truth
	daemon    *daemon
	marks     *poster
	oldest    uint64 // what the daemon printed of before that is not looked at
	from      uint64 // the first version that the daemon must have printed
	gap       gap
}

// begin returns when a daemon of its own is connected and has printed its first event.
func begin(t *testing.T) *scenario {
	s := prepare(t)
	s.startDaemon()
	s.from = s.mark()
	s.waitPrinted(s.from)
	return s
}

// prepare does all that comes before the daemon's start.
func prepare(t *testing.T) *scenario {
	c, err := theCluster()
	harness.Must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s := &scenario{t: t, ctx: ctx, cluster: c, tokenFile: c.file(t.Name() + ".token")}
	s.restartIfDead()
	s.manifest, err = readManifest(os.Getenv("KUBE_EVENTER_MANIFEST"))
	harness.Must(t, err)
	harness.Must(t, s.manifest.apply(ctx, c.client))
	s.marks, err = newPoster(ctx, c.client, strings.ToLower(t.Name())+"-mark", "e2e-marks")
	harness.Must(t, err)
	s.truth, err = watchTruth(ctx, c)
	harness.Must(t, err)
	return s
}

func (s *scenario) startDaemon() {
	s.replaceToken()
	kubeconfig := s.cluster.file(s.t.Name() + ".kubeconfig")
	harness.Must(s.t, s.cluster.writeKubeconfig(kubeconfig, &clientcmdapi.AuthInfo{TokenFile: s.tokenFile}))
	s.startDaemonWith(os.Environ(), "--source=kubernetes:?inClusterConfig=false&auth="+kubeconfig, "--sink=log:")
}

func (s *scenario) startDaemonWith(environment []string, flags ...string) {
	var err error
	s.daemon, err = startDaemon("daemon-"+s.t.Name(), environment, flags...)
	harness.Must(s.t, err)
	s.t.Cleanup(s.daemon.Kill)
	harness.Must(s.t, s.daemon.WaitReady(30*time.Second))
}

// replaceToken renames a new file over the old one, as the kubelet does: no reader ever sees half of it.
func (s *scenario) replaceToken() {
	token, err := s.manifest.token(s.ctx, s.cluster.client)
	harness.Must(s.t, err)
	harness.Must(s.t, os.WriteFile(s.tokenFile+".new", []byte(token), 0o600))
	harness.Must(s.t, os.Rename(s.tokenFile+".new", s.tokenFile))
}

// restartIfDead helps a test whose forerunner failed with the API server down.
func (s *scenario) restartIfDead() {
	if !s.cluster.apiserver.Running() {
		harness.Must(s.t, s.cluster.startAPIServer())
	}
}

func (s *scenario) restartAPIServer(extra ...string) {
	s.cluster.killAPIServer()
	harness.Must(s.t, s.cluster.startAPIServer(extra...))
}

// mark posts one event more and returns its version: a place in the stream to wait for.
func (s *scenario) mark() uint64 {
	i := int(s.marks.created.Load())
	harness.Must(s.t, s.marks.create(s.ctx, i))
	number, err := s.marks.version(s.ctx, i)
	harness.Must(s.t, err)
	return number
}

// waitPrinted leaves time for the longest back-off and for a token or permission that is looked at again.
func (s *scenario) waitPrinted(number uint64) {
	harness.Must(s.t, s.daemon.waitPrinted(number, 2*time.Minute))
}

// newPoster has five namespaces to write to.
func (s *scenario) newPoster(name string) *poster {
	p, err := newPoster(s.ctx, s.cluster.client, strings.ToLower(s.t.Name())+"-"+name,
		"e2e-1", "e2e-2", "e2e-3", "e2e-4", "e2e-5")
	harness.Must(s.t, err)
	return p
}

func (s *scenario) post(name string, what plan) *poster {
	p := s.newPoster(name)
	harness.Must(s.t, p.run(s.ctx, what))
	return p
}

// finish stops the daemon in good order and compares all that it printed with the truth.
func (s *scenario) finish() {
	until := s.mark()
	s.waitPrinted(until)
	harness.Must(s.t, s.daemon.Stop(30*time.Second))
	<-s.daemon.read
	delivered, err := s.daemon.all()
	harness.Must(s.t, err)
	delivered = slices.DeleteFunc(delivered, func(v *version) bool { return v.number < s.oldest })
	harness.Must(s.t, s.truth.waitUntil(delivered[len(delivered)-1].number))
	truth := s.truth.all()
	faults := judge(truth, delivered, s.from, until, s.gap)
	for _, fault := range faults[:min(len(faults), 20)] {
		s.t.Error(fault)
	}
	s.t.Logf("%d versions printed, %d shown by the API server, deletions included; %d faults",
		len(delivered), len(truth), len(faults))
}

// waitAnswer returns once the API server answers to a token in the given way.
func (s *scenario) waitAnswer(token string, status int) {
	config := rest.AnonymousClientConfig(s.cluster.admin)
	config.BearerToken = token
	client, err := rest.HTTPClientFor(config)
	harness.Must(s.t, err)
	what := fmt.Sprintf("answer %d %s to the daemon's token", status, http.StatusText(status))
	harness.Must(s.t, harness.WaitFor(time.Minute, what, func() (bool, error) {
		answer, err := client.Get(s.cluster.url() + "/api/v1/events?limit=1")
		if err != nil {
			return false, err
		}
		return answer.StatusCode == status, answer.Body.Close()
	}))
}
