package functions_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/functions"
	"howdah/server/functions/script"
	"howdah/server/problem"
	"howdah/server/token"
)

// stage is a server with functions alone.
type stage struct {
	pool    *db.Pool
	t       *testing.T
	owner   *pgx.Conn
	service *functions.Service
	url     string
	anon    string // API keys
	root    string
	scripts string // folder of JavaScript functions
	ring    *token.Ring
}

func setup(t *testing.T, sql string) *stage {
	t.Helper()
	d := dbtest.New(t)
	s := &stage{t: t, owner: d.Owner(t), pool: d.Pool}
	if _, err := s.owner.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	settings := config.Auth{JWTAlgorithm: "ES256", JWTAudience: "authenticated", JWTIssuer: "http://localhost/auth/v1"}
	var err error
	if s.ring, err = token.Open(t.TempDir(), settings); err != nil {
		t.Fatal(err)
	}
	if s.anon, err = s.ring.MintAPIKey("anon"); err != nil {
		t.Fatal(err)
	}
	if s.root, err = s.ring.MintAPIKey("service_role"); err != nil {
		t.Fatal(err)
	}
	cfg := config.Functions{Timeout: 10 * time.Second, MemoryMiB: 64, AllowNetworks: []string{"127.0.0.0/8"}}
	s.scripts = t.TempDir()
	s.service = functions.New(functions.Deps{Pool: d.Pool, Ring: s.ring, Config: cfg, Scripts: script.New(s.scripts, cfg), AnonRole: "anon"})
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler()
	s.service.Mount(e)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	s.url = server.URL + "/functions/v1/"
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.service.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return s
}

// answer is a response whose body is read.
type answer struct {
	StatusCode int
	Header     http.Header
}

// call sends a request with a key, or none for "".
func (s *stage) call(method, path, key, contentType, body string) (answer, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header}, string(text)
}

const handlers = `
create function functions.echo(request functions.request) returns functions.response language sql as $$
  select functions.reply(to_jsonb(request) - 'headers' - 'claims' - 'cookies' || jsonb_build_object('role', current_user, 'claim', request.claims ->> 'role', 'sent', request.headers ->> 'x-sent'))
$$;
create function functions.add(numbers jsonb) returns jsonb language sql as $$ select to_jsonb((numbers ->> 'a')::int + (numbers ->> 'b')::int) $$;
create function functions.open(request functions.request) returns jsonb language sql set functions.verify_jwt = off as $$ select to_jsonb(current_user::text) $$;
create function functions.cookies(request functions.request) returns functions.response language sql as $$
  select functions.reply_text('<p>hi</p>', 'text/html', 201, '{"set-cookie": ["a=1", "b=2"], "X-Relay-Error": "true", "content-length": "1"}')
$$;
create function functions.bytes(request functions.request) returns functions.response language sql as $$ select functions.reply_bytes(request.body, 'image/png') $$;
create function functions.away(request functions.request) returns functions.response language sql as $$ select functions.redirect('https://example.test/') $$;
create function functions.nothing(request functions.request) returns functions.response language sql as $$ select null::functions.response $$;
create function functions.bad(request functions.request) returns functions.response language sql as $$ select functions.reply('1', 200, '{"x": "a\nb"}') $$;
create function functions.teapot(request functions.request) returns jsonb language plpgsql as $$
begin
  raise exception using errcode = 'PT418', constraint = 'teapot', message = 'I am a teapot', hint = 'Use a kettle.';
end $$;
create function functions.slow(request functions.request) returns jsonb language sql set statement_timeout = '50ms' as $$ select to_jsonb(pg_sleep(30)::text) $$;
create function functions.secret(request functions.request) returns jsonb language sql as $$ select '"told"'::jsonb $$;
revoke execute on function functions.secret(functions.request) from public;
grant execute on function functions.secret(functions.request) to service_role;
create function functions.wrong(a int) returns jsonb language sql as $$ select '1'::jsonb $$;
`

