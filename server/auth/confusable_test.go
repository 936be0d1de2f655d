package auth

import (
	"net/http"
	"strings"
	"testing"

	"howdah/server/config"
)

// lookalikes are addresses that a person, a normalisation or a change of case takes
// for mike@example.test.
var lookalikes = map[string]string{
	"Kelvin sign, k in lower case":   "mi\u212ae@example.test",
	"dotted capital I":               "m\u0130ke@example.test",
	"dotless i":                      "m\u0131ke@example.test",
	"Cyrillic e":                     "mik\u0435@example.test",
	"Greek omicron in the host":      "mike@example.c\u03bfm",
	"fullwidth letter":               "\uff4dike@example.test",
	"fullwidth at":                   "mike\uff20example.test",
	"fullwidth full stop":            "mike@example\uff0etest",
	"ideographic full stop":          "mike@example\u3002test",
	"mathematical letter":            "\U0001d426ike@example.test",
	"ligature":                       "mi\ufb01ke@example.test",
	"combining accent":               "mike\u0301@example.test",
	"zero-width joiner":              "mi\u200dke@example.test",
	"zero-width space":               "mike\u200b@example.test",
	"byte order mark":                "\ufeffmike@example.test",
	"soft hyphen":                    "mi\u00adke@example.test",
	"right-to-left override":         "mike\u202e@example.test",
	"right-to-left mark":             "mike@example.test\u200f",
	"no-break space":                 "mike\u00a0@example.test",
	"tag character":                  "mike\U000e0061@example.test",
	"host of Cyrillic letters alone": "mike@\u0435\u0445\u0430\u043c\u0440\u04cf\u0435.test",
}

// TestLookalikesReachNobody sends them to everything that takes an address: each is
// refused, nothing is written, and the account that they resemble stays as it is.
func TestLookalikesReachNobody(t *testing.T) {
	a := newAPI(t, confirmed, func(c *config.Auth) { c.PhoneEnabled, c.RateLimitMagic = true, 1000 })
	service := a.key("service_role")
	const mike = `{"email":"mike@example.test","password":"correct horse","email_confirm":true}`
	if got := a.call("POST", "/auth/v1/admin/users", service, mike); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.text)
	}
	a.call("POST", "/auth/v1/admin/users", service, strings.Replace(mike, "mike", "other", 1))
	other := a.call("POST", "/auth/v1/login", "", `{"email":"other@example.test","password":"correct horse"}`)
	a.call("POST", "/auth/v1/recover", "", `{"email":"mike@example.test"}`)
	code := a.mail("mike@example.test").Token
	state := func() string {
		return a.one(`select md5(coalesce((select string_agg(u::text, '' order by u.id) from auth.users u), '')) || (select count(*) from public.sent)
			|| (select string_agg(t::text, '' order by t.id) from auth.one_time_tokens t) || (select count(*) from auth.sessions)`)
	}
	before := state()
	for name, email := range lookalikes {
		for _, tc := range []struct {
			path, method, bearer, body string
			status                     int
			code                       string
		}{
			{"/signup", "POST", "", `{"email":"%","password":"correct horse"}`, 400, "validation_failed"},
			{"/otp", "POST", "", `{"email":"%"}`, 400, "validation_failed"},
			{"/magiclink", "POST", "", `{"email":"%"}`, 400, "validation_failed"},
			{"/recover", "POST", "", `{"email":"%"}`, 400, "validation_failed"},
			{"/resend", "POST", "", `{"type":"signup","email":"%"}`, 400, "validation_failed"},
			{"/token?grant_type=password", "POST", "", `{"email":"%","password":"correct horse"}`, 400, "invalid_credentials"},
			{"/verify", "POST", "", `{"type":"recovery","email":"%","token":"` + code + `"}`, 403, "otp_expired"},
			{"/user", "PUT", other.body.AccessToken, `{"email":"%"}`, 400, "validation_failed"},
			{"/invite", "POST", service, `{"email":"%"}`, 400, "validation_failed"},
			{"/admin/users", "POST", service, `{"email":"%","password":"correct horse"}`, 400, "validation_failed"},
			{"/admin/generate_link", "POST", service, `{"type":"magiclink","email":"%"}`, 400, "validation_failed"},
			{"/admin/users/" + other.body.User.ID, "PUT", service, `{"email":"%"}`, 400, "validation_failed"},
		} {
			got := a.call(tc.method, "/auth/v1"+tc.path, tc.bearer, strings.Replace(tc.body, "%", email, 1))
			if got.status != tc.status || got.body.Code != tc.code {
				t.Errorf("%s to %s: %d %s", name, tc.path, got.status, got.text)
			}
		}
	}
	if got := a.call("POST", "/auth/v1/otp", "", `{"phone":"\uff14\uff13\uff16\uff16\uff10\uff11\uff12\uff13"}`); got.body.Code != "validation_failed" {
		t.Errorf("fullwidth digits: %d %s", got.status, got.text)
	}
	if after := state(); after != before {
		t.Error("a lookalike wrote something")
	}
	// In Punycode they are what they are: another address, and another account.
	if got := a.call("POST", "/auth/v1/signup", "", `{"email":"mike@xn--exmple-4nf.test","password":"another horse"}`); got.status != http.StatusOK {
		t.Errorf("Punycode: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/login", "", `{"email":"mike@example.test","password":"correct horse"}`); got.status != http.StatusOK {
		t.Errorf("whom they resemble: %d %s", got.status, got.text)
	}
}
