package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howdah/server/auth/hooks/hookstest"
	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
)

// client asks hook at url, with limits that tests can wait for.
func client(url string, limits Limits) *Client {
	c := NewClient(config.Hooks{AfterUserCreated: true, AfterUserCreatedURI: url, AfterUserCreatedSecrets: config.Secret(hookstest.Secrets)})
	c.Limits = limits
	return c
}

var quick = Limits{Total: 10 * time.Second, Pause: time.Millisecond, Tries: 3, Bytes: 1 << 10}

const input = `{"metadata": {"uuid": "u", "name": "after-user-created"}, "user": {"id": "x"}}`

func post(ctx context.Context, c *Client) (string, error) {
	got, err := c.Ask(ctx, "after_user_created", "u", json.RawMessage(input))
	return string(got), err
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, kind, body string
		status           int
		retryAfter       string
		tries            int
		want, code       string
	}{
		{"an object", "application/json", `{"a": 1}`, 200, "", 1, `{"a": 1}`, ""},
		{"accepted", "application/json; charset=utf-8", `{}`, 202, "", 1, `{}`, ""},
		{"nothing to say", "", "", 204, "", 1, `{}`, ""},
		{"no type", "", `{}`, 200, "", 1, "", "hook_payload_invalid_content_type"},
		{"another type", "text/html", `{}`, 200, "", 1, "", "hook_payload_invalid_content_type"},
		{"a broken type", "application/;;", `{}`, 200, "", 1, "", "hook_payload_invalid_content_type"},
		{"as much as there may be", "application/json", `{"a": "` + strings.Repeat("x", 1015) + `"}`, 200, "", 1, `{"a": "` + strings.Repeat("x", 1015) + `"}`, ""},
		{"too much", "application/json", `{"a": "` + strings.Repeat("x", 1016) + `"}`, 200, "", 1, "", "hook_payload_over_size_limit"},
		{"no JSON", "application/json", `{`, 200, "", 1, "", "unexpected_failure"},
		{"a list", "application/json", `[1]`, 200, "", 1, "", "unexpected_failure"},
		{"null", "application/json", `null`, 200, "", 1, "", "unexpected_failure"},
		{"a NUL", "application/json", `{"a": "\u0000"}`, 200, "", 1, "", "unexpected_failure"},
		{"a bad request", "application/json", `{}`, 400, "", 1, "", "unexpected_failure"},
		{"unauthorized", "application/json", `{}`, 401, "", 1, "", "unexpected_failure"},
		{"its fault", "application/json", `{}`, 500, "1", 1, "", "unexpected_failure"},
		{"busy without a time", "application/json", `{}`, 503, "", 1, "", "unexpected_failure"},
		{"busy", "application/json", `{}`, 503, "1", 3, "", "unexpected_failure"},
		{"too many", "application/json", `{}`, 429, "1", 3, "", "unexpected_failure"},
		{"elsewhere", "application/json", `{}`, 307, "", 1, "", "unexpected_failure"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := hookstest.Serve(t, func(w http.ResponseWriter, _ *http.Request, _ hookstest.Call) {
				w.Header()["Content-Type"] = []string{tc.kind}
				if tc.kind == "" {
					w.Header()["Content-Type"] = nil
				}
				w.Header().Set("Location", "/elsewhere")
				if tc.retryAfter != "" {
					w.Header().Set("Retry-After", tc.retryAfter)
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			got, err := post(t.Context(), client(r.URL, quick))
			if got != tc.want || code(err) != tc.code {
				t.Errorf("%q, %v; want %q, %q", got, err, tc.want, tc.code)
			}
			calls := r.Calls("")
			if len(calls) != tc.tries || calls[0].ID != "u" || calls[len(calls)-1].ID != "u" || calls[0].Text != input {
				t.Errorf("calls: %+v", calls)
			}
		})
	}
}

func code(err error) string {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestATryThatBreaksOffIsTriedAgain(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	r := hookstest.Serve(t, func(w http.ResponseWriter, _ *http.Request, _ hookstest.Call) {
		if tries.Add(1) < 3 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if got, err := post(t.Context(), client(r.URL, quick)); err != nil || got != "{}" {
		t.Errorf("%q, %v", got, err)
	}
	never := hookstest.Serve(t, func(http.ResponseWriter, *http.Request, hookstest.Call) { panic(http.ErrAbortHandler) })
	if _, err := post(t.Context(), client(never.URL, quick)); code(err) != "hook_timeout_after_retry" || strings.Contains(err.Error(), never.URL) {
		t.Errorf("%v", err)
	}
}

func TestAHookThatHangs(t *testing.T) {
	t.Parallel()
	r := hookstest.Serve(t, func(_ http.ResponseWriter, req *http.Request, _ hookstest.Call) { <-req.Context().Done() })
	short := Limits{Total: 50 * time.Millisecond, Pause: time.Millisecond, Tries: 3, Bytes: 1 << 10}
	if _, err := post(t.Context(), client(r.URL, short)); code(err) != "hook_timeout" {
		t.Errorf("%v", err)
	}
	if n := len(r.Calls("")); n != 1 {
		t.Errorf("%d calls: what took all the time is not tried again", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := post(ctx, client(r.URL, quick)); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that went away: %v", err)
	}
}

// A pause that would outlast the time there is ends the attempt.
func TestPausesCount(t *testing.T) {
	t.Parallel()
	r := hookstest.Serve(t, func(http.ResponseWriter, *http.Request, hookstest.Call) { panic(http.ErrAbortHandler) })
	if _, err := post(t.Context(), client(r.URL, Limits{Total: 100 * time.Millisecond, Pause: time.Hour, Tries: 3, Bytes: 1})); code(err) != "hook_timeout" {
		t.Errorf("%v", err)
	}
}

func TestUnaskedAccountsGoAsAskedOnesWent(t *testing.T) {
	t.Parallel()
	var r recent
	if err := r.repeat(t.Context(), "a"); err != nil {
		t.Errorf("nothing to repeat: %v", err)
	}
	down := failed("down")
	for range remembered + 1 {
		r.begin("a")(nil)
	}
	for range remembered {
		r.begin("a")(down)
	}
	if err := r.repeat(t.Context(), "a"); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
	if n := len(r.went["a"]); n != remembered {
		t.Errorf("%d kept", n)
	}
	if err := r.repeat(t.Context(), "b"); err != nil {
		t.Errorf("another event: %v", err)
	}
}

func TestCallsAreReadInNamedNotation(t *testing.T) {
	t.Parallel()
	function, given, err := named(`select a from auth.f(_x => $2, _y_2 => $1)`, []any{[]byte{1, 255}, "t"})
	text, _ := json.Marshal(given)
	if err != nil || function != "auth.f" || string(text) != `{"_x":"t","_y_2":"\\x01ff"}` {
		t.Errorf("%s %s %v", function, text, err)
	}
	for _, sql := range []string{`select 1`, `select a from auth.f($1)`, `select a from auth.f(_x => $1, _y => $3)`} {
		if _, _, err := named(sql, []any{1, 2}); err == nil {
			t.Errorf("%s is understood", sql)
		}
	}
	var back Bytes
	if err := json.Unmarshal([]byte(`"\\x01ff"`), &back); err != nil || string(back) != "\x01\xff" {
		t.Errorf("%x %v", back, err)
	}
	if json.Unmarshal([]byte(`"01ff"`), &back) == nil {
		t.Error("base64 is taken for a bytea")
	}
}

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t, askSQL)
}
