package mail_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTemplatesAndMessagesOverHTTP(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	key, err := o.ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, method, path, body string
		anon                     bool
		status                   int
		want                     string
	}{
		{name: "nobody sends without a key", method: "POST", path: "/messages", body: `{"to": "ada@example.test", "template": "invite"}`, anon: true, status: 403, want: "42501"},
		{name: "a template is written", method: "PUT", path: "/templates/welcome", body: `{"subject": "Hi {{ name }}", "text": "Hi", "html": "<p>{{ name }}</p>"}`, status: 200, want: `{"version": 1}`},
		{name: "a bad one is refused", method: "PUT", path: "/templates/welcome", body: `{"subject": "Hi"}`, status: 400, want: "the plain text is empty"},
		{name: "it is listed", method: "GET", path: "/templates", status: 200, want: `"name": "welcome"`},
		{name: "and shown", method: "GET", path: "/templates/welcome", status: 200, want: `"subject": "Hi {{ name }}"`},
		{name: "with data it is a mail", method: "POST", path: "/templates/welcome/preview", body: `{"data": {"name": "<A>"}}`, status: 200, want: `<p>&lt;A&gt;</p>`},
		{name: "an unknown one is not there", method: "GET", path: "/templates/nope", status: 404, want: "template_not_found"},
		{name: "a mail is queued", method: "POST", path: "/messages", body: `{"to": "ada@example.test", "template": "welcome", "data": {"name": "A"}, "idempotency_key": "k"}`, status: 202, want: `{"message": 1}`},
		{name: "once for its key", method: "POST", path: "/messages", body: `{"to": "ada@example.test", "template": "welcome", "idempotency_key": "k"}`, status: 202, want: `{"message": 1}`},
		{name: "a bad address is refused", method: "POST", path: "/messages", body: `{"to": "ada", "template": "welcome"}`, status: 400, want: "invalid_recipient"},
		{name: "it is listed too", method: "GET", path: "/messages?to=ada@example.test&state=queued&limit=5", status: 200, want: `"template": "welcome"`},
		{name: "a limit is a number", method: "GET", path: "/messages?limit=all", status: 400, want: "limit must be a number."},
		{name: "a body is an object", method: "POST", path: "/messages", body: `[]`, status: 400, want: "The body must not be of type array"},
		{name: "only what is built in is reset", method: "DELETE", path: "/templates/welcome", status: 404, want: "template_not_found"},
		{name: "a built-in one is", method: "DELETE", path: "/templates/invite", status: 200, want: `{"deleted": 0}`},
	} {
		req := httptest.NewRequest(tc.method, "/mail/v1"+tc.path, strings.NewReader(tc.body))
		if !tc.anon {
			req.Header.Set("Apikey", key)
		}
		rec := httptest.NewRecorder()
		o.echo.ServeHTTP(rec, req)
		if rec.Code != tc.status || !strings.Contains(rec.Body.String(), tc.want) {
			t.Errorf("%s: got %d %s", tc.name, rec.Code, rec.Body)
		}
	}
	if n := one[int](o, `select count(*)::int from jobs.jobs where name = 'mail.send'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	rec := httptest.NewRecorder()
	o.echo.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/mail/v1/messages", http.NoBody))
	if rec.Code != http.StatusForbidden {
		t.Errorf("anon reads messages: %d", rec.Code)
	}
}
