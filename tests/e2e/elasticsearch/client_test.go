package elasticsearch

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"kube-eventer/tests/e2e/harness"
)

// client asks a server what it has.
type client struct {
	t    *testing.T
	url  string
	user string
	http http.Client
}

// secure is for a server behind TLS with passwords.
func (c *client) secure(url string, authorities *x509.CertPool) {
	c.url, c.user = url, "elastic"
	c.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}}
}

func (c *client) try(method, path string, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.user != "" {
		request.SetBasicAuth(c.user, password)
	}
	c.http.Timeout = 30 * time.Second
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// ask wants a 200 and reads the answer into `into`.
func (c *client) ask(method, path, body string, into any) {
	c.t.Helper()
	var sent []byte
	if body != "" {
		sent = []byte(body)
	}
	status, answer, err := c.try(method, path, sent)
	harness.Must(c.t, err)
	if status != http.StatusOK {
		c.t.Fatalf("%s %s: %d: %.500s", method, path, status, answer)
	}
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	harness.Must(c.t, decoder.Decode(into))
}

// refresh makes what is stored visible to the questions after it.
func (c *client) refresh(indices string) {
	c.ask("POST", "/"+indices+"/_refresh", "", &struct{}{})
}

// count is of all documents that match a query, or of all; every shard must have been asked.
func (c *client) count(indices, query string) int {
	c.t.Helper()
	if query != "" {
		query = fmt.Sprintf(`{"query":%s}`, query)
	}
	var answer struct {
		Count  int
		Shards struct{ Total, Successful int } `json:"_shards"`
	}
	c.ask("POST", "/"+indices+"/_count", query, &answer)
	if answer.Shards.Total == 0 || answer.Shards.Successful != answer.Shards.Total {
		c.t.Fatalf("_count of %s: %d of %d shards", indices, answer.Shards.Successful, answer.Shards.Total)
	}
	return answer.Count
}

// document is as the sink wrote it.
type document struct {
	ID     string `json:"_id"`
	Index  string `json:"_index"`
	Source struct {
		Count    json.Number
		Message  string
		Reason   string
		Metadata map[string]any
	} `json:"_source"`
}

// documents are all; a search shows no more than 10,000.
func (c *client) documents(indices string) []document {
	var answer struct{ Hits struct{ Hits []document } }
	c.ask("GET", "/"+indices+"/_search?size=10000", "", &answer)
	return answer.Hits.Hits
}