func TestSQLFunctions(t *testing.T) {
	t.Parallel()
	s := setup(t, handlers)
	for _, tc := range []struct {
		name, method, path, key, contentType, body string
		status                                     int
		relay                                      bool
		want                                       string // JSON members that must be there, or the text itself
		header                                     [2]string
	}{
		{
			"a handler sees the request", "PATCH", "echo/a%20b/c?x=1&x=2&forceFunctionRegion=eu", s.anon, "application/json; charset=utf-8", `{"n": 1}`, 200, false,
			`{"method": "PATCH", "path": "/a b/c", "query": {"x": ["1", "2"]}, "json": {"n": 1}, "text": "{\"n\": 1}", "content_type": "application/json", "role": "anon", "claim": "anon", "form": null}`,
			[2]string{"Content-Type", "application/json; charset=utf-8"},
		},
		{"text", "POST", "echo", s.anon, "text/plain", "grüß", 200, false, `{"text": "grüß", "json": null, "path": "/"}`, [2]string{}},
		{"a form", "POST", "echo", s.anon, "application/x-www-form-urlencoded", "a=1&a=2&b=x+y", 200, false, `{"form": {"a": ["1", "2"], "b": ["x y"]}, "text": null}`, [2]string{}},
		{
			"a file", "POST", "echo", s.anon, "multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--X--\r\n", 200, false,
			`{"form": {"f": [{"filename": "a.txt", "type": "text/plain", "size": 2, "base64": "aGk="}]}}`,
			[2]string{},
		},
		{"bytes come back", "POST", "bytes", s.anon, "application/octet-stream", "\x00\xff", 200, false, "\x00\xff", [2]string{"Content-Type", "image/png"}},
		{"the service key's role", "GET", "echo", s.root, "", "", 200, false, `{"role": "service_role", "body": null}`, [2]string{}},
		{"jsonb in, jsonb out", "POST", "add", s.anon, "application/json", `{"a": 1, "b": 2}`, 200, false, "3", [2]string{}},
		{"a query is an argument", "GET", "add?a=4&b=5", s.anon, "", "", 200, false, "9", [2]string{}},
		{"a form is an argument", "POST", "add", s.anon, "application/x-www-form-urlencoded", "a=4&b=6", 200, false, "10", [2]string{}},
		{"status, text and repeated headers", "GET", "cookies", s.anon, "", "", 201, false, "<p>hi</p>", [2]string{"Set-Cookie", "a=1|b=2"}},
		{"a redirect", "GET", "away", s.anon, "", "", 302, false, "", [2]string{"Location", "https://example.test/"}},
		{"null is no content", "GET", "nothing", s.anon, "", "", 204, false, "", [2]string{"Content-Type", ""}},
		{"HEAD has no body", "HEAD", "cookies", s.anon, "", "", 201, false, "", [2]string{"Content-Type", "text/html"}},
		{"no token", "GET", "echo", "", "", "", 401, true, `{"code": "invalid_jwt"}`, [2]string{"Content-Type", "application/problem+json"}},
		{"a token that does not hold", "GET", "echo", "a.b.c", "", "", 401, true, `{"code": "bad_jwt"}`, [2]string{}},
		{"open without a token", "GET", "open", "", "", "", 200, false, `"anon"`, [2]string{}},
		{"open with another's secret", "GET", "open", "whsec_1", "", "", 200, false, `"anon"`, [2]string{}},
		{"what it raises is its own", "GET", "teapot", s.anon, "", "", 418, false, `{"code": "teapot", "detail": "I am a teapot", "hint": "Use a kettle."}`, [2]string{}},
		{"its own time-out", "GET", "slow", s.anon, "", "", 504, true, `{"code": "57014"}`, [2]string{}},
		{"headers that cannot be", "GET", "bad", s.anon, "", "", 500, false, `{"code": "bad_response"}`, [2]string{}},
		{"not granted is not there", "GET", "secret", s.anon, "", "", 404, true, `{"code": "not_found"}`, [2]string{}},
		{"granted", "GET", "secret", s.root, "", "", 200, false, `"told"`, [2]string{}},
		{"absent", "GET", "nobody", s.anon, "", "", 404, true, `{"code": "not_found"}`, [2]string{}},
		{"another signature", "GET", "wrong", s.anon, "", "", 404, true, `{"code": "not_found"}`, [2]string{}},
		{"the platform's own functions", "POST", "dispatch", s.root, "", "", 404, true, `{"code": "not_found"}`, [2]string{}},
		{"no name", "GET", "", s.anon, "", "", 404, true, `{"code": "not_found"}`, [2]string{}},
		{"broken JSON", "POST", "add", s.anon, "application/json", "{", 400, true, `{"code": "bad_body"}`, [2]string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, text := s.call(tc.method, tc.path, tc.key, tc.contentType, tc.body)
			if res.StatusCode != tc.status || (res.Header.Get("X-Relay-Error") == "true") != tc.relay {
				t.Errorf("status %d, relay %q, body %s", res.StatusCode, res.Header.Get("X-Relay-Error"), text)
			}
			if !holds(text, tc.want) {
				t.Errorf("body %s, want %s", text, tc.want)
			}
			if got := strings.Join(res.Header.Values(tc.header[0]), "|"); tc.header[0] != "" && got != tc.header[1] {
				t.Errorf("%s: %q, want %q", tc.header[0], got, tc.header[1])
			}
		})
	}
}

