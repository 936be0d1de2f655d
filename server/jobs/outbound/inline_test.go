package outbound_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"howdah/server/jobs"
)

// A job, a schedule or a step of a workflow may say its request itself; the
// answer is its result.
func TestRequestInAPayload(t *testing.T) {
	p := newPost(t)
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, r.Header.Get("Authorization")+" "+r.Header.Get("Idempotency-Key")+" "+string(body))
		switch r.URL.Path {
		case "/json":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"ok": true}`)
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/bytes":
			_, _ = w.Write([]byte{0xff, 0})
		}
	}))
	t.Cleanup(s.Close)
	p.api("PUT", "/net/v1/secrets/key", `{"value": "opened"}`, http.StatusOK)
	do := func(payload string) (string, error) {
		result, err := p.handlers["http.request"](t.Context(), jobs.Job{ID: 7, Payload: json.RawMessage(payload), Attempt: 1, MaxAttempts: 3})
		return string(result), err
	}
	result, err := do(`{"method": "POST", "url": "` + s.URL + `/json", "headers": {"Authorization": "Bearer {{ secret.key }}"}, "body": {"n": 1}}`)
	if want := `{"body":{"ok":true},"content_type":"application/json","status":200}`; err != nil || result != want {
		t.Errorf("got %s %v, want %s", result, err, want)
	}
	if _, err := do(`{"method": "POST", "url": "` + s.URL + `/json"}`); err != nil || !strings.HasPrefix(seen[0], "Bearer opened howdah-job-7-") || !strings.HasSuffix(seen[0], ` {"n": 1}`) ||
		strings.Fields(seen[0])[2] != strings.Fields(seen[1])[0] {
		t.Errorf("%v: the host saw %q", err, seen)
	}
	if result, err := do(`{"url": "` + s.URL + `/bytes"}`); err != nil || !strings.Contains(result, `"truncated":true`) {
		t.Errorf("bytes: %s %v", result, err)
	}
	if _, err := do(`{"url": "` + s.URL + `/busy"}`); err == nil || final(err) {
		t.Errorf("a host that is busy: %v", err)
	}
	for payload, want := range map[string]string{
		`{"url": "` + s.URL + `/missing"}`:                                "the host answered 404",
		`{"url": "http://169.254.169.254/"}`:                              "private, loopback or reserved",
		`{"url": "` + s.URL + `", "headers": {"A": "{{ secret.nope }}"}}`: "there is no secret nope",
		`{}`: "it names no url",
	} {
		if _, err := do(payload); !final(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", payload, err)
		}
	}
}
