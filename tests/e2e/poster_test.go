package e2e

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// poster writes events as a component would that gives nothing up: each call is tried again until the API
// server, which may be dead for a while, has said yes. One poster carries out one plan.
type poster struct {
	client     kubernetes.Interface
	namespaces []string
	prefix     string // of the events' names
	created    atomic.Int64
}

// plan is how many events to create. Every updateEach-th is then updated, and of every deleteEach the second
// is deleted, each when `lag` more have been created.
type plan struct {
	count, updateEach, deleteEach int
}

const (
	posters = 4  // at the same time
	lag     = 40 // a multiple of posters, so that an event is always changed by the poster that created it
)

func newPoster(ctx context.Context, client kubernetes.Interface, prefix string, namespaces ...string) (*poster, error) {
	p := &poster{client: client, namespaces: namespaces, prefix: prefix}
	for _, name := range namespaces {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return nil, err
		}
	}
	return p, nil
}

// run returns when everything of the plan is done and acknowledged.
func (p *poster) run(ctx context.Context, what plan) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	for first := range posters {
		workers.Go(func() {
			for i := first; i < what.count+lag; i += posters {
				if err := p.step(ctx, what, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// step creates event i and changes the one that was created `lag` steps ago, if it is to be changed.
func (p *poster) step(ctx context.Context, what plan, i int) error {
	if i < what.count {
		if err := p.create(ctx, i); err != nil {
			return err
		}
	}
	switch old := i - lag; {
	case old < 0:
		return nil
	case what.deleteEach > 0 && old%what.deleteEach == 1:
		return p.delete(ctx, old)
	case what.updateEach > 0 && old%what.updateEach == 0:
		return p.update(ctx, old)
	}
	return nil
}

func (p *poster) namespace(i int) string { return p.namespaces[i%len(p.namespaces)] }
func (p *poster) name(i int) string      { return fmt.Sprintf("%s.%06d", p.prefix, i) }

func (p *poster) create(ctx context.Context, i int) error {
	now := metav1.Now()
	event := &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: p.name(i), Labels: map[string]string{"e2e": p.prefix}},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "v1", Kind: "Pod", Namespace: p.namespace(i), Name: fmt.Sprintf("%s-%d", p.prefix, i%7),
		},
		Type:           corev1.EventTypeNormal,
		Reason:         "Posted",
		Message:        fmt.Sprintf("number %d: \"quoted\", <b>&amp;</b>, C:\\dir,\n\tünï¢ødé ☸ \u2028 %%s", i),
		Source:         corev1.EventSource{Component: "e2e"},
		FirstTimestamp: now,
		LastTimestamp:  now,
		Count:          1,
	}
	err := insist(ctx, func(ctx context.Context) error {
		_, err := p.client.CoreV1().Events(p.namespace(i)).Create(ctx, event, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil // an earlier try got through, its answer did not
		}
		return err
	})
	if err == nil {
		p.created.Add(1)
	}
	return err
}

// update is a patch that does nothing the second time, so that a repeated try makes no second version.
func (p *poster) update(ctx context.Context, i int) error {
	patch := fmt.Sprintf(`{"count":2,"message":"number %d again"}`, i)
	return insist(ctx, func(ctx context.Context) error {
		_, err := p.client.CoreV1().Events(p.namespace(i)).Patch(
			ctx, p.name(i), types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return err
	})
}

func (p *poster) delete(ctx context.Context, i int) error {
	return insist(ctx, func(ctx context.Context) error {
		err := p.client.CoreV1().Events(p.namespace(i)).Delete(ctx, p.name(i), metav1.DeleteOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	})
}

// version of event i, as it is now.
func (p *poster) version(ctx context.Context, i int) (number uint64, err error) {
	err = insist(ctx, func(ctx context.Context) error {
		event, err := p.client.CoreV1().Events(p.namespace(i)).Get(ctx, p.name(i), metav1.GetOptions{})
		if err != nil {
			return err
		}
		number, err = strconv.ParseUint(event.ResourceVersion, 10, 64)
		return err
	})
	return number, err
}

// insist tries again whatever the error is, for a minute: just after its start the API server also refuses
// what it will soon allow.
func insist(ctx context.Context, try func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("tried for a minute: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
