// Command bench measures a running server against the bare limit on the same
// machine and database, in one run: each pair is measured in turn, three times,
// and the ratio is the median of the rounds. Needs URL, ANON_KEY and
// DATABASE_URL; `make bench` gives it a throw-away server.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/db"
)

const (
	workers = 16
	rounds  = 3
	span    = 2 * time.Second
	rows    = 20
)

// work does one unit; w is the worker's number.
type work func(ctx context.Context, w int) error

type figure struct {
	rate     float64
	p50, p99 time.Duration
}

func measure(ctx context.Context, n int, do work) (figure, error) {
	var (
		wait  sync.WaitGroup
		mu    sync.Mutex
		all   []time.Duration
		first atomic.Pointer[error]
	)
	start := time.Now()
	for w := range n {
		wait.Go(func() {
			var mine []time.Duration
			for time.Since(start) < span && first.Load() == nil {
				began := time.Now()
				if err := do(ctx, w); err != nil {
					first.CompareAndSwap(nil, &err)
					return
				}
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wait.Wait()
	took := time.Since(start)
	if err := first.Load(); err != nil {
		return figure{}, *err
	}
	slices.Sort(all)
	return figure{float64(len(all)) / took.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// pair measures ours against the limit, in turn.
func pair(ctx context.Context, out io.Writer, name, limitName string, ours, limit work) error {
	var ratios []float64
	var a, b figure
	var err error
	for range rounds {
		if a, err = measure(ctx, workers, ours); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if b, err = measure(ctx, workers, limit); err != nil {
			return fmt.Errorf("%s, %s: %w", name, limitName, err)
		}
		ratios = append(ratios, a.rate/b.rate)
	}
	fmt.Fprintf(out, "%s\t%.0f/s\t%s\t%s\t%.0f/s\t%.2f\t%s\n", name, a.rate, ms(a.p50), ms(a.p99), b.rate, median(ratios), limitName)
	return nil
}

func alone(ctx context.Context, out io.Writer, name string, do work) error {
	f, err := measure(ctx, workers, do)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(out, "%s\t%.0f/s\t%s\t%s\t\t\t\n", name, f.rate, ms(f.p50), ms(f.p99))
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// wire is one keep-alive connection that sends prepared bytes: a client that
// costs next to nothing, for it shares the machine with the server.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(host string) (*wire, error) {
	conn, err := net.Dial("tcp", host) //nolint:noctx,gosec // a bench on loopback
	if err != nil {
		return nil, err
	}
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

func request(method, host, path, token, apikey string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\napikey: %s\r\nAuthorization: Bearer %s\r\n", method, path, host, apikey, token)
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// do sends a request and reads its answer; the body is kept only if wanted.
func (w *wire) do(req []byte, want bool) ([]byte, error) {
	body, _, err := w.timed(req, want)
	return body, err
}

// timed is do, with the answer's Server-Timing.
func (w *wire) timed(req []byte, want bool) ([]byte, string, error) {
	if _, err := w.conn.Write(req); err != nil {
		return nil, "", err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	timing := res.Header.Get("Server-Timing")
	if want || res.StatusCode >= http.StatusBadRequest {
		body, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode >= http.StatusBadRequest {
			err = fmt.Errorf("%s: %s", res.Status, body)
		}
		return body, timing, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return nil, timing, err
}

type bench struct {
	host, apikey string
	wires        []*wire
	pool         *pgxpool.Pool
	users        []user
}

type user struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	User         struct {
		ID string `json:"id"`
	} `json:"user"`
	claims []byte
	email  string
}

const password = "correct horse battery"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	b, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer b.pool.Close()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "what (%d connections)\tours\tp50\tp99\tlimit\tratio\tthe limit is\n", workers)
	for _, step := range []func(context.Context, io.Writer) error{b.reads, b.writes, b.calls, b.shapes, b.auth, b.storage} {
		if err := step(ctx, out); err != nil {
			return err
		}
	}
	return out.Flush()
}

// prepare signs a user up for each worker and gives each rows.
func prepare(ctx context.Context) (*bench, error) {
	u, err := url.Parse(os.Getenv("URL")) //nolint:forbidigo // a script's arguments
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("URL is not set: run through make bench")
	}
	b := &bench{host: u.Host, apikey: os.Getenv("ANON_KEY")}   //nolint:forbidigo // a script's arguments
	cfg, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL")) //nolint:forbidigo // a script's arguments
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = workers
	if b.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, err
	}
	for w := range workers {
		wire, err := dial(b.host)
		if err != nil {
			return nil, err
		}
		b.wires = append(b.wires, wire)
		one := user{email: fmt.Sprintf("bench-%d-%d@example.test", time.Now().UnixNano(), w)}
		body, err := json.Marshal(map[string]string{"email": one.email, "password": password})
		if err != nil {
			return nil, err
		}
		answer, err := wire.do(request("POST", b.host, "/auth/v1/signup", b.apikey, b.apikey, body), true)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(answer, &one); err != nil {
			return nil, err
		}
		one.claims = []byte(`{"sub":"` + one.User.ID + `","role":"authenticated"}`)
		b.users = append(b.users, one)
		if _, err := b.pool.Exec(ctx, `insert into public.todos (user_id, task) select $1, 'task ' || n from generate_series(1, $2) n`,
			one.User.ID, rows); err != nil {
			return nil, err
		}
	}
	_, err = b.pool.Exec(ctx, `analyze public.todos`)
	return b, err
}

// http sends a request that is the same each time for a worker.
func (b *bench) http(method, path string, body []byte) work {
	reqs := make([][]byte, workers)
	for w := range reqs {
		reqs[w] = request(method, b.host, path, b.users[w].AccessToken, b.apikey, body)
	}
	return func(_ context.Context, w int) error {
		_, err := b.wires[w].do(reqs[w], false)
		return err
	}
}

// bare runs a statement in the pipeline that the server uses, and nothing else.
func (b *bench) bare(method, path, sql string, values ...string) work {
	return func(ctx context.Context, w int) error {
		conn, err := b.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		p := db.NewPipe(ctx, conn)
		defer p.Close(ctx)
		caller := &db.Caller{
			Role: "authenticated", Claims: b.users[w].claims, UserID: b.users[w].User.ID, SessionID: sessionOf(b.users[w].AccessToken),
			Method: method, Path: path, Headers: []byte(`{}`), Cookies: []byte(`{}`), SearchPath: `"public"`, ReadOnly: method == "GET",
		}
		p.As(caller)
		literals := make([][]byte, len(values))
		for i, v := range values {
			literals[i] = []byte(v)
		}
		p.Query("bench_"+strconv.Itoa(len(sql)), sql, nil, literals, nil)
		if err := p.Sync(); err != nil {
			return err
		}
		for range caller.Prelude() + 1 {
			if err := p.Skip(); err != nil {
				return err
			}
		}
		return p.Done()
	}
}

// bareHTTP is the bare pipeline behind net/http: what is left when the server
// does nothing but carry the statement and its answer.
func (b *bench) bareHTTP(method, path string, sent []byte, sql string, values ...string) (work, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a bench on loopback
	if err != nil {
		return nil, err
	}
	run := b.bare(method, path, sql, values...)
	body := bytes.Repeat([]byte("x"), 1200)                                          // about what a list of 20 weighs
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:errcheck,gosec // ends with the bench
		_, _ = io.Copy(io.Discard, r.Body)
		n, err := strconv.Atoi(r.URL.Query().Get("w"))
		if err == nil {
			err = run(r.Context(), n)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(body)
	}))
	wires, reqs := make([]*wire, workers), make([][]byte, workers)
	for n := range wires {
		if wires[n], err = dial(l.Addr().String()); err != nil {
			return nil, err
		}
		reqs[n] = request(method, "bare", "/?w="+strconv.Itoa(n), b.users[n].AccessToken, b.apikey, sent)
	}
	return func(_ context.Context, w int) error {
		_, err := wires[w].do(reqs[w], false)
		return err
	}, nil
}

func (b *bench) auth(ctx context.Context, out io.Writer) error {
	tokens := make([]string, workers)
	for w := range tokens {
		tokens[w] = b.users[w].RefreshToken
	}
	refresh := func(_ context.Context, w int) error {
		body := []byte(`{"refresh_token":"` + tokens[w] + `"}`)
		answer, err := b.wires[w].do(request("POST", b.host, "/auth/v1/token?grant_type=refresh_token", b.apikey, b.apikey, body), true)
		if err != nil {
			return err
		}
		var next user
		err = json.Unmarshal(answer, &next)
		tokens[w] = next.RefreshToken
		return err
	}
	update := func(ctx context.Context, w int) error {
		_, err := b.pool.Exec(ctx, `update auth.sessions set refreshed_at = now() where id = $1`, sessionOf(b.users[w].AccessToken))
		return err
	}
	read := func(ctx context.Context, w int) error {
		var id string
		return b.pool.QueryRow(ctx, `select id::text from auth.users where id = $1`, b.users[w].User.ID).Scan(&id)
	}
	if err := pair(ctx, out, "GET /auth/v1/user", "one SELECT", b.http("GET", "/auth/v1/user", nil), read); err != nil {
		return err
	}
	if err := pair(ctx, out, "refresh grant", "one UPDATE", refresh, update); err != nil {
		return err
	}
	return alone(ctx, out, "password grant (argon2id)", func(_ context.Context, w int) error {
		body := []byte(`{"email":"` + b.users[w].email + `","password":"` + password + `"}`)
		_, err := b.wires[w].do(request("POST", b.host, "/auth/v1/token?grant_type=password", b.apikey, b.apikey, body), false)
		return err
	})
}

// sessionOf reads session_id out of a token that this run was given.
func sessionOf(accessToken string) string {
	var claims struct {
		SessionID string `json:"session_id"`
	}
	if raw, err := base64.RawURLEncoding.DecodeString(strings.Split(accessToken, ".")[1]); err == nil {
		_ = json.Unmarshal(raw, &claims)
	}
	return claims.SessionID
}
