package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// The queue over HTTP: service_role claims, reports and looks; others may not.
func TestJobsOverHTTP(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, nil)
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	if _, err := d.Owner(t).Exec(t.Context(), `select jobs.register('ext', _queue => 'ext')`); err != nil {
		t.Fatal(err)
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	service, err := ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	const worker = "00000000-0000-0000-0000-000000000001"
	call := func(method, path, body string) got {
		t.Helper()
		return s.do(t, method, "/jobs/v1"+path, map[string]string{"apikey": service, "Content-Type": "application/json"}, body)
	}
	want := func(res got, status int, part string) {
		t.Helper()
		if res.status != status || !strings.Contains(res.body, part) {
			t.Errorf("got %d %s, want %d with %s", res.status, res.body, status, part)
		}
	}
	want(s.do(t, "POST", "/jobs/v1/jobs", nil, `{"name":"ext"}`), http.StatusForbidden, "42501")
	res := call("POST", "/jobs", `{"name":"ext","payload":{"n":1}}`)
	var ids []int64
	if err := json.Unmarshal([]byte(res.body), &ids); err != nil || res.status != http.StatusCreated || len(ids) != 1 {
		t.Fatalf("enqueue: %d %s", res.status, res.body)
	}
	id := strconv.FormatInt(ids[0], 10)
	want(call("POST", "/jobs", `{"name":"nobody"}`), http.StatusUnprocessableEntity, "unknown_handler")
	want(call("POST", "/jobs", `nonsense`), http.StatusBadRequest, "bad_json")
	want(call("POST", "/claim", `{"queues":["ext"]}`), http.StatusUnprocessableEntity, "bad_claim")
	want(call("POST", "/claim", `{"worker":"`+worker+`","host":"py-1","queues":["ext"],"limit":5}`), http.StatusOK, `"payload": {"n": 1}`)
	want(call("GET", "/workers", ""), http.StatusOK, `"host": "py-1"`)
	if res := s.do(t, "GET", "/readyz", nil, ""); !strings.Contains(res.body, `"kind": "external"`) || strings.Contains(res.body, "py-1") {
		t.Errorf("readyz: %s", res.body)
	}
	want(call("POST", "/claim", `{"worker":"`+worker+`","queues":["ext"],"limit":5}`), http.StatusOK, `{"jobs": []}`)
	want(call("POST", "/heartbeat", `{"worker":"`+worker+`","ids":[`+id+`,0]}`), http.StatusOK, `[0]`)
	want(call("POST", "/complete", `{"worker":"`+worker+`","jobs":[{"id":`+id+`,"result":{"ok":true}}]}`), http.StatusOK, `"completed": [`+id+`]`)
	want(call("POST", "/complete", `{"worker":"`+worker+`","jobs":[{"id":`+id+`}]}`), http.StatusOK, `"completed": []`)
	want(call("GET", "/jobs/"+id, ""), http.StatusOK, `"result": {"ok": true}`)
	want(call("GET", "/jobs/0", ""), http.StatusNotFound, "job_not_found")
	want(call("GET", "/jobs/x", ""), http.StatusBadRequest, "bad_number")
	want(call("GET", "/jobs?state=succeeded&queue=ext", ""), http.StatusOK, `"id": `+id)
	want(call("GET", "/jobs?state=no", ""), http.StatusUnprocessableEntity, "bad_state")
	want(call("PUT", "/queues/ext", `{"concurrency":2}`), http.StatusOK, "")
	want(call("POST", "/queues/ext/pause", ""), http.StatusOK, "")
	want(call("GET", "/stats", ""), http.StatusOK, `"paused": true`)
}
