// Command realtime measures sockets against a running server: broadcast fan-out
// beside a bare melody loop in the same run, changes to many users under row
// level security, the write overhead of an enabled table, memory of idle
// sockets. Needs URL, ANON_KEY, DATABASE_URL and HOWDAH_HOME, as
// scripts/with-server gives them, and REALTIME_MAX_CONNECTIONS over 10100 there.
// Arguments choose parts: fanout changes overhead checks idle.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/olahol/melody"

	"howdah/server/config"
	"howdah/server/token"
)

type bench struct {
	url, key string
	pool     *pgxpool.Pool
	ring     *token.Ring
	out      *tabwriter.Writer
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "melody" {
		fmt.Fprintln(os.Stderr, bareMelody())
		os.Exit(1)
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bareMelody is the limit: what comes in goes to all, and nothing else is done.
func bareMelody() error {
	m := melody.New()
	m.Config.MaxMessageSize, m.Config.MessageBufferSize = 1<<20, 1000
	m.HandleMessageBinary(func(_ *melody.Session, msg []byte) { _ = m.BroadcastBinary(msg) })
	http.HandleFunc("/realtime/v1/websocket", func(w http.ResponseWriter, r *http.Request) { _ = m.HandleRequest(w, r) })
	return http.ListenAndServe(os.Args[2], nil) //nolint:gosec // a bench on loopback
}

func env(name string) string { return os.Getenv(name) } //nolint:forbidigo // a script's arguments

func run(ctx context.Context) error {
	cfg, err := pgxpool.ParseConfig(env("DATABASE_URL"))
	if err != nil || env("URL") == "" {
		return errors.New("URL and DATABASE_URL are not set: run through scripts/with-server")
	}
	cfg.MaxConns = 20
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	ring, err := token.Open(filepath.Join(env("HOWDAH_HOME"), "keys"), config.Auth{JWTAlgorithm: "ES256", JWTAudience: "authenticated"})
	if err != nil {
		return err
	}
	b := &bench{env("URL"), env("ANON_KEY"), pool, ring, tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{{"fanout", b.fanOut}, {"changes", b.changes}, {"overhead", b.overhead}, {"checks", b.checks}, {"idle", b.idle}} {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], step.name) {
			continue
		}
		if err := step.run(ctx); err != nil {
			return err
		}
		if err := b.out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// dial opens n sockets, each handed to use.
func dial(base, key string, n int, use func(i int, c *websocket.Conn) error) ([]*websocket.Conn, error) {
	conns := make([]*websocket.Conn, n)
	errs := make(chan error, n)
	gate := make(chan struct{}, 32)
	for i := range n {
		gate <- struct{}{}
		go func() {
			defer func() { <-gate }()
			k := key
			d := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 256}
			c, res, err := d.Dial(strings.Replace(base, "http", "ws", 1)+"/realtime/v1/websocket?vsn=2.0.0&apikey="+url.QueryEscape(k), nil)
			if res != nil {
				_ = res.Body.Close()
			}
			if err == nil {
				conns[i] = c
				err = use(i, c)
			}
			errs <- err
		}()
	}
	var all error
	for range n {
		all = errors.Join(all, <-errs)
	}
	return conns, all
}

func closeAll(conns []*websocket.Conn) {
	for _, c := range conns {
		if c != nil {
			_ = c.Close()
		}
	}
}

// join joins a channel and waits for as many frames as that gives.
func join(topic, config, access string, frames int) func(int, *websocket.Conn) error {
	return func(_ int, c *websocket.Conn) error {
		payload := fmt.Sprintf(`["1","1","realtime:%s","phx_join",{"config":%s%s}]`, topic, config, access)
		if err := c.WriteMessage(websocket.TextMessage, []byte(payload)); err != nil {
			return err
		}
		for range frames {
			_, frame, err := c.ReadMessage()
			if err != nil {
				return err
			}
			if strings.Contains(string(frame), `"status":"error"`) {
				return fmt.Errorf("join: %s", frame)
			}
		}
		return nil
	}
}

func percentile(v []time.Duration, p int) time.Duration {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)*p/100]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func (b *bench) exec(ctx context.Context, sql string, args ...any) error {
	_, err := b.pool.Exec(ctx, sql, args...)
	return err
}

func rss(pid int) (kib int, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	return strconv.Atoi(strings.Fields(after)[0])
}

func serverPID() (int, error) {
	var announced struct {
		PID int `json:"pid"`
	}
	text, err := os.ReadFile(filepath.Join(env("HOWDAH_HOME"), "server.json"))
	if err != nil {
		return 0, err
	}
	return announced.PID, errors.Join(json.Unmarshal(text, &announced), nil)
}

// idle holds 10,000 sockets with a channel each.
func (b *bench) idle(context.Context) error {
	const n = 10_000
	pid, err := serverPID()
	if err != nil {
		return err
	}
	before, err := rss(pid)
	if err != nil {
		return err
	}
	conns, err := dial(b.url, b.key, n, join("idle", `{}`, "", 1))
	defer closeAll(conns)
	if err != nil {
		return err
	}
	after, err := rss(pid)
	fmt.Fprintf(b.out, "%d idle sockets, a channel each\t%.1f KiB a socket\t%d MiB in all\n", n, float64(after-before)/n, after/1024)
	return err
}

// overhead inserts by 8 writers into a plain and an enabled table, in turn.
func (b *bench) overhead(ctx context.Context) error {
	if err := b.exec(ctx, `drop table if exists public.bench_plain, public.bench_told;
create table public.bench_plain (id bigint generated always as identity primary key, bucket int, body text);
create table public.bench_told (like public.bench_plain including all); select realtime.enable('public.bench_told')`); err != nil {
		return err
	}
	defer b.exec(ctx, `drop table public.bench_plain, public.bench_told`) //nolint:errcheck // the cluster is thrown away
	var ratios []float64
	var rates [2]float64
	for range 3 {
		for i, table := range []string{"bench_plain", "bench_told"} {
			rates[i] = b.insertRate(ctx, table)
		}
		ratios = append(ratios, rates[1]/rates[0])
	}
	slices.Sort(ratios)
	fmt.Fprintf(b.out, "single-row inserts, 8 writers\t%.0f/s enabled\t%.0f/s plain\tratio %.2f\n", rates[1], rates[0], ratios[1])
	return nil
}

func (b *bench) insertRate(ctx context.Context, table string) float64 {
	var wait sync.WaitGroup
	var mu sync.Mutex
	total := 0
	start := time.Now()
	for range 8 {
		wait.Go(func() {
			n := 0
			for time.Since(start) < 2*time.Second {
				if b.exec(ctx, `insert into public.`+table+` (bucket, body) values (1, 'some text of a row')`) != nil {
					return
				}
				n++
			}
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	wait.Wait()
	return float64(total) / time.Since(start).Seconds()
}
