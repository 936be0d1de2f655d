package auth

import (
	"net/http"
	"testing"
	"time"

	"howdah/server/config"
)

func TestNoticesTellOfChanges(t *testing.T) {
	a := newAPI(t, confirmed, func(c *config.Auth) {
		c.Notices = config.Notices{PasswordChanged: true, EmailChanged: true}
		c.SecureEmailChange = false
	})
	a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
	in := a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"ada@example.test","token":"`+a.mail("ada@example.test").Token+`"}`)
	a.call("PUT", "/auth/v1/user", in.body.AccessToken, `{"password":"battery staple"}`)
	a.call("PUT", "/auth/v1/user", in.body.AccessToken, `{"email":"new@example.test"}`)
	a.call("POST", "/auth/v1/verify", "", `{"type":"email_change","email":"new@example.test","token":"`+a.mail("new@example.test").Token+`"}`)
	want := "confirmation password_changed email_changed"
	if got := a.one(`select string_agg(template, ' ' order by id) from public.sent where recipient = 'ada@example.test'`); got != want {
		t.Errorf("mails to the old address: %s", got)
	}
	if got := a.one(`select data ->> 'email' from public.sent where template = 'email_changed'`); got != "new@example.test" {
		t.Errorf("the notice names %s", got)
	}
}

func TestNoMoreMailsLeaveThanMay(t *testing.T) {
	a := newAPI(t, confirmed, func(c *config.Auth) { c.MailCap = config.Rate{N: 2, Span: 1000 * time.Hour} })
	for _, email := range []string{"ada@example.test", "bob@example.test"} {
		a.call("POST", "/auth/v1/otp", "", `{"email":"`+email+`"}`)
	}
	for _, tc := range []struct{ path, body string }{
		{"/otp", `{"email":"eve@example.test"}`},
		{"/signup", `{"email":"eve@example.test","password":"correct horse"}`},
		{"/recover", `{"email":"ada@example.test"}`},
		{"/recover", `{"email":"nobody@example.test"}`},
		{"/magiclink", `{"email":"bob@example.test"}`},
		{"/resend", `{"type":"signup","email":"bob@example.test"}`},
	} {
		if got := a.call("POST", "/auth/v1"+tc.path, "", tc.body); got.status != http.StatusTooManyRequests || got.body.Code != "over_email_send_rate_limit" {
			t.Errorf("%s %s: %d %s", tc.path, tc.body, got.status, got.text)
		}
	}
	if n := a.one(`select count(*)::text from public.sent`); n != "2" {
		t.Errorf("%s mails", n)
	}
}
