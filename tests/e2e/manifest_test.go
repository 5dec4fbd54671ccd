package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
)

// manifest is what the project itself gives a cluster: the daemon's identity, what that may do, and how it runs.
type manifest struct {
	account    *corev1.ServiceAccount
	bindings   []*rbacv1.ClusterRoleBinding
	deployment *appsv1.Deployment
	objects    []runtime.Object // all of them, in the manifest's order
}

// strict refuses fields that the API does not know.
var strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
	json.SerializerOptions{Yaml: true, Strict: true})

func readManifest(path string) (*manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m := &manifest{}
	documents := yaml.NewYAMLReader(bufio.NewReader(file))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := m.add(document); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if m.account == nil || len(m.bindings) == 0 || m.deployment == nil {
		return nil, fmt.Errorf("%s has no ServiceAccount, no ClusterRoleBinding or no Deployment", path)
	}
	return m, nil
}

func (m *manifest) add(document []byte) error {
	object, _, err := strict.Decode(document, nil, nil)
	if err != nil {
		return err
	}
	switch o := object.(type) {
	case *corev1.ServiceAccount:
		m.account = o
	case *rbacv1.ClusterRoleBinding:
		m.bindings = append(m.bindings, o)
	case *appsv1.Deployment:
		m.deployment = o
	}
	m.objects = append(m.objects, object)
	return nil
}

// apply makes what is missing and leaves alone what is there.
func (m *manifest) apply(ctx context.Context, client kubernetes.Interface) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: m.account.Namespace}}
	_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	for _, object := range m.objects {
		if err := create(ctx, client, object); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

func create(ctx context.Context, client kubernetes.Interface, object runtime.Object) (err error) {
	options := metav1.CreateOptions{}
	switch o := object.(type) {
	case *corev1.ServiceAccount:
		_, err = client.CoreV1().ServiceAccounts(o.Namespace).Create(ctx, o, options)
	case *rbacv1.ClusterRole:
		_, err = client.RbacV1().ClusterRoles().Create(ctx, o, options)
	case *rbacv1.ClusterRoleBinding:
		_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, o, options)
	case *rbacv1.Role:
		_, err = client.RbacV1().Roles(o.Namespace).Create(ctx, o, options)
	case *rbacv1.RoleBinding:
		_, err = client.RbacV1().RoleBindings(o.Namespace).Create(ctx, o, options)
	case *appsv1.Deployment:
		options.DryRun = []string{metav1.DryRunAll} // the daemon runs beside the test
		_, err = client.AppsV1().Deployments(o.Namespace).Create(ctx, o, options)
	default:
		err = fmt.Errorf("cannot create a %T", object)
	}
	return err
}

// unbind takes the daemon's cluster-wide permissions away; apply gives them back.
func (m *manifest) unbind(ctx context.Context, client kubernetes.Interface) error {
	for _, binding := range m.bindings {
		if err := client.RbacV1().ClusterRoleBindings().Delete(ctx, binding.Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// renewAccount makes a service account of the same name and another uid: every token of the old one is void.
func (m *manifest) renewAccount(ctx context.Context, client kubernetes.Interface) error {
	accounts := client.CoreV1().ServiceAccounts(m.account.Namespace)
	if err := accounts.Delete(ctx, m.account.Name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	_, err := accounts.Create(ctx, m.account, metav1.CreateOptions{})
	return err
}

func (m *manifest) token(ctx context.Context, client kubernetes.Interface) (string, error) {
	answer, err := client.CoreV1().ServiceAccounts(m.account.Namespace).CreateToken(
		ctx, m.account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return answer.Status.Token, nil
}
