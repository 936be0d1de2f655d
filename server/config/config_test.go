package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDefaultsAreUsable(t *testing.T) {
	t.Parallel()
	c, err := Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Server.ExternalURL != "http://127.0.0.1:8000" || c.Auth.JWTIssuer != "http://127.0.0.1:8000/auth/v1" {
		t.Errorf("url %q, issuer %q", c.Server.ExternalURL, c.Auth.JWTIssuer)
	}
	c.Moved("http://127.0.0.1:4711")
	if c.Server.ExternalURL != "http://127.0.0.1:4711" || c.Auth.JWTIssuer != "http://127.0.0.1:4711/auth/v1" {
		t.Errorf("after Moved: url %q, issuer %q", c.Server.ExternalURL, c.Auth.JWTIssuer)
	}
}

func TestWhatWasConfiguredStays(t *testing.T) {
	t.Parallel()
	c, err := Parse(map[string]string{"API_EXTERNAL_URL": "https://api.example.test/"})
	if err != nil {
		t.Fatal(err)
	}
	c.Moved("http://127.0.0.1:4711")
	if c.Server.ExternalURL != "https://api.example.test" || c.Auth.JWTIssuer != "https://api.example.test/auth/v1" {
		t.Errorf("url %q, issuer %q", c.Server.ExternalURL, c.Auth.JWTIssuer)
	}
}

func TestBlanksInListsDoNotCount(t *testing.T) {
	t.Parallel()
	c, err := Parse(map[string]string{"PGRST_DB_SCHEMAS": " api, shop,,"})
	if err != nil || !slices.Equal(c.Rest.Schemas, []string{"api", "shop"}) {
		t.Errorf("%q, %v", c.Rest.Schemas, err)
	}
}

func TestEveryMistakeIsListedAtOnce(t *testing.T) {
	t.Parallel()
	const secret = "mysql://root:hunter2@db"
	_, err := Parse(map[string]string{
		"PORT": "99999", "BODY_LIMIT_BYTES": "much", "TRUSTED_PROXIES": "10.0.0.1", "JWT_ALGORITHM": "none", "DATABASE_URL": secret,
		"CORS_ALLOW_ORIGINS": "example.test", "LOG_LEVEL": "loud",
	})
	var mistakes *Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("error %v", err)
	}
	for _, name := range []string{"PORT", "BODY_LIMIT_BYTES", "TRUSTED_PROXIES", "JWT_ALGORITHM", "DATABASE_URL", "CORS_ALLOW_ORIGINS", "LOG_LEVEL"} {
		if !strings.Contains(err.Error(), name+" ") && !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("a secret is in the error")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	c, err := Parse(map[string]string{"DATABASE_URL": "postgres://owner:hunter2@db/app", "AUTHENTICATOR_PASSWORD": "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprint(c.List())} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("a secret is in %s", text)
		}
	}
	if c.DB.AuthenticatorPassword.Reveal() != "hunter2" {
		t.Error("Reveal is for the one place that needs it")
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Settings() {
		if s.Doc == "" || seen[s.Name] {
			t.Errorf("%s lacks a doc, or stands twice", s.Name)
		}
		seen[s.Name] = true
	}
}

func TestTheFirstAdminHasNoDefaultPassword(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]map[string]string{
		"without a password": {"HOWDAH_ADMIN_EMAIL": "root@example.test"},
		"without an address": {"HOWDAH_ADMIN_PASSWORD": "correct horse battery"},
		"with a sample":      {"HOWDAH_ADMIN_EMAIL": "root@example.test", "HOWDAH_ADMIN_PASSWORD": "Admin"},
	} {
		if _, err := Parse(vars); err == nil || !strings.Contains(err.Error(), "HOWDAH_ADMIN_PASSWORD") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchedulesOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[{"name": "a", "interval_seconds": 60, "target": "public.tidy", "payload": {"n": 1}}]`: "",
		`nonsense`:       "must be like",
		`[] []`:          "must be like",
		`[{"nom": "a"}]`: "must be like",
		`[{"name": "a", "interval_seconds": 0.5}]`:                                                                   "must be like",
		`[{"name": "a", "interval_seconds": 0, "target": "t"}]`:                                                      "schedule 1 needs",
		`[{"name": "a", "interval_seconds": 1, "target": "t"}, {"name": "a", "interval_seconds": 1, "target": "t"}]`: "twice",
	} {
		_, err := Parse(map[string]string{"JOBS_SCHEDULE_JSON": text})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
