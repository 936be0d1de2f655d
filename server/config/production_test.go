package config

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

const strong = "k3v9-QmB2x_tZ7pLw4hRn8cYdF1sJ6gA"

func safe() map[string]string {
	return map[string]string{
		"HOWDAH_ENV": "production", "DATABASE_URL": "postgres://owner:" + strong + "@db/app", "API_EXTERNAL_URL": "https://api.example.test",
		"AUTHENTICATOR_PASSWORD": strong + "2", "EMAIL_BACKEND": "none", "MAILER_AUTOCONFIRM": "true",
	}
}

// Every rule by settings that it refuses, and by ones that it lets pass.
func TestProductionRefusesUnsafeSettings(t *testing.T) {
	t.Parallel()
	provider := func(issuer string) string {
		return `[{"name":"acme","issuer":"` + issuer + `","client_id":"a","secret":"b"}]`
	}
	captcha := map[string]string{"SECURITY_CAPTCHA_ENABLED": "true"}
	for _, tc := range []struct {
		name      string
		fail, ok  []string
		alongside map[string]string
	}{
		{name: "DATABASE_URL", fail: []string{"", "postgres://o:postgres@db/app", "postgres://o:short@db/app", "postgres://o:password123!!!@db/app"}, ok: []string{"postgres://o@db/app"}},
		{name: "API_EXTERNAL_URL", fail: []string{"", "http://api.example.test"}, ok: []string{"https://other.example.test"}},
		{name: "AUTHENTICATOR_PASSWORD", fail: []string{"", "short", strings.Repeat("x", 32), strong, "changeme-changeme-changeme"}, ok: []string{strong + "3"}},
		{name: "CORS_ALLOW_ORIGINS", fail: []string{"*", "https://app.example.test,*"}, ok: []string{"https://app.example.test"}},
		{name: "PGRST_SERVER_CORS_ALLOWED_ORIGINS", fail: []string{"*"}, ok: []string{"https://app.example.test"}},
		{name: "TRUSTED_PROXIES", fail: []string{"0.0.0.0/0", "10.0.0.0/8,::/0"}, ok: []string{"10.0.0.0/8"}},
		{name: "HOWDAH_PROJECT", fail: []string{"demo"}, ok: []string{"/srv/app"}},
		{name: "PGRST_DB_PLAN_ENABLED", fail: []string{"true"}, ok: []string{"false"}},
		{name: "PGRST_OPENAPI_MODE", fail: []string{"ignore-privileges"}, ok: []string{"disabled", "follow-privileges"}},
		{name: "PGRST_DB_TX_END", fail: []string{"rollback", "commit-allow-override"}, ok: []string{"commit"}},
		{name: "POSTGRES_VOLATILE", fail: []string{"true"}, ok: []string{"false"}},
		{name: "AUTH_RATE_LIMIT_ENABLED", fail: []string{"false"}, ok: []string{"true"}},
		{name: "MAILER_AUTOCONFIRM", fail: []string{""}, ok: []string{"true", "false"}},
		{name: "SMS_TEST_OTP", fail: []string{"4915200000000:123456"}, ok: []string{""}},
		{name: "SMS_BACKEND", fail: []string{"console"}, ok: []string{"http"}, alongside: map[string]string{"EXTERNAL_PHONE_ENABLED": "true", "SMS_HTTP_URL": "https://sms.example.test"}},
		{
			name: "SMTP_TLS", fail: []string{"none"}, ok: []string{"auto"},
			alongside: map[string]string{"EMAIL_BACKEND": "smtp", "SMTP_HOST": "mail.example.test", "SMTP_ADMIN_EMAIL": "a@example.test"},
		},
		{name: "URI_ALLOW_LIST", fail: []string{"**", "https://**", "https://*/back"}, ok: []string{"https://*.example.test/**"}},
		{name: "SECURITY_CAPTCHA_SECRET", fail: []string{"0x0000000000000000000000000000000000000000", "1x0000000000000000000000000000000AA"}, ok: []string{strong}, alongside: captcha},
		{name: "EXTERNAL_OIDC_PROVIDERS", fail: []string{provider("http://id.example.test")}, ok: []string{provider("https://id.example.test")}},
		{name: "AUTH_ARGON2_MEMORY_KIB", fail: []string{"7168"}, ok: []string{"19456"}},
		{name: "OUTBOUND_ALLOW", fail: []string{"0.0.0.0/0"}, ok: []string{"10.1.0.0/16"}},
		{name: "FUNCTIONS_ALLOW_NETWORKS", fail: []string{"::/0"}, ok: []string{"10.1.0.0/16"}},
		{name: "JWT_SECRET", fail: []string{"super-secret-jwt-token-with-at-least-32-characters-long", strings.Repeat("ab", 20), "your-own-secret-goes-right-here-please"}, ok: []string{strong}},
		{name: "PGRST_JWT_SECRET", fail: []string{"reallyreallyreallyreallyverysafe", "short"}, ok: []string{strong, `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`}},
		{name: "STORAGE_URL_KEYS", fail: []string{strings.Repeat("ab", 16), strong + "," + strings.Repeat("x", 40)}, ok: []string{strong + "," + strong + "4"}},
		{name: "STORAGE_S3_SECRET_ACCESS_KEY", fail: []string{"minioadmin"}, ok: []string{strong}},
		{name: "EMAIL_BACKEND", fail: []string{"", "console", "inbox"}, ok: []string{"none"}},
		{name: "HOWDAH_ADMIN_PASSWORD", fail: []string{"passw0rd", "short"}, ok: []string{strong}, alongside: map[string]string{"HOWDAH_ADMIN_EMAIL": "root@example.test"}},
		{name: "SMTP_PASSWORD", fail: []string{"secret"}, ok: []string{strong}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			with := func(value string) error {
				vars := safe()
				maps.Copy(vars, tc.alongside)
				vars[tc.name] = value
				_, err := Parse(vars)
				return err
			}
			var mistakes *Mistakes
			for _, value := range tc.fail {
				if err := with(value); !errors.As(err, &mistakes) || len(mistakes.Lines) != 1 || !namedIn(tc.name, mistakes.Lines[0]) {
					t.Errorf("%q: %v", value, err)
				}
			}
			for _, value := range tc.ok {
				if err := with(value); err != nil {
					t.Errorf("%q is refused: %v", value, err)
				}
			}
		})
	}
}

