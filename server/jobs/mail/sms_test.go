package mail_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTextMessages(t *testing.T) {
	t.Parallel()
	var status int
	var body, auth, kind string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, auth, kind = string(raw), r.Header.Get("Authorization"), r.Header.Get("Content-Type")
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	text := `select sms.send('+4366012345678', 'Say "{{ word }}" & go', '{"word": "é"}', _idempotency_key => nullif($1, ''))`
	vars := map[string]string{"SMS_BACKEND": "http", "SMS_HTTP_URL": s.URL, "SMS_HTTP_AUTHORIZATION": "Bearer sms-secret"}
	o := newOffice(t, vars)
	for _, tc := range []struct {
		status int
		state  string
	}{{202, "sent"}, {400, "bounced http_400"}, {429, "queued http_429"}, {503, "queued http_503"}} {
		status = tc.status
		id := one[int64](o, text, "")
		if err := o.work(id); (err == nil) != (tc.status == 202) || final(err) != (tc.status == 400) {
			t.Errorf("%d: %v", tc.status, err)
		}
		o.want(id, tc.state)
	}
	if body != `{"to": "+4366012345678", "text": "Say \"é\" \u0026 go"}` || auth != "Bearer sms-secret" || kind != "application/json" {
		t.Errorf("the gateway got %s %s %s", body, auth, kind)
	}
	vars["SMS_HTTP_CONTENT_TYPE"], vars["SMS_HTTP_BODY"] = "application/x-www-form-urlencoded", "To={{ to }}&Body={{ text }}"
	o, status = newOffice(t, vars), 200
	if err := o.work(one[int64](o, text, "")); err != nil || body != "To=%2B4366012345678&Body=Say+%22%C3%A9%22+%26+go" {
		t.Errorf("%v: the gateway got %s", err, body)
	}
}