// holds says whether got is want, or an object that has want's members.
func holds(got, want string) bool {
	var w map[string]any
	if json.Unmarshal([]byte(want), &w) != nil {
		return got == want
	}
	var g map[string]any
	if json.Unmarshal([]byte(got), &g) != nil {
		return false
	}
	for name, value := range w {
		a, _ := json.Marshal(g[name])
		b, _ := json.Marshal(value)
		if string(a) != string(b) {
			return false
		}
	}
	return true
}

func TestARevokedSessionIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t, handlers+`
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a');`)
	text, err := s.ring.Sign([]byte(`{"sub": "00000000-0000-0000-0000-00000000000a", "role": "authenticated", "session_id": "00000000-0000-0000-0000-000000000001"}`))
	if err != nil {
		t.Fatal(err)
	}
	if res, body := s.call("GET", "echo", text, "", ""); res.StatusCode != http.StatusOK || !holds(body, `{"role": "authenticated"}`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if _, err := s.owner.Exec(t.Context(), "delete from auth.sessions"); err != nil {
		t.Fatal(err)
	}
	if res, body := s.call("GET", "echo", text, "", ""); res.StatusCode != http.StatusUnauthorized || res.Header.Get("X-Relay-Error") != "true" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestScriptsReachTheDatabaseAsTheirCaller(t *testing.T) {
	t.Parallel()
	s := setup(t, "create table public.notes (id bigint, at uuid, price numeric, tags text[]); grant select, insert on public.notes to anon, service_role; create policy anyone_adds on public.notes for insert to anon with check (id > 0)")
	for name, text := range map[string]string{
		"who.ts": `export default async (r: Request) => {
  await db.query('insert into notes values ($1, $2, 1.5, $3)', ['9007199254740993', '00000000-0000-0000-0000-000000000001', ['a', 'b']])
  return Response.json({ role: await db.one('select current_user as role'), seen: await db.query('select * from notes'), path: new URL(r.url).pathname }, { status: 201, headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] })
}`,
		"refused.ts": `export default async () => { try { await db.query('insert into notes values (0)') } catch (e) { return new Response(e.code, { status: 409 }) } }`,
		"throws.ts":  `export default () => { throw new Error('secret') }`,
		"open.ts":    `export const config = { verify_jwt: false }; export default () => new Response('open')`,
		"mine.ts":    `export const config = { roles: ['service_role'] }; export default () => new Response('mine')`,
	} {
		if err := os.WriteFile(filepath.Join(s.scripts, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, failed := s.service.Reload(t.Context()); len(failed) > 0 {
		t.Fatal(failed)
	}
	for _, tc := range []struct {
		path, key string
		status    int
		relay     bool
		want      string
	}{
		{"who/a", s.anon, 201, false, `{"role": {"role": "anon"}, "seen": [], "path": "/functions/v1/who/a"}`},
		{"who", s.root, 201, false, `{"role": {"role": "service_role"}}`},
		{"refused", s.anon, 409, false, "42501"},
		{"throws", s.anon, 500, false, `{"code": "function_failed", "detail": "The function failed."}`},
		{"who", "", 401, true, `{"code": "invalid_jwt"}`},
		{"open", "", 200, false, "open"},
		{"mine", s.anon, 404, true, `{"code": "not_found"}`},
		{"mine", s.root, 200, false, "mine"},
	} {
		res, text := s.call("POST", tc.path, tc.key, "", "")
		if res.StatusCode != tc.status || (res.Header.Get("X-Relay-Error") == "true") != tc.relay || !holds(text, tc.want) {
			t.Errorf("%s: %d, relay %q, %s", tc.path, res.StatusCode, res.Header.Get("X-Relay-Error"), text)
		}
		if tc.status == http.StatusCreated && len(res.Header.Values("Set-Cookie")) != 2 {
			t.Errorf("cookies: %q", res.Header.Values("Set-Cookie"))
		}
	}
	_, text := s.call("POST", "who", s.root, "", "")
	if !strings.Contains(text, `{"at":"00000000-0000-0000-0000-000000000001","id":"9007199254740993","price":1.5,"tags":["a","b"]}`) {
		t.Errorf("rows: %s", text)
	}
}

func TestUpstreams(t *testing.T) {
	t.Parallel()
	s := setup(t, "")
	release := make(chan struct{})
	var identity string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		identity = r.Header.Get("X-Howdah-Identity")
		switch r.URL.Path {
		case "/base/echo":
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Relay-Error", "true")
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, r.Method+" "+r.URL.RawQuery+" "+r.Header.Get("X-Howdah-Function")+" "+string(body))
		case "/base/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")
			_ = http.NewResponseController(w).Flush()
			<-release // the rest comes only after the first was read
		case "/base/hang":
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}
	}))
	t.Cleanup(elsewhere.Close)
	t.Cleanup(func() { close(release) }) // before Close, which waits for what runs
	register := `select functions.register_upstream('far', $1 || '/base?k=v', _timeout => '1 second'),
		functions.register_upstream('hidden', $1, _roles => '{service_role}'), functions.register_upstream('down', 'http://127.0.0.1:1')`
	if _, err := s.owner.Exec(t.Context(), register, elsewhere.URL); err != nil {
		t.Fatal(err)
	}
	s.service.Changed()
	wait(t, func() bool {
		res, _ := s.call("GET", "far/echo", s.anon, "", "")
		return res.StatusCode == http.StatusTeapot
	})
	res, body := s.call("PUT", "far/echo?q=1", s.anon, "text/plain", "body")
	if body != "PUT k=v&q=1 far body" || res.Header.Get("X-Relay-Error") != "" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	var claims struct{ Role, Aud string }
	payload, err := decodeJWT(identity)
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Role != "anon" || claims.Aud != "functions/far" {
		t.Errorf("identity %q: %s", identity, payload)
	}
	if _, err := s.ring.Verify(identity); err == nil {
		t.Error("an upstream's token opens this server's own doors")
	}
	for path, want := range map[string]int{"far/echo": 401, "hidden": 401} {
		if res, _ := s.call("GET", path, "", "", ""); res.StatusCode != want || res.Header.Get("X-Relay-Error") != "true" {
			t.Errorf("%s without a token: %d", path, res.StatusCode)
		}
	}
	for path, want := range map[string]int{"hidden": 404, "down": 502, "far/hang": 504} {
		if res, body := s.call("GET", path, s.anon, "", ""); res.StatusCode != want || res.Header.Get("X-Relay-Error") != "true" {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	// An API key is worth what the database says, also for what runs elsewhere.
	forged, _ := s.ring.NewAPIKey()
	service, key := s.ring.NewAPIKey()
	const keySQL = `insert into auth.api_keys (name, prefix, key_hash, role) values ('server', $1, $2, 'service_role')`
	if _, err := s.owner.Exec(t.Context(), keySQL, key.Prefix, key.MAC); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{forged: 401, service: 200} {
		if res, body := s.call("GET", "hidden", text, "", ""); res.StatusCode != want {
			t.Errorf("with an API key: %d %s, want %d", res.StatusCode, body, want)
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"far/stream", nil)
	req.Header.Set("Apikey", s.anon)
	stream, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if line, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil || line != "data: 1\n" {
		t.Errorf("streamed %q, %v", line, err)
	}
}

// wait polls for what must become true soon.
func wait(t *testing.T, ok func() bool) {
	t.Helper()
	for range 2400 {
		if ok() {
			return
		}
		select {
		case <-t.Context().Done():
		case <-time.After(25 * time.Millisecond):
		}
	}
	t.Fatal("it does not become true")
}

// decodeJWT is a token's payload, whoever signed it.
func decodeJWT(text string) ([]byte, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errors.New("no JWT")
	}
	return base64.RawURLEncoding.DecodeString(parts[1])
}