func namedIn(name, line string) bool {
	return strings.HasPrefix(line, name+" ") || strings.HasPrefix(name, "EXTERNAL_") && strings.HasPrefix(line, "EXTERNAL_*")
}

// Where mail leaves, production asks for the proof of an address unless told otherwise;
// development does not.
func TestProductionConfirms(t *testing.T) {
	t.Parallel()
	const hook = "v1,whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	for _, tc := range []struct {
		name string
		more map[string]string
		want bool
	}{
		{"by mail", map[string]string{"EMAIL_BACKEND": "smtp", "SMTP_HOST": "mail.example.test", "SMTP_ADMIN_EMAIL": "a@example.test"}, false},
		{"by a hook", map[string]string{"HOOK_SEND_EMAIL_ENABLED": "true", "HOOK_SEND_EMAIL_URI": "https://hooks.example.test", "HOOK_SEND_EMAIL_SECRETS": hook}, false},
		{"not at all", map[string]string{"MAILER_AUTOCONFIRM": "true"}, true},
		{"development", map[string]string{"HOWDAH_ENV": "development", "EMAIL_BACKEND": ""}, true},
	} {
		vars := safe()
		vars["MAILER_AUTOCONFIRM"] = ""
		maps.Copy(vars, tc.more)
		if c, err := Parse(vars); err != nil || c.Auth.Autoconfirm != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestProductionNamesAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	vars := safe()
	for name, value := range map[string]string{"CORS_ALLOW_ORIGINS": "*", "JWT_SECRET": strings.Repeat("a", 40), "DATABASE_URL": "", "PGRST_DB_PLAN_ENABLED": "true"} {
		vars[name] = value
	}
	_, err := Parse(vars)
	var mistakes *Mistakes
	if !errors.As(err, &mistakes) || len(mistakes.Lines) != 4 {
		t.Errorf("%v", err)
	}
	delete(vars, "HOWDAH_ENV")
	if _, err := Parse(vars); err != nil {
		t.Errorf("in development: %v", err)
	}
}

func TestProductionWarns(t *testing.T) {
	t.Parallel()
	quiet := safe()
	maps.Copy(quiet, map[string]string{"EMAIL_BACKEND": "smtp", "SMTP_HOST": "mail.example.test", "SMTP_ADMIN_EMAIL": "a@example.test", "MAILER_AUTOCONFIRM": "false"})
	warnings := func(name, value string) []string {
		vars := maps.Clone(quiet)
		vars[name] = value
		c, err := Parse(vars)
		if err != nil {
			t.Fatalf("%s=%s: %v", name, value, err)
		}
		return c.Warnings()
	}
	if w := warnings("LOG_LEVEL", "info"); len(w) != 0 {
		t.Errorf("safe settings: %v", w)
	}
	for name, value := range map[string]string{
		"LOG_LEVEL": "debug", "HOWDAH_PLATFORM": "/src", "EMAIL_BACKEND": "none", "MAILER_AUTOCONFIRM": "true", "AUTH_LOCKOUT_THRESHOLD": "0",
		"PASSWORD_MIN_SCORE": "0", "JWT_EXP": "604800", "AUTH_SESSION_COOKIE_MAX_AGE": "1000h", "OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION": "true",
		"CORS_ALLOW_ORIGINS": "http://app.example.test", "SITE_URL": "http://app.example.test", "STORAGE_S3_ENDPOINT": "http://s3.example.test",
	} {
		if w := warnings(name, value); len(w) != 1 || !strings.Contains(w[0], name) {
			t.Errorf("%s=%s: %v", name, value, w)
		}
	}
}
