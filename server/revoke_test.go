package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// Logout, ban and deletion end an access token on the very next request, and a
// user's token that has no session is nobody's.
func TestRevocationIsInstantOnREST(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, nil)
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table public.notes (n int); grant select, insert on public.notes to anon, authenticated;
create policy all_may on public.notes using (true) with check (true)`); err != nil {
		t.Fatal(err)
	}
	signUp := func(email string) (access, user string) {
		res := s.do(t, "POST", "/auth/v1/signup", nil, `{"email":"`+email+`","password":"correct horse"}`)
		var in struct {
			AccessToken string `json:"access_token"`
			User        struct{ ID string }
		}
		if err := json.Unmarshal([]byte(res.body), &in); err != nil || in.AccessToken == "" {
			t.Fatalf("sign up: %d %s", res.status, res.body)
		}
		return in.AccessToken, in.User.ID
	}
	write := func(bearer string) got {
		return s.do(t, "POST", "/rest/v1/notes", map[string]string{"Authorization": "Bearer " + bearer, "Content-Type": "application/json"}, `{"n":1}`)
	}
	for name, end := range map[string]string{
		"logout":   `delete from auth.sessions where user_id = $1`,
		"ban":      `update auth.users set banned_until = 'infinity' where id = $1`,
		"deletion": `delete from auth.users where id = $1`,
	} {
		access, user := signUp(name + "@example.test")
		if res := write(access); res.status != http.StatusCreated {
			t.Fatalf("%s: before: %d %s", name, res.status, res.body)
		}
		if _, err := owner.Exec(t.Context(), end, user); err != nil {
			t.Fatal(err)
		}
		if res := write(access); res.status != http.StatusUnauthorized || res.header.Get("Www-Authenticate") == "" {
			t.Errorf("%s: after: %d %s", name, res.status, res.body)
		}
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	_, user := signUp("ada@example.test")
	for name, claims := range map[string]string{
		"no session":       `{"role":"authenticated","sub":"` + user + `"}`,
		"no such session":  `{"role":"authenticated","sub":"` + user + `","session_id":"00000000-0000-0000-0000-000000000000"}`,
		"session, no user": `{"role":"authenticated","session_id":"00000000-0000-0000-0000-000000000000"}`,
	} {
		text, err := ring.Sign(json.RawMessage(claims))
		if err != nil {
			t.Fatal(err)
		}
		if res := write(text); res.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, res.status, res.body)
		}
	}
	var n int
	if err := owner.QueryRow(t.Context(), `select count(*) from public.notes`).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d rows were written, %v: want the 3 of before", n, err)
	}
	service, err := ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	if res := s.do(t, "GET", "/rest/v1/notes?select=n", map[string]string{"apikey": service}, ""); res.status != http.StatusOK || strings.Count(res.body, "n") != 3 {
		t.Errorf("service key: %d %s", res.status, res.body)
	}
}
