package storage

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
	"howdah/server/token"
)

func settings(t testing.TB, vars map[string]string) config.Storage {
	t.Helper()
	all := map[string]string{"HOWDAH_HOME": t.TempDir(), "STORAGE_LOCAL_SYNC": "false"}
	for k, v := range vars {
		all[k] = v
	}
	c, err := config.Parse(all)
	if err != nil {
		t.Fatal(err)
	}
	return c.Storage
}

// api is the storage surface over a database and a backend of its own.
type api struct {
	t       *testing.T
	s       *Service
	server  *httptest.Server
	owner   *pgx.Conn
	ring    *token.Ring
	service string // a key for service_role
	url     string // the database, as authenticator
}

func newAPI(t *testing.T, backend Backend) *api {
	t.Helper()
	return start(t, backend, t.TempDir())
}

// newAPIAt keeps keys and files under home, for other servers to share.
func newAPIAt(t *testing.T, home string) *api {
	t.Helper()
	return start(t, nil, home)
}

func start(t *testing.T, backend Backend, home string) *api {
	t.Helper()
	c, d := settings(t, map[string]string{"HOWDAH_HOME": home}), dbtest.New(t)
	auth := config.Auth{JWTAlgorithm: "ES256", JWTIssuer: "http://test", JWTAudience: "authenticated"}
	ring, err := token.Open(filepath.Join(home, "keys"), auth)
	if err != nil {
		t.Fatal(err)
	}
	if backend == nil {
		if backend, err = NewBackend(c); err != nil {
			t.Fatal(err)
		}
	}
	a := &api{t: t, owner: d.Owner(t), ring: ring, url: d.URL}
	a.s, err = New(Deps{Pool: d.Pool, Ring: ring, Backend: backend, Config: c, AnonRole: "anon", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewServer(serving(a.s))
	t.Cleanup(a.server.Close)
	a.s.ExternalURL = a.server.URL
	if a.service, err = ring.MintAPIKey("service_role"); err != nil {
		t.Fatal(err)
	}
	a.exec(`insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other')`)
	a.exec(`create policy own_folder on storage.objects for all to authenticated using ((storage.foldername(name))[1] = (select auth.uid()::text))`)
	return a
}

func serving(s *Service) http.Handler {
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(
		problem.Wire{Prefix: Prefix, Render: problem.Storage},
		problem.Wire{Prefix: Prefix + "/upload/resumable", Render: problem.StorageText},
		problem.Wire{Prefix: Prefix + "/s3", Render: problem.StorageXML},
	)
	s.Mount(e)
	return e
}

func (a *api) exec(sql string, args ...any) {
	a.t.Helper()
	if _, err := a.owner.Exec(a.t.Context(), sql, args...); err != nil {
		a.t.Fatalf("%s: %v", sql, err)
	}
}

func (a *api) count(sql string) (n int) {
	a.t.Helper()
	if err := a.owner.QueryRow(a.t.Context(), sql).Scan(&n); err != nil {
		a.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// user is a signed-in user's id and token.
func (a *api) user() (string, string) {
	a.t.Helper()
	user, session := uuid.NewString(), uuid.NewString()
	a.exec(`insert into auth.users (id, email) values ($1::uuid, $1::text || '@example.test')`, user)
	a.exec(`insert into auth.sessions (id, user_id) values ($1, $2)`, session, user)
	claims, err := json.Marshal(map[string]any{
		"sub": user, "role": "authenticated", "session_id": session, "aud": "authenticated", "exp": time.Now().Add(time.Hour).Unix(),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := a.ring.Sign(claims)
	if err != nil {
		a.t.Fatal(err)
	}
	return user, text
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (n answer) code() string {
	var body struct{ Code string }
	_ = json.Unmarshal([]byte(n.body), &body)
	return body.Code
}

// call sends a request; pairs of more are headers.
func (a *api) call(method, path, bearer string, body io.Reader, more ...string) answer {
	a.t.Helper()
	url := path
	if !strings.HasPrefix(path, "http") {
		url = a.server.URL + Prefix + path
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, url, body)
	if err != nil {
		a.t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{body: err.Error()}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{body: err.Error()}
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func (a *api) put(name, text string, more ...string) answer {
	a.t.Helper()
	return a.call("POST", "/object/b/"+name, a.service, strings.NewReader(text), append([]string{"Content-Type", "text/plain"}, more...)...)
}

func (a *api) get(name string) answer {
	a.t.Helper()
	return a.call("GET", "/object/authenticated/b/"+name, a.service, nil)
}

// stored is how many things the backend holds.
func (a *api) stored() (n int) {
	a.t.Helper()
	if err := a.s.Backend.Walk(a.t.Context(), func(uuid.UUID, time.Time) error { n++; return nil }); err != nil {
		a.t.Fatal(err)
	}
	return n
}

// reapAll lets all deadlines pass, and reaps both ways.
func (a *api) reapAll() {
	a.t.Helper()
	a.exec(`update storage.garbage set due_at = now() - interval '1 second'`)
	a.exec(`update storage.uploads set expires_at = now() - interval '1 second' where state = 'pending'`)
	for range 2 { // what expires is garbage next
		if _, err := a.s.keeper.Reap(a.t.Context()); err != nil {
			a.t.Fatal(err)
		}
		a.exec(`update storage.garbage set due_at = now() - interval '1 second'`)
	}
	if _, err := a.s.keeper.Sweep(a.t.Context(), 0, true); err != nil {
		a.t.Fatal(err)
	}
}

// whole checks that rows and bytes belong together, one to one.
func (a *api) whole() {
	a.t.Helper()
	if err := a.s.keeper.Lost(a.t.Context(), false, func(path string) { a.t.Errorf("%s has lost its bytes", path) }); err != nil {
		a.t.Error(err)
	}
	a.reapAll()
	rows := a.count(`select count(*) from storage.objects`)
	if n := a.stored(); n != rows {
		a.t.Errorf("%d objects, %d things stored", rows, n)
	}
	if n := a.count(`select count(*) from storage.garbage`) + a.count(`select count(*) from storage.uploads where state = 'pending'`); n != 0 {
		a.t.Errorf("%d things are left to reap", n)
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}
