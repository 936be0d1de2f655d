package server

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/token"
)

var said = regexp.MustCompile(`^(public|user|admin|client): `)

// TestHostileRequestsBreakNothing sends every route of mfa, API keys, the OAuth
// server and orgs what no honest client does: bodies that cannot be read, members of
// the wrong kind, paths that name nothing. None may fail (5xx), none may make anything.
func TestHostileRequestsBreakNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, map[string]string{
		"AUTH_RATE_LIMIT_ENABLED": "false", "OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION": "true", "MFA_PHONE_ENROLL_ENABLED": "true", "MFA_EMAIL_ENROLL_ENABLED": "true",
	})
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	service, err := ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	ada := (&tenants{t: t, s: s, ring: ring, d: d}).person("ada")
	bearers := map[string]string{"public": "", "client": "", "user": ada.access, "admin": service}
	owner := d.Owner(t)
	made := func() (n int) {
		t.Helper()
		err := owner.QueryRow(t.Context(), `select (select count(*) from orgs.orgs) + (select count(*) from orgs.invites) + (select count(*) from orgs.roles)
			+ (select count(*) from oauth.clients) + (select count(*) from oauth.grants) + (select count(*) from auth.api_keys)
			+ (select count(*) from auth.mfa_factors) + (select count(*) from auth.webauthn_credentials)`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := made()
	const names = "name slug email role token factor_type friendly_name phone code challenge_id factor_id scopes expires_at redirect_uris client_name action credential permissions"
	members := func(value string) string {
		return `{"` + strings.Join(strings.Fields(names), `":`+value+`,"`) + `":` + value + `}`
	}
	bodies := []string{
		`{"name"`, `[]`, `7`, "{\"name\":\"\xff\"}", `{"name":"a","Name":"b","name":"c"}`, members(`{}`), members(`[[]]`), members(`-1`), members(`true`),
		members(`"\u0000"`), members(`"a\r\nBcc: all@example.test"`), `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, strings.Repeat(`{"a":`, 500),
		"client_id=x&client_id=y&grant_type=authorization_code", "grant_type=%ff&code=%00&client_id=" + strings.Repeat("9", 5000), "%zz",
	}
	params := regexp.MustCompile(`:[a-z_]+`)
	for _, r := range s.echo.Routes() {
		whose := said.FindStringSubmatch(r.Name)
		if whose == nil {
			continue
		}
		header := map[string]string{"Content-Type": "application/json"}
		if whose[1] == "client" {
			header["Content-Type"] = "application/x-www-form-urlencoded"
		}
		if bearer := bearers[whose[1]]; bearer != "" {
			header["Authorization"] = "Bearer " + bearer
		}
		for _, value := range []string{"00000000-0000-0000-0000-000000000000", "x", "%00", "%2e%2e%2f", "%ff", strings.Repeat("9", 3000)} {
			path := params.ReplaceAllLiteralString(r.Path, value)
			for _, query := range []string{"", "?page=x&per_page=-1&client_id=%00&since=never&limit=99999999999999999999", "?redirect_uri=https://evil.example%0d%0aSet-Cookie:x=y&state=%ff"} {
				if got := s.do(t, r.Method, path+query, header, bodies[0]); got.status >= http.StatusInternalServerError {
					t.Errorf("%s %.100s%s: %d %.300s", r.Method, path, query, got.status, got.body)
				}
			}
			if !strings.Contains(r.Path, ":") {
				break
			}
		}
		if r.Method == http.MethodGet || r.Method == http.MethodDelete {
			continue
		}
		path := params.ReplaceAllLiteralString(r.Path, ada.id)
		for _, body := range bodies {
			if got := s.do(t, r.Method, path, header, body); got.status >= http.StatusInternalServerError || got.status < http.StatusBadRequest && strings.Contains(r.Path, "/clients") {
				t.Errorf("%s %s with %.80q: %d %.300s", r.Method, r.Path, body, got.status, got.body)
			}
		}
	}
	if after := made(); after != before {
		t.Errorf("hostile requests made %d things", after-before)
	}
}
