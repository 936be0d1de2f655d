package auth

import (
	"net/http"
	"strings"
	"testing"

	"howdah/server/config"
)

func TestShortEndpoints(t *testing.T) {
	a := newAPI(t)
	up := a.call("POST", "/api/v1/auth/register", "", `{"email":"ada@example.test","password":"correct horse","display_name":"Ada"}`)
	if up.status != http.StatusOK || !strings.Contains(up.text, `"Ada"`) {
		t.Fatalf("register: %d %s", up.status, up.text)
	}
	in := a.call("POST", "/auth/login", "", `{"email":"ada@example.test","password":"correct horse"}`)
	if in.status != http.StatusOK || in.body.AccessToken == "" {
		t.Fatalf("login: %d %s", in.status, in.text)
	}
	if got := a.call("GET", "/api/v1/auth/me", in.body.AccessToken, ""); got.body.ID != up.body.User.ID {
		t.Errorf("me: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/refresh", "", `{"refresh_token":"`+in.body.RefreshToken+`"}`); got.status != http.StatusOK {
		t.Errorf("refresh: %d %s", got.status, got.text)
	}
	change := func(old, fresh string) answer {
		return a.call("POST", "/auth/v1/me/password", in.body.AccessToken, `{"current_password":"`+old+`","new_password":"`+fresh+`"}`)
	}
	if got := change("wrong", "battery staple"); got.status != 400 || got.body.Code != "current_password_invalid" {
		t.Errorf("wrong old password: %d %s", got.status, got.text)
	}
	if got := change("correct horse", "battery staple"); got.status != http.StatusOK {
		t.Errorf("change: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/api/v1/auth/jwks", "", ""); got.status != http.StatusOK || !strings.Contains(got.text, `"keys"`) {
		t.Errorf("jwks: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/api/v1/auth/users", a.key("service_role"), ""); got.status != http.StatusOK {
		t.Errorf("users: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/logout?scope=local", in.body.AccessToken, ""); got.status != http.StatusNoContent {
		t.Errorf("logout: %d %s", got.status, got.text)
	}
}

func TestRecoveryInOneCall(t *testing.T) {
	a := newAPI(t)
	up := a.signUp("ada@example.test")
	a.call("POST", "/auth/v1/recover", "", `{"email":"ada@example.test"}`)
	token := a.mail("ada@example.test").Hash
	reset := func(password string) answer {
		return a.call("POST", "/auth/v1/recover/verify", "", `{"token":"`+token+`","password":"`+password+`"}`)
	}
	if got := reset("abc"); got.body.Code != "weak_password" {
		t.Errorf("weak: %d %s", got.status, got.text)
	}
	if got := reset("battery staple"); got.status != http.StatusOK || got.body.AccessToken == "" {
		t.Fatalf("reset: %d %s", got.status, got.text)
	}
	if got := reset("battery staple 2"); got.body.Code != "otp_expired" {
		t.Errorf("used twice: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/user", up.body.AccessToken, ""); got.body.Code != "session_not_found" {
		t.Errorf("old sessions end: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/login", "", `{"email":"ada@example.test","password":"battery staple"}`); got.status != http.StatusOK {
		t.Errorf("login: %d %s", got.status, got.text)
	}
}

func TestMagicLinksAndCodesByTheirShortPaths(t *testing.T) {
	a := newAPI(t, direct)
	a.signUp("ada@example.test")
	a.call("POST", "/auth/v1/magiclink", "", `{"email":"ada@example.test"}`)
	link := a.call("GET", "/auth/v1/magiclink/verify?token="+a.mail("ada@example.test").Hash, "", "")
	if _, _, fragment := link.location(t); fragment.Get("access_token") == "" || fragment.Get("type") != "magiclink" {
		t.Errorf("link: %d %s", link.status, link.header.Get("Location"))
	}
	a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test"}`)
	if got := a.call("POST", "/auth/v1/otp/verify", "", `{"email":"ada@example.test","token":"`+a.mail("ada@example.test").Token+`"}`); got.body.AccessToken == "" {
		t.Errorf("code: %d %s", got.status, got.text)
	}
}

func TestAccountsAreDeletedWithAFreshSession(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	a.one(`update auth.sessions set created_at = now() - interval '1 hour' returning 'x'`)
	if got := a.call("DELETE", "/auth/v1/user", in.body.AccessToken, ""); got.body.Code != "reauthentication_needed" {
		t.Errorf("an old session: %d %s", got.status, got.text)
	}
	fresh := a.call("POST", "/auth/v1/login", "", `{"email":"ada@example.test","password":"correct horse"}`)
	if got := a.call("DELETE", "/auth/v1/user", fresh.body.AccessToken, ""); got.status != http.StatusNoContent {
		t.Errorf("a fresh one: %d %s", got.status, got.text)
	}
	if n := a.one(`select count(*)::text from auth.users`); n != "0" {
		t.Errorf("%s users", n)
	}
}

func TestLockoutEscalatesPerNetwork(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.LockoutThreshold = 3 })
	a.signUp("ada@example.test")
	try := func(email, password string) answer {
		return a.call("POST", "/auth/v1/login", "", `{"email":"`+email+`","password":"`+password+`"}`)
	}
	for _, email := range []string{"ada@example.test", "nobody@example.test"} {
		for range 3 {
			if got := try(email, "wrong"); got.body.Code != "invalid_credentials" {
				t.Errorf("%s: %d %s", email, got.status, got.text)
			}
		}
		if got := try(email, "correct horse"); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
			t.Errorf("%s is locked: %d %s", email, got.status, got.text)
		}
	}
	a.one(`update auth.lockouts set locked_until = now() returning 'x'`)
	if got := try("ada@example.test", "correct horse"); got.status != http.StatusOK {
		t.Errorf("after the lock: %d %s", got.status, got.text)
	}
}
