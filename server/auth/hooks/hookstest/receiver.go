// Package hookstest is an HTTP hook for tests: a real server on loopback that
// judges requests as receivers of Standard Webhooks do.
package hookstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Key is what requests are signed with.
const Key = "a key of thirty-two bytes, no less"

// Secrets is Key as it is configured, behind another one.
var Secrets = "v1,whsec_" + base64.StdEncoding.EncodeToString([]byte("another key of thirty-two bytes.")) +
	"|v1,whsec_" + base64.StdEncoding.EncodeToString([]byte(Key))

// Call is a request that a hook got.
type Call struct {
	ID    string
	Name  string // metadata.name
	Text  string
	Input struct {
		UserID     string         `json:"user_id"`
		Valid      bool           `json:"valid"`
		FactorType string         `json:"factor_type"`
		Method     string         `json:"authentication_method"`
		Claims     map[string]any `json:"claims"`
		User       struct{ ID, Email, Phone, Role string }
		EmailData  map[string]string `json:"email_data"`
		SMS        map[string]string `json:"sms"`
		Metadata   struct {
			UUID string
			Time time.Time
			Name string
			IP   string `json:"ip_address"`
		}
	}
}

// Receiver is a hook.
type Receiver struct {
	URL string

	mu    sync.Mutex
	calls []Call
}

// New starts a receiver that answers as answer does; empty is 204.
func New(t testing.TB, answer func(Call) string) *Receiver {
	t.Helper()
	return Serve(t, func(w http.ResponseWriter, _ *http.Request, call Call) {
		Reply(w, answer(call))
	})
}

// Reply writes an answer; empty is 204.
func Reply(w http.ResponseWriter, text string) {
	if text == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

// Serve starts a receiver that does what it likes.
func Serve(t testing.TB, answer func(http.ResponseWriter, *http.Request, Call)) *Receiver {
	t.Helper()
	r := &Receiver{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // the caller hung up
		}
		call := Call{ID: req.Header.Get("webhook-id"), Text: string(body)}
		if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" || !signed(req.Header, body) {
			t.Errorf("a hook got a request that it cannot trust: %s %v", req.Method, req.Header)
		}
		if err := json.Unmarshal(body, &call.Input); err != nil {
			t.Errorf("a hook got %q: %v", body, err)
		}
		call.Name = call.Input.Metadata.Name
		r.mu.Lock()
		r.calls = append(r.calls, call)
		r.mu.Unlock()
		answer(w, req, call)
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// signed verifies as the libraries of Standard Webhooks do.
func signed(h http.Header, body []byte) bool {
	stamp, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(stamp, 0)).Abs() > 5*time.Minute || h.Get("webhook-id") == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(Key))
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)))
	return slices.ContainsFunc(strings.Split(h.Get("webhook-signature"), " "), func(one string) bool {
		text, ok := strings.CutPrefix(one, "v1,")
		given, err := base64.StdEncoding.DecodeString(text)
		return ok && err == nil && hmac.Equal(given, mac.Sum(nil))
	})
}

// Calls are the requests of a hook so far, by its name in the metadata; all for "".
func (r *Receiver) Calls(name string) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Call
	for _, call := range r.calls {
		if name == "" || call.Name == name {
			out = append(out, call)
		}
	}
	return out
}
