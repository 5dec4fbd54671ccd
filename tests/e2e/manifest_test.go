package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
)

// permissions are what the project's own manifest gives the daemon: its identity and what that may do.
type permissions struct {
	account  *corev1.ServiceAccount
	bindings []*rbacv1.ClusterRoleBinding
	objects  []runtime.Object // all of them, in the manifest's order
}

// readPermissions takes service account, roles and bindings out of a manifest of several documents.
func readPermissions(path string) (*permissions, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &permissions{}
	documents := yaml.NewYAMLReader(bufio.NewReader(file))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := p.add(document); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if p.account == nil || len(p.bindings) == 0 {
		return nil, fmt.Errorf("%s has no ServiceAccount or no ClusterRoleBinding", path)
	}
	return p, nil
}

func (p *permissions) add(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	switch kind.Kind {
	case "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding":
	default:
		return nil // the Deployment and the like: the daemon runs beside the test
	}
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
	if err != nil {
		return err
	}
	switch o := object.(type) {
	case *corev1.ServiceAccount:
		p.account = o
	case *rbacv1.ClusterRoleBinding:
		p.bindings = append(p.bindings, o)
	}
	p.objects = append(p.objects, object)
	return nil
}

// apply makes what is missing and leaves alone what is there.
func (p *permissions) apply(ctx context.Context, client kubernetes.Interface) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.account.Namespace}}
	_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	for _, object := range p.objects {
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
	default:
		err = fmt.Errorf("cannot create a %T", object)
	}
	return err
}

// unbind takes the daemon's cluster-wide permissions away; apply gives them back.
func (p *permissions) unbind(ctx context.Context, client kubernetes.Interface) error {
	for _, binding := range p.bindings {
		if err := client.RbacV1().ClusterRoleBindings().Delete(ctx, binding.Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// renewAccount makes a service account of the same name and another uid: every token of the old one is void.
func (p *permissions) renewAccount(ctx context.Context, client kubernetes.Interface) error {
	accounts := client.CoreV1().ServiceAccounts(p.account.Namespace)
	if err := accounts.Delete(ctx, p.account.Name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	_, err := accounts.Create(ctx, p.account, metav1.CreateOptions{})
	return err
}

func (p *permissions) token(ctx context.Context, client kubernetes.Interface) (string, error) {
	answer, err := client.CoreV1().ServiceAccounts(p.account.Namespace).CreateToken(
		ctx, p.account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return answer.Status.Token, nil
}
