package rest

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// discard is a response that goes nowhere.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header       { return d.h }
func (*discard) Write(b []byte) (int, error) { return len(b), nil }
func (*discard) WriteHeader(int)             {}

const benchQuery = "/rest/v1/orders?select=id,customer_id,total&order=id&limit=20"

// BenchmarkRead is a list through all of the service but the network.
func BenchmarkRead(b *testing.B) {
	s, _, _ := setupService(b, nil)
	e := echo.New()
	s.Mount(e.Group("/rest/v1"))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, benchQuery, http.NoBody)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header = http.Header{"Authorization": {"Bearer service_role"}, "Accept": {"application/json"}, "User-Agent": {"bench"}, "Accept-Encoding": {"gzip"}}
			e.ServeHTTP(&discard{http.Header{}}, r)
		}
	})
}

// BenchmarkBare is the same statement in a bare pipeline.
func BenchmarkBare(b *testing.B) {
	s, _, d := setupService(b, nil)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, benchQuery, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	rq, err := s.parse(r, "/orders")
	if err != nil {
		b.Fatal(err)
	}
	caller := &db.Caller{Role: "service_role", Claims: []byte(`{}`), Headers: []byte(`{}`), Cookies: []byte(`{}`), SearchPath: `"shop"`, Method: "GET", Path: "/orders", ReadOnly: true}
	st, res, err := s.run(b.Context(), rq, caller)
	if err != nil {
		b.Fatal(err)
	}
	res.release()
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := bare(b, d.Pool, caller, st, rq); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func bare(b *testing.B, pool *db.Pool, c *db.Caller, st *statement, rq *request) error {
	b.Helper()
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		return err
	}
	defer conn.Release()
	p := db.NewPipe(b.Context(), conn)
	defer p.Close(b.Context())
	p.As(c)
	p.Query("bare", st.SQL, nil, rq.lits.values, nil)
	if err := p.Sync(); err != nil {
		return err
	}
	if err := skip(p, c.Prelude()+1); err != nil {
		return err
	}
	return p.Done()
}
