package mail_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask sends one request to the office, as a browser at localhost would.
func (o *office) ask(method, path string, header http.Header) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "http://localhost:8000"+path, http.NoBody)
	for name, values := range header {
		req.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	rec := httptest.NewRecorder()
	o.echo.ServeHTTP(rec, req)
	return rec
}

func TestInbox(t *testing.T) {
	t.Parallel()
	o := newOffice(t, map[string]string{"EMAIL_BACKEND": "inbox"})
	if err := o.work(o.send("")); err != nil {
		t.Fatal(err)
	}
	if o.console.Len() > 0 {
		t.Errorf("printed %q", o.console)
	}
	if err := o.work(one[int64](o, `select sms.send('+4366012345678', 'Code {{ token }}', '{"token": "9"}')`)); err != nil {
		t.Fatal(err)
	}
	if one[bool](o, `select bool_or(i::text ~ $1 or i::text ~ encode(convert_to($1, 'UTF8'), 'hex')) from mail.inbox i`, code) {
		t.Error("the code rests in the inbox")
	}
	var list []struct {
		ID                               int
		To, Channel, Subject, Text, HTML string
	}
	if err := json.Unmarshal(o.ask("GET", "/dev/inbox/messages?to=ADA@example.test", nil).Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Subject != "Your sign-in link" || !strings.Contains(list[0].Text, code) || list[0].Channel != "mail" {
		t.Fatalf("the list is %v", list)
	}
	page := o.ask("GET", "/dev/inbox/1", nil)
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, `sandbox="allow-popups allow-popups-to-escape-sandbox" src="/dev/inbox/1/html"`) || !strings.Contains(body, "43660") {
		t.Errorf("the page is %d %s", page.Code, body)
	}
	if text := o.ask("GET", "/dev/inbox/1?view=text", nil).Body.String(); !strings.Contains(text, "verify?token=abc&amp;type=magiclink") {
		t.Errorf("the text is %s", text)
	}
	frame := o.ask("GET", "/dev/inbox/1/html", nil)
	if csp := frame.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox allow-popups") || strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") {
		t.Errorf("the frame may %s", csp)
	}
	for _, path := range []string{"/dev/inbox/99", "/dev/inbox/x", "/dev/inbox/messages/99"} {
		if rec := o.ask("GET", path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, rec.Code)
		}
	}
	if rec := o.ask("DELETE", "/dev/inbox/messages", nil); rec.Code != http.StatusNoContent {
		t.Errorf("emptying answers %d", rec.Code)
	}
	if left := o.ask("GET", "/dev/inbox/messages", nil).Body.String(); strings.TrimSpace(left) != "[]" {
		t.Errorf("left is %s", left)
	}
}

func TestInboxIsForThisMachine(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	for host, status := range map[string]int{"localhost:8000": 200, "127.0.0.1:8000": 200, "[::1]:8000": 200, "evil.test:8000": 403, "localhost.evil.test": 403} {
		if rec := o.ask("GET", "/dev/inbox/messages", http.Header{"Host": {host}}); rec.Code != status {
			t.Errorf("%s: %d, want %d", host, rec.Code, status)
		}
	}
	if rec := o.ask("POST", "/dev/inbox/clear", http.Header{"Sec-Fetch-Site": {"cross-site"}}); rec.Code != http.StatusForbidden {
		t.Errorf("another site empties the inbox: %d", rec.Code)
	}
	if rec := o.ask("POST", "/dev/inbox/clear", http.Header{"Sec-Fetch-Site": {"same-origin"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("the page's own button answers %d", rec.Code)
	}
}
