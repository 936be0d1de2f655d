package auth

import (
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howdah/server/config"
)

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	p := newPolicy(config.Auth{PasswordMinLength: 8, PasswordMinScore: 2, PasswordRequired: "abcdefghijklmnopqrstuvwxyz:0123456789"}, "https://tidewater.example")
	email := "grace.hopper@example.test"
	for _, tc := range []struct{ name, password, reason string }{
		{"short", "a1", "length"},
		{"no digit", "correct horse battery", "characters"},
		{"common", "password1", "guessable"},
		{"a row of keys", "qwertyuiop1", "guessable"},
		{"the own name", "gracehopper1", "guessable"},
		{"the site's name", "tidewater1", "guessable"},
		{"good", "correct horse battery 7", ""},
		{"another script", "пароль для слонов 7 abc", ""},
	} {
		v := p.judge(tc.password, &email, nil)
		if tc.reason == "" && v.Reasons != nil || tc.reason != "" && !slices.Contains(v.Reasons, tc.reason) {
			t.Errorf("%s: %v", tc.name, v.Reasons)
		}
	}
}

func TestBreachedPasswords(t *testing.T) {
	t.Parallel()
	sum := sha1.Sum([]byte("seen before"))
	digest := strings.ToUpper(hex.EncodeToString(sum[:]))
	list := digest[5:] + ":7\r\n" + strings.Repeat("0", 35) + ":0\r\n"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, digest[:5]+".txt"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	var asked string
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		if r.URL.Path != "/"+digest[:5] {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(list))
	}))
	t.Cleanup(remote.Close)
	for name, c := range map[string]config.Auth{
		"folder": {PasswordHIBP: true, PasswordHIBPDir: dir}, "HTTP": {PasswordHIBP: true, PasswordHIBPURL: remote.URL + "/"},
	} {
		b := newBreaches(c)
		if leaked, err := b.contain(t.Context(), "seen before"); !leaked || err != nil {
			t.Errorf("%s: %t, %v", name, leaked, err)
		}
		if leaked, err := b.contain(t.Context(), "never seen"); leaked || err != nil {
			t.Errorf("%s fails open: %t, %v", name, leaked, err)
		}
		b.failClosed = true
		if _, err := b.contain(t.Context(), "never seen"); err == nil {
			t.Errorf("%s fails closed where it is told to", name)
		}
	}
	if len(asked) != 6 {
		t.Errorf("asked for %q: more than a range", asked)
	}
}

func TestCaptcha(t *testing.T) {
	judge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("secret") == "s" && r.FormValue("response") == "human" {
			_, _ = w.Write([]byte(`{"success":true}`))
			return
		}
		_, _ = w.Write([]byte(`{"success":false,"error-codes":["invalid-input-response"]}`))
	}))
	t.Cleanup(judge.Close)
	a := newAPI(t, func(c *config.Auth) { c.CaptchaEnabled, c.CaptchaSecret, c.CaptchaURL = true, "s", judge.URL })
	body := func(token string) string {
		return `{"email":"ada@example.test","password":"correct horse","gotrue_meta_security":{"captcha_token":"` + token + `"}}`
	}
	for _, path := range []string{"/signup", "/token?grant_type=password", "/otp", "/magiclink", "/recover", "/login", "/register", "/cookie/login"} {
		for _, token := range []string{"", "robot"} {
			if got := a.call("POST", "/auth/v1"+path, "", body(token)); got.status != 400 || got.body.Code != "captcha_failed" {
				t.Errorf("%s with %q: %d %s", path, token, got.status, got.text)
			}
		}
	}
	if got := a.call("POST", "/auth/v1/signup", "", body("human")); got.status != http.StatusOK {
		t.Errorf("a human: %d %s", got.status, got.text)
	}
}
