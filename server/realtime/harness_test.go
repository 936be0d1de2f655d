package realtime

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// get answers status, content type and body.
func (n *node) get(path string) (status int, kind, body string) {
	n.b.t.Helper()
	req, err := http.NewRequestWithContext(n.b.t.Context(), http.MethodGet, n.url+path, http.NoBody)
	if err != nil {
		n.b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		n.b.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(res.Body)
	return res.StatusCode, res.Header.Get("Content-Type"), b.String()
}

// bench is a database, keys, and nodes on it.
type bench struct {
	t     testing.TB
	d     *dbtest.DB
	owner *pgx.Conn
	ring  *token.Ring
}

func newBench(t testing.TB) *bench {
	t.Helper()
	ring, err := token.Open(t.TempDir(), config.Auth{JWTAlgorithm: "ES256", JWTAudience: "authenticated"})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t)
	return &bench{t, d, d.Owner(t), ring}
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.owner.Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

// token is an access token; session makes it a user's with a living session.
func (b *bench) token(claims map[string]any) string {
	b.t.Helper()
	if claims["exp"] == nil {
		claims["exp"] = time.Now().Add(time.Hour).Unix()
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := b.ring.Sign(raw)
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *bench) anon() string    { return b.token(map[string]any{"role": "anon"}) }
func (b *bench) service() string { return b.token(map[string]any{"role": "service_role"}) }

// user makes a user with a session and answers a token and the ids.
func (b *bench) user() (text, id, session string) {
	b.t.Helper()
	err := b.owner.QueryRow(b.t.Context(), `with u as (insert into auth.users (email) values ($1) returning id),
		s as (insert into auth.sessions (user_id) select id from u returning id) select u.id::text, s.id::text from u, s`,
		strings.ToLower(rand.Text())+"@example.test").Scan(&id, &session)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.token(map[string]any{"role": "authenticated", "sub": id, "session_id": session}), id, session
}

func settings() config.Realtime {
	return config.Realtime{
		Enabled: true, MaxConnections: 1000, MaxSubsPerConn: 100, MaxJoinsPerSec: 1000, MaxEventsPerSec: 100000, MaxPresence: 1000,
		HeartbeatTimeout: 60, QueueSize: 1000, MaxPayload: 3000000, MaxFrame: 5000000, Retention: 30 * time.Minute, Bus: "postgres",
		NodeTimeout: 10 * time.Second,
	}
}

// node is a server of sockets.
type node struct {
	b    *bench
	s    *Service
	url  string
	stop func() // as SIGTERM does
	kill func() // as SIGKILL does: no last word
}

func (b *bench) node(change func(*config.Realtime), rest http.Handler) *node {
	b.t.Helper()
	c := settings()
	if change != nil {
		change(&c)
	}
	pool, err := db.Open(b.t.Context(), b.d.URL, config.DB{PoolMax: 8, AcquireTimeout: 10 * time.Second, StatementTimeoutMS: 30000})
	if err != nil {
		b.t.Fatal(err)
	}
	listener := db.NewListener(pool)
	s := New(Deps{Pool: pool, Listener: listener, Verifier: b.ring, Config: c, AnonRole: "anon", SearchPath: `"public"`, Rest: rest, RestPrefix: "/rest/v1", Demo: true})
	e := echo.New()
	s.Mount(e.Group("/realtime/v1"))
	hs := httptest.NewServer(e)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	var loops sync.WaitGroup
	loops.Go(func() { listener.Run(ctx) })
	loops.Go(func() { s.Run(ctx) })
	<-s.ready
	var once sync.Once
	n := &node{b: b, s: s, url: hs.URL}
	end := func(silent bool) {
		once.Do(func() {
			if silent {
				s.bus = mute{s.bus}
			}
			cancel()
			loops.Wait()
			hs.CloseClientConnections()
			hs.Close()
			pool.Close()
		})
	}
	n.stop, n.kill = func() { end(false) }, func() { end(true) }
	b.t.Cleanup(n.stop)
	return n
}

// mute is a bus of a node that can say nothing any more.
type mute struct{ bus }

func (mute) say(context.Context, *note) {}
