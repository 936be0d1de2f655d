package config

import (
	"strings"
	"testing"
)

func TestHooks(t *testing.T) {
	t.Parallel()
	const secret = "v1,whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	for _, tc := range []struct{ name, uri, secrets, wrong string }{
		{"https", "https://hooks.example.test/auth?x=1", secret, ""},
		{"two secrets", "https://hooks.example.test", secret + "|" + secret, ""},
		{"this machine", "http://127.0.0.1:9000", secret, ""},
		{"this machine by name", "http://localhost:9000", secret, ""},
		{"this machine in IPv6", "http://[::1]:9000", secret, ""},
		{"a function", "pg-functions://postgres/app/claims", "", ""},
		{"nothing", "", "", "HOOK_BEFORE_USER_CREATED_URI must be set where HOOK_BEFORE_USER_CREATED_ENABLED is"},
		{"http elsewhere", "http://hooks.example.test", secret, "_URI must begin with https://"},
		{"http that looks like here", "http://localhost.example.test", secret, "_URI must begin with https://"},
		{"another scheme", "ftp://hooks.example.test", secret, "_URI must begin with https:// or pg-functions://"},
		{"no host", "https://", secret, "_URI must begin with https:// or pg-functions://"},
		{"a password", "https://ada:password@hooks.example.test", secret, "without user"},
		{"a path that is none", "pg-functions://postgres/app", "", "like pg-functions://postgres/schema/function"},
		{"SQL for a function", "pg-functions://postgres/app/f();drop", "", "like pg-functions://postgres/schema/function"},
		{"no secret", "https://hooks.example.test", "", "_SECRETS must be set"},
		{"a bare secret", "https://hooks.example.test", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "_SECRETS must be v1,whsec_"},
		{"a short secret", "https://hooks.example.test", "v1,whsec_c2hvcnQ=", "_SECRETS must be v1,whsec_"},
		{"one good, one bad", "https://hooks.example.test", secret + "|v1,whsec_!", "_SECRETS must be v1,whsec_"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := Parse(map[string]string{
				"HOOK_BEFORE_USER_CREATED_ENABLED": "true", "HOOK_BEFORE_USER_CREATED_URI": tc.uri, "HOOK_BEFORE_USER_CREATED_SECRETS": tc.secrets,
			})
			switch {
			case tc.wrong == "" && (err != nil || len(c.Auth.Hooks.List()) != 1):
				t.Errorf("%v", err)
			case tc.wrong != "" && (err == nil || !strings.Contains(err.Error(), tc.wrong)):
				t.Errorf("%v, want %q", err, tc.wrong)
			case err != nil && tc.secrets != "" && strings.Contains(err.Error(), strings.TrimPrefix(tc.secrets, "v1,whsec_")):
				t.Errorf("the secret is in %v", err)
			}
		})
	}
	c, err := Parse(map[string]string{"HOOK_SEND_SMS_URI": "https://hooks.example.test", "HOOK_SEND_SMS_SECRETS": secret, "HOOK_SEND_EMAIL_ENABLED": "true"})
	if err != nil || len(c.Auth.Hooks.List()) != 0 || c.Auth.Hooks.Over("send_sms") {
		t.Errorf("what is off, or has no URI, is no hook: %v", err)
	}
}
