// Package harness is what the end-to-end tests share: processes, certificates, the daemon.
package harness

import "testing"

// Must ends the test on an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
