// Package e2e runs the daemon against a real Kubernetes control plane, and compares each line that it prints
// with what the API server showed to a watch of the test's own. `run.sh` builds what it needs and calls it.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"kube-eventer/tests/e2e/harness"
)

// theCluster serves all tests: to start it takes longer than most of them.
var theCluster = sync.OnceValues(func() (*cluster, error) {
	dir := os.Getenv("E2E_DIR")
	var err error
	started, err = startCluster(filepath.Join(dir, "run"), filepath.Join(dir, "controlplane"))
	return started, err
})

var started *cluster

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.stop()
	}
	os.Exit(code)
}

func TestEventsOfControllers(t *testing.T) {
	s := begin(t)
	p, err := newPoster(s.ctx, s.cluster.client, "unused", "e2e-controllers")
	harness.Must(t, err)
	namespace := p.namespaces[0]
	_, err = s.cluster.client.AppsV1().Deployments(namespace).Create(s.ctx, deploymentOfThree(), metav1.CreateOptions{})
	harness.Must(t, err)
	for _, want := range []struct {
		reason string
		count  int
	}{{"ScalingReplicaSet", 1}, {"SuccessfulCreate", 3}, {"FailedScheduling", 3}} {
		what := fmt.Sprintf("%d events %s", want.count, want.reason)
		harness.Must(t, harness.WaitFor(time.Minute, what, func() (bool, error) {
			return countEvents(s.truth.all(), namespace, want.reason) >= want.count, s.truth.err()
		}))
	}
	s.finish()
}

// deploymentOfThree needs no image: without nodes its pods stay pending.
func deploymentOfThree() *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To[int32](3),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web"}}},
			},
		},
	}
}

// countEvents counts events, not their versions.
func countEvents(versions []*version, namespace, reason string) int {
	uids := map[string]bool{}
	for _, v := range versions {
		if strings.HasPrefix(v.name, namespace+"/") && v.reason == reason {
			uids[v.uid] = true
		}
	}
	return len(uids)
}

var thousands = plan{count: 2000, updateEach: 10, deleteEach: 40}

func TestPostedEvents(t *testing.T) {
	s := begin(t)
	p := s.post("calm", thousands)
	s.finish()
	requirePosted(t, s, p)
}

func TestKilledAPIServer(t *testing.T) {
	s := begin(t)
	p := s.newPoster("killed")
	posted := make(chan error, 1)
	go func() { posted <- p.run(s.ctx, thousands) }()
	for _, count := range []int64{500, 1200} {
		what := fmt.Sprintf("%d events created", count)
		harness.Must(t, harness.WaitFor(time.Minute, what, func() (bool, error) { return p.created.Load() >= count, nil }))
		s.restartAPIServer()
	}
	harness.Must(t, <-posted)
	s.finish()
	requirePosted(t, s, p)
}

// requirePosted guards against a truth that itself has holes: it has to show 2,000 events, 200 of them
// updated, and 50 deleted.
func requirePosted(t *testing.T, s *scenario, p *poster) {
	uids := map[string]bool{}
	versions, deletions := 0, 0
	for _, v := range s.truth.all() {
		switch {
		case !strings.Contains(v.name, "/"+p.prefix+"."):
		case v.deleted:
			deletions++
		default:
			uids[v.uid] = true
			versions++
		}
	}
	if len(uids) != 2000 || versions != 2200 || deletions != 50 {
		t.Errorf("the API server showed %d posted events in %d versions, and %d deletions", len(uids), versions, deletions)
	}
}

// The daemon is stopped, so that it knows nothing of what happens, and its connection is cut by the API
// server's death. Meanwhile etcd forgets the version from which it will want to go on.
func TestCompaction(t *testing.T) {
	s := begin(t)
	t.Cleanup(func() { s.restartAPIServer() }) // without the short interval
	s.gap.after = s.mark()
	s.waitPrinted(s.gap.after)
	s.daemon.Signal(syscall.SIGSTOP)
	s.restartAPIServer("--etcd-compaction-interval=10s")
	newer := s.mark() // than whatever the daemon has read
	s.post("gap", plan{count: 300, updateEach: 3, deleteEach: 10})
	lastInGap := s.mark()
	waitExpired(t, s.cluster, newer)

	s.daemon.Signal(syscall.SIGCONT)
	s.waitPrinted(lastInGap)
	s.gap.until = s.mark()
	s.post("after", plan{count: 100, updateEach: 4, deleteEach: 10})
	gaps, err := s.daemon.Metric("eventer_source_gaps_total")
	harness.Must(t, err)
	if gaps < 1 {
		t.Errorf("eventer_source_gaps_total is %v after a 410", gaps)
	}
	s.finish()
}

// waitExpired returns once the API server answers a watch from that version with a 410.
func waitExpired(t *testing.T, c *cluster, position uint64) {
	client, err := rest.HTTPClientFor(c.admin)
	harness.Must(t, err)
	harness.Must(t, harness.WaitFor(90*time.Second, "410 for an old version", func() (bool, error) {
		time.Sleep(time.Second)
		answer, err := openWatch(context.Background(), client, c.url(), strconv.FormatUint(position, 10))
		if err != nil {
			return false, err
		}
		defer answer.Body.Close()
		var first frame
		err = json.NewDecoder(answer.Body).Decode(&first)
		return first.Type == "ERROR" && bytes.Contains(first.Object, []byte(`"code":410`)), err
	}))
}

// The account is made anew, so the token that the daemon has is refused as soon as it asks again. What is
// posted until it has the new one must not be lost.
func TestReplacedToken(t *testing.T) {
	s := begin(t)
	old, err := os.ReadFile(s.tokenFile)
	harness.Must(t, err)
	harness.Must(t, s.manifest.renewAccount(s.ctx, s.cluster.client))
	s.restartAPIServer()
	s.waitAnswer(string(old), http.StatusUnauthorized)
	harness.Must(t, s.daemon.WaitNotReady(2*time.Minute, regexp.MustCompile("(?i)401|unauthorized")))
	s.post("locked-out", plan{count: 100, updateEach: 4, deleteEach: 10})
	s.replaceToken()
	s.waitPrinted(s.mark())
	harness.Must(t, s.daemon.WaitReady(10*time.Second))
	s.finish()
}

func TestPermissionTakenAway(t *testing.T) {
	s := begin(t)
	token, err := os.ReadFile(s.tokenFile)
	harness.Must(t, err)
	harness.Must(t, s.manifest.unbind(s.ctx, s.cluster.client))
	s.restartAPIServer()
	s.waitAnswer(string(token), http.StatusForbidden)
	harness.Must(t, s.daemon.WaitNotReady(2*time.Minute, regexp.MustCompile("(?i)403|forbidden")))
	s.post("forbidden", plan{count: 100, updateEach: 4, deleteEach: 10})
	harness.Must(t, s.manifest.apply(s.ctx, s.cluster.client))
	s.waitPrinted(s.mark())
	harness.Must(t, s.daemon.WaitReady(10*time.Second))
	s.finish()
}
