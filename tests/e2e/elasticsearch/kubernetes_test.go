package elasticsearch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kube-eventer/tests/e2e/harness"
)

// kubernetes is a replay-api-server: a Kubernetes API server that has the events which are posted to it.
type kubernetes struct {
	t   *testing.T
	url string
}

func startKubernetes(t *testing.T) *kubernetes {
	reader, writer, err := os.Pipe()
	harness.Must(t, err)
	defer reader.Close()
	name := strings.ReplaceAll(t.Name(), "/", "-") + "-api-server"
	process, err := harness.StartProcess(name, writer, os.Getenv("REPLAY_SERVER_BIN"))
	writer.Close()
	harness.Must(t, err)
	t.Cleanup(process.Kill)
	url, err := bufio.NewReader(reader).ReadString('\n') // it prints nothing else
	harness.Must(t, err)
	return &kubernetes{t: t, url: strings.TrimSpace(url)}
}

// post returns the events by the ids that their documents are to have: each version of each event.
func (k *kubernetes) post(events []event) (map[string]event, error) {
	sent := map[string]event{}
	for _, e := range events {
		version, err := k.postOne(e)
		if err != nil {
			return nil, err
		}
		sent[e.uid()+"-"+version] = e
	}
	return sent, nil
}

func (k *kubernetes) postOne(e event) (version string, err error) {
	body, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Post(k.url+"/api/v1/events", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("posting %.200s: %d %s: %v", body, response.StatusCode, answer, err)
	}
	var created struct {
		Metadata struct{ ResourceVersion string }
	}
	err = json.Unmarshal(answer, &created)
	return created.Metadata.ResourceVersion, err
}

// mustPost posts and adds to what was sent.
func (k *kubernetes) mustPost(sent map[string]event, events []event) {
	k.t.Helper()
	more, err := k.post(events)
	harness.Must(k.t, err)
	for id, e := range more {
		sent[id] = e
	}
}
