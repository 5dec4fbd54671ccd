package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"kube-eventer/tests/e2e/harness"
)

// cluster is a control plane without nodes: etcd, API server, controllers and scheduler.
type cluster struct {
	dir       string
	program   string
	etcdURL   string
	port      int
	apiserver *harness.Process
	others    []*harness.Process
	admin     *rest.Config
	client    kubernetes.Interface
}

func startCluster(dir, program string) (*cluster, error) {
	c := &cluster{dir: dir, program: program}
	for _, step := range []func() error{c.makeCertificates, c.startEtcd, c.makeAdmin, c.startFirstAPIServer, c.startControllers} {
		if err := step(); err != nil {
			c.stop()
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) stop() {
	for _, p := range append(c.others, c.apiserver) {
		if p != nil {
			p.Kill() // nothing of the cluster is kept, so nothing has to be put in order
		}
	}
}

func (c *cluster) file(name string) string { return filepath.Join(c.dir, name) }

func (c *cluster) makeCertificates() error {
	ca, err := harness.NewAuthority(c.dir)
	if err != nil {
		return err
	}
	if err := ca.IssueServer("apiserver", "kubernetes.default"); err != nil {
		return err
	}
	if _, err := harness.NewKey(c.dir, "service-account"); err != nil {
		return err
	}
	return ca.IssueClient("admin", "system:masters")
}

func (c *cluster) startEtcd() error {
	client, err := harness.FreePort()
	if err != nil {
		return err
	}
	peer, err := harness.FreePort()
	if err != nil {
		return err
	}
	c.etcdURL = fmt.Sprintf("http://127.0.0.1:%d", client)
	peerURL := fmt.Sprintf("http://127.0.0.1:%d", peer)
	etcd, err := exec.LookPath("etcd")
	if err != nil {
		return err
	}
	return c.startOther("etcd", etcd,
		"--data-dir="+c.file("etcd"),
		"--listen-client-urls="+c.etcdURL, "--advertise-client-urls="+c.etcdURL,
		"--listen-peer-urls="+peerURL, "--initial-advertise-peer-urls="+peerURL,
		"--initial-cluster=default="+peerURL,
		"--unsafe-no-fsync")
}

func (c *cluster) startOther(name, program string, args ...string) error {
	p, err := harness.StartProcess(name, nil, program, args...)
	if err == nil {
		c.others = append(c.others, p)
	}
	return err
}

// makeAdmin writes the kubeconfig of the components and makes the test's own client from it.
func (c *cluster) makeAdmin() (err error) {
	if c.port, err = harness.FreePort(); err != nil {
		return err
	}
	user := &clientcmdapi.AuthInfo{ClientCertificate: c.file("admin.crt"), ClientKey: c.file("admin.key")}
	if err := c.writeKubeconfig(c.file("admin.kubeconfig"), user); err != nil {
		return err
	}
	if c.admin, err = clientcmd.BuildConfigFromFlags("", c.file("admin.kubeconfig")); err != nil {
		return err
	}
	c.admin.QPS = -1 // client-go's own limit of 5 requests/s is for guests
	c.admin.Timeout = 10 * time.Second
	c.client, err = kubernetes.NewForConfig(c.admin)
	return err
}

func (c *cluster) writeKubeconfig(path string, user *clientcmdapi.AuthInfo) error {
	ca, err := os.ReadFile(c.file("ca.crt"))
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["e2e"] = &clientcmdapi.Cluster{Server: c.url(), CertificateAuthorityData: ca}
	config.AuthInfos["user"] = user
	config.Contexts["e2e"] = &clientcmdapi.Context{Cluster: "e2e", AuthInfo: "user"}
	config.CurrentContext = "e2e"
	return clientcmd.WriteToFile(*config, path)
}

func (c *cluster) url() string { return fmt.Sprintf("https://127.0.0.1:%d", c.port) }

func (c *cluster) startFirstAPIServer() error { return c.startAPIServer() }

// startAPIServer returns once the server is ready. It may be called again after killAPIServer: the port stays.
func (c *cluster) startAPIServer(extra ...string) (err error) {
	args := append([]string{"kube-apiserver",
		"--etcd-servers=" + c.etcdURL,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", c.port),
		"--tls-cert-file=" + c.file("apiserver.crt"), "--tls-private-key-file=" + c.file("apiserver.key"),
		"--client-ca-file=" + c.file("ca.crt"),
		"--service-account-key-file=" + c.file("service-account.key"),
		"--service-account-signing-key-file=" + c.file("service-account.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--authorization-mode=Node,RBAC",
	}, extra...)
	if c.apiserver, err = harness.StartProcess("kube-apiserver", nil, c.program, args...); err != nil {
		return err
	}
	return harness.WaitFor(2*time.Minute, "ready API server", func() (bool, error) {
		if err := c.apiserver.Ended(); err != nil {
			return false, err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err := c.client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		return err == nil, err
	})
}

// killAPIServer sends SIGKILL: no watch is ended in good order, no request is finished.
func (c *cluster) killAPIServer() { c.apiserver.Kill() }

func (c *cluster) startControllers() error {
	kubeconfig := "--kubeconfig=" + c.file("admin.kubeconfig")
	err := c.startOther("kube-controller-manager", c.program, "kube-controller-manager", kubeconfig,
		"--service-account-private-key-file="+c.file("service-account.key"),
		"--root-ca-file="+c.file("ca.crt"),
		"--use-service-account-credentials",
		"--leader-elect=false", "--secure-port=0")
	if err != nil {
		return err
	}
	return c.startOther("kube-scheduler", c.program, "kube-scheduler", kubeconfig,
		"--leader-elect=false", "--secure-port=0")
}
