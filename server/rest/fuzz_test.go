package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"howdah/server/config"
	"howdah/server/problem"
)

func fuzzService() *Service {
	s, err := New(Deps{Config: config.Rest{Schemas: []string{"shop"}, AnonRole: "anon", LegacyTargets: true, StatementCache: 16, MaxRows: 100}})
	if err != nil {
		panic(err) // a configuration without a secret has nothing to refuse
	}
	return s
}

// Whatever a request says, it becomes a shape that is JSON, or a refusal below 500.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"select=id,a:b->c->>0::int,...d!inner(*),e(count())&id=not.in.(1,\"a,b\")&order=x.desc.nullslast", `{"a":1}`, "return=representation"},
		{"or=(a.eq.1,and(b.like(any).{x*},not.or(c.is.null,d.fts(english).z)))&limit=2&offset=-1", `[{"a":1},{"a":2}]`, "count=exact, tx=rollback"},
		{"e.limit=1&select=e(f(*))&e.f.order=g(h).asc&columns=a,\"b c\"&on_conflict=a", "a,b\n1,2", "missing=default"},
		{"select=(((&a=eq.%zz&%00=eq.1", `{"a":{"a":[{}]}, "a":"\ud800"}`, "max-affected=9,handling=strict,timezone=x"},
		{"select=a,b(c,d(e))&a=gt.1&order=a", `[{"a":1,"b":[{"c":1,"d":null}]},{"a":2,"b":{"c":2,"d":[]}}]`, "cursor=AAAAAFsiMSJd"},
	} {
		f.Add("GET", seed[0], seed[1], seed[2], "application/json")
		f.Add("POST", seed[0], seed[1], seed[2], "text/csv")
		f.Add("PUT", seed[0], seed[1], seed[2], "application/x-www-form-urlencoded; charset=x")
	}
	s := fuzzService()
	f.Fuzz(func(t *testing.T, method, query, body, prefer, mime string) {
		r := httptest.NewRequest(http.MethodGet, "/x", strings.NewReader(body))
		r.Method, r.URL.RawQuery = method, query
		r.Header = http.Header{"Prefer": {prefer}, "Content-Type": {mime}, "Accept": {mime}, "Range": {prefer}}
		for _, path := range []string{"/things", "/rpc/do"} {
			rq, err := s.parse(r, path)
			if err != nil {
				var p *problem.Problem
				if !errors.As(err, &p) || p.Status >= http.StatusInternalServerError || p.Status < 300 {
					t.Fatalf("refused with %v", err)
				}
				continue
			}
			shape := rq.shape(nil)
			var tree struct{ Lits int }
			if err := json.Unmarshal(shape, &tree); err != nil {
				t.Fatalf("shape %s: %v", shape, err)
			}
			if tree.Lits != len(rq.lits.values) {
				t.Fatalf("%d literals, shape says %d", len(rq.lits.values), tree.Lits)
			}
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"*/*", "text/csv;q=0.1, application/json", `application/vnd.pgrst.plan+json; for="text/xml"; options=analyze|wal`, ";;==\"", "a/b;q=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n := len(parseAccept(s)); n == 0 || n > maxAccept {
			t.Fatalf("%d media types", n)
		}
	})
}

func FuzzPayload(f *testing.F) {
	for _, seed := range []string{`[{"a":1},{"a":2}]`, ` {"a" : [1, {"b":"}"}], "c\u0041":"\\"} `, `[1]`, `[]`, `"x"`, `[{"a":1},2]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parsePayload(body, mediaJSON, nil, false)
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(body, &want) == nil && want != nil && len(p.columns) != len(want) {
			t.Fatalf("keys %q of %s", p.columns, body)
		}
	})
}

func FuzzRange(f *testing.F) {
	f.Add("0-9")
	f.Add("5-")
	f.Add("99999999999999999999-1")
	f.Fuzz(func(t *testing.T, s string) {
		if r := rangeHeader(s); r.lo < 0 {
			t.Fatalf("%q is %v", s, r)
		}
	})
}

// Whatever a batch says, its requests are understood or refused below 500, and
// nothing but values comes of its references.
func FuzzBatch(f *testing.F) {
	for _, seed := range []string{
		`[{"path":"/a"},{"method":"POST","path":"/b?select=x&y=eq.${/0/body/0/id}","body":{"a":{"$ref":"/0/body/0/~1~0"}},"headers":{"prefer":"x"}}]`,
		`[{"path":"/a?${/0"},{"body":{"$ref":1}}]`, `[{"path":"//h/a"},{"path":"/rpc/x","method":"put"}]`, `[{"headers":{"Content-Type":"text/csv"},"body":"a\n1","method":"POST","path":"/c"}]`, `[null]`,
	} {
		f.Add(seed, `{"status":200,"body":[{"id":"1),or(b.eq.2"}]}`)
	}
	s := fuzzService()
	s.cfg.BatchMax = 10
	f.Fuzz(func(t *testing.T, body, before string) {
		r := httptest.NewRequest(http.MethodPost, "/batch", strings.NewReader(body))
		items, err := s.readBatch(r)
		for i := range items {
			items[i].outer, items[i].own, items[i].answer = r, &prefer{}, []byte(before)
			if err = s.parseItem(items, i, placeholder); err != nil {
				break
			}
			shape := items[i].shape
			if json.Valid([]byte(before)) && s.parseItem(items, i, answered) == nil && items[i].shape != shape {
				t.Fatalf("shape %s became %s", shape, items[i].shape)
			}
		}
		var p *problem.Problem
		if err != nil && (!errors.As(err, &p) || p.Status >= http.StatusInternalServerError) {
			t.Fatalf("refused with %v", err)
		}
	})
}
