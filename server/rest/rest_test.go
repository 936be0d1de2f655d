package rest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
	"howdah/server/token"
)

// roleToken is a verifier whose tokens are "role" or "role:session:user".
type roleToken struct{}

func (roleToken) Verify(t string) (*token.Claims, error) {
	parts := strings.Split(t, ":")
	if parts[0] == "bad" {
		return nil, &token.Error{Reason: token.BadSign}
	}
	c := &token.Claims{Role: parts[0], Raw: json.RawMessage(`{"role":"` + parts[0] + `"}`)}
	if len(parts) == 3 {
		c.SessionID, c.Subject = parts[1], parts[2]
	}
	return c, nil
}

// setup is a server over a database of its own, with the shop's tables in it.
func setup(t testing.TB, change func(*config.Rest)) (*httptest.Server, *dbtest.DB) {
	t.Helper()
	_, server, d := setupService(t, change)
	return server, d
}

func setupService(t testing.TB, change func(*config.Rest)) (*Service, *httptest.Server, *dbtest.DB) {
	t.Helper()
	d := dbtest.New(t)
	fixture, err := os.ReadFile("../../pgtap/fixtures/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Owner(t).Exec(t.Context(), string(fixture)); err != nil {
		t.Fatal(err)
	}
	c := config.Rest{
		Schemas: []string{"shop", "public"}, AnonRole: "anon", Aggregates: true, TxEnd: "commit-allow-override",
		LegacyTargets: true, StatementCache: 100, BatchMax: 20, OpenAPIMode: "follow-privileges",
	}
	if change != nil {
		change(&c)
	}
	s, err := New(Deps{Pool: d.Pool, Verifier: roleToken{}, Config: c, Sessions: true, Explain: c.ServerTiming})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(problem.Wire{Prefix: "/rest/v1", Render: problem.RenderPostgREST})
	s.Mount(e.Group("/rest/v1"))
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return s, server, d
}

type scenario struct {
	name, method, url, body string
	header                  map[string]string
	anon                    bool
	status                  int
	want                    string   // the body, exactly; empty for any
	contains                []string // parts of the body
	wantHeader              map[string]string
	noHeader                []string
}

func (sc *scenario) run(t *testing.T, base string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), sc.method, base+"/rest/v1"+sc.url, strings.NewReader(sc.body))
	if err != nil {
		t.Fatal(err)
	}
	if !sc.anon {
		req.Header.Set("Authorization", "Bearer service_role")
	}
	for k, v := range sc.header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != sc.status {
		t.Errorf("status %d, want %d: %s", res.StatusCode, sc.status, got)
	}
	if sc.want != "" && string(got) != sc.want {
		t.Errorf("body %s\nwant %s", got, sc.want)
	}
	for _, part := range sc.contains {
		if !strings.Contains(string(got), part) {
			t.Errorf("body %s\nlacks %s", got, part)
		}
	}
	for k, v := range sc.wantHeader {
		if res.Header.Get(k) != v {
			t.Errorf("%s: %q, want %q", k, res.Header.Get(k), v)
		}
	}
	for _, k := range sc.noHeader {
		if v, ok := res.Header[k]; ok {
			t.Errorf("%s: %q, want none", k, v)
		}
	}
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	server, _ := setup(t, nil)
	rollback := "tx=rollback"
	for _, sc := range []scenario{
		{
			name: "read", method: "GET", url: "/customers?select=name&id=eq.1", status: 200, want: `[{"name":"Ada"}]`,
			wantHeader: map[string]string{"Content-Range": "0-0/*", "Content-Type": "application/json; charset=utf-8", "Content-Location": "/customers?id=eq.1&select=name"},
		},
		{name: "head", method: "HEAD", url: "/customers", status: 200, header: map[string]string{"Prefer": "count=exact"}, wantHeader: map[string]string{"Content-Range": "0-1/2"}},
		{
			name: "range", method: "GET", url: "/customers?order=id&select=id", status: 206, header: map[string]string{"Range": "0-0", "Prefer": "count=exact"},
			want: `[{"id":1}]`, wantHeader: map[string]string{"Content-Range": "0-0/2", "Preference-Applied": "count=exact"},
		},
		{name: "range past the end", method: "GET", url: "/customers?offset=9", status: 416, header: map[string]string{"Prefer": "count=exact"}, contains: []string{`"PGRST103"`, "An offset of 9"}},
		{name: "negative limit", method: "GET", url: "/customers?limit=-1", status: 416, contains: []string{"PGRST103"}},
		{name: "limit=0", method: "GET", url: "/customers?limit=0", status: 200, want: `[]`},
		{name: "estimated", method: "GET", url: "/customers?select=id&order=id&limit=1", status: 206, header: map[string]string{"Prefer": "count=estimated"}, want: `[{"id":1}]`},
		{
			name: "csv", method: "GET", url: "/customers?select=id,name&order=id", status: 200, header: map[string]string{"Accept": "text/csv"}, want: "id,name\n1,Ada\n2,Bob",
			wantHeader: map[string]string{"Content-Type": "text/csv; charset=utf-8"},
		},
		{name: "single", method: "GET", url: "/customers?select=id&id=eq.2", status: 200, header: map[string]string{"Accept": mediaObject}, want: `{"id":2}`},
		{name: "not single", method: "GET", url: "/customers", status: 406, header: map[string]string{"Accept": mediaObject}, contains: []string{"PGRST116", "The result contains 2 rows"}},
		{name: "insert minimal", method: "POST", url: "/customers", body: `{"name":"Eve"}`, status: 201, header: map[string]string{"Prefer": rollback}, noHeader: []string{"Content-Type", "Location"}},
		{
			name: "insert headers-only", method: "POST", url: "/products", body: `{"sku":"x y","name":"Egg"}`, status: 201, header: map[string]string{"Prefer": rollback + ",return=headers-only"},
			wantHeader: map[string]string{"Location": "/products?sku=eq.x%20y", "Preference-Applied": "return=headers-only, tx=rollback"},
		},
		{name: "insert csv", method: "POST", url: "/products?select=sku,name", body: "sku,name\nu,NULL", status: 400, header: map[string]string{"Content-Type": "text/csv"}, contains: []string{"23502"}},
		{
			name: "insert form", method: "POST", url: "/products?select=name", body: "sku=f&name=a%26b", status: 201,
			header: map[string]string{"Content-Type": mediaForm, "Prefer": rollback + ",return=representation"}, want: `[{"name":"a&b"}]`,
		},
		{name: "bulk keys differ", method: "POST", url: "/customers", body: `[{"name":"a"},{"info":{}}]`, status: 400, contains: []string{"PGRST102", "All object keys must match"}},
		{
			name: "upsert", method: "POST", url: "/products?select=name", body: `{"sku":"a","name":"Avocado"}`, status: 200,
			header: map[string]string{"Prefer": rollback + ",resolution=merge-duplicates,return=representation"}, want: `[{"name":"Avocado"}]`,
		},
		{
			name: "put", method: "PUT", url: "/products?sku=eq.z", body: `{"sku":"z","name":"Zest","tags":[]}`, status: 201,
			header: map[string]string{"Prefer": rollback + ",return=representation"}, want: `[{"sku":"z","name":"Zest","tags":[]}]`,
		},
		{name: "put another", method: "PUT", url: "/products?sku=eq.z", body: `{"sku":"y","name":"Zest","tags":[]}`, status: 400, contains: []string{"PGRST115"}},
		{
			name: "patch", method: "PATCH", url: "/customers?id=eq.1", body: `{"name":"Ada L."}`, status: 204, header: map[string]string{"Prefer": rollback}, wantHeader: map[string]string{"Content-Range": "0-0/*"},
			noHeader: []string{"Content-Type", "Content-Length"},
		},
		{name: "patch refused by single", method: "PATCH", url: "/customers", body: `{"name":"X"}`, status: 406, header: map[string]string{"Accept": mediaObject}, contains: []string{"PGRST116"}},
		{name: "and rolled back", method: "GET", url: "/customers?name=eq.X", status: 200, want: `[]`},
		{name: "max-affected", method: "DELETE", url: "/items", status: 400, header: map[string]string{"Prefer": "handling=strict,max-affected=2"}, contains: []string{"PGRST124", "affects 3 rows"}},
		{name: "and nothing deleted", method: "GET", url: "/items?select=count()", status: 200, want: `[{"count":3}]`},
		{name: "delete", method: "DELETE", url: "/items?order_id=eq.11&sku=eq.b&select=amount", status: 200, header: map[string]string{"Prefer": rollback + ",return=representation"}, want: `[{"amount":3}]`},
		{name: "strict", method: "GET", url: "/customers", status: 400, header: map[string]string{"Prefer": "handling=strict, nonsense"}, contains: []string{"PGRST122", "Invalid preferences: nonsense"}},
		{name: "rpc get", method: "GET", url: "/rpc/big_orders?floor=200&select=id", status: 200, want: `[{"id":12}]`},
		{name: "rpc post", method: "POST", url: "/rpc/big_orders?select=id&order=id", body: `{"floor": 100}`, status: 200, want: "[{\"id\":11}, \n {\"id\":12}]"},
		{name: "rpc filter", method: "GET", url: "/rpc/big_orders?id=eq.11&select=id", status: 200, want: `[{"id":11}]`},
		{name: "rpc unnamed", method: "POST", url: "/rpc/take", body: `{"a":[1]}`, status: 200, want: `{"a":[1]}`},
		{name: "volatile by get", method: "PUT", url: "/rpc/take", status: 405, contains: []string{"PGRST101"}},
		{name: "embed and spread", method: "GET", url: "/items?select=amount,...products(name)&order_id=eq.10", status: 200, want: `[{"amount":2,"name":"Apple"}]`},
		{name: "unknown schema", method: "GET", url: "/customers", status: 406, header: map[string]string{"Accept-Profile": "auth"}, contains: []string{"PGRST106", "shop, public"}},
		{name: "other schema", method: "GET", url: "/customers", status: 404, header: map[string]string{"Accept-Profile": "public"}, contains: []string{"PGRST205"}},
		{name: "unknown path", method: "GET", url: "/a/b/c", status: 404, contains: []string{"PGRST125"}},
		{name: "options", method: "OPTIONS", url: "/customers", status: 200, wantHeader: map[string]string{"Allow": "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"}},
		{
			name: "anon", anon: true, method: "GET", url: "/customers", status: 401, want: `{"code":"42501","details":null,"hint":null,"message":"permission denied for table customers"}`,
			wantHeader: map[string]string{"Www-Authenticate": "Bearer", "Proxy-Status": "PostgREST; error=42501"},
		},
		{name: "without the right", method: "GET", url: "/customers?select=name", header: map[string]string{"Authorization": "Bearer anon"}, status: 401},
		{name: "bad token", method: "GET", url: "/customers", header: map[string]string{"Authorization": "Bearer bad"}, status: 401, contains: []string{"PGRST301"}},
		{name: "empty token", method: "GET", url: "/customers", header: map[string]string{"Authorization": "Bearer "}, status: 401, contains: []string{"PGRST301"}},
		{name: "apikey header", anon: true, method: "GET", url: "/customers?select=id&id=eq.1", header: map[string]string{"Apikey": "service_role"}, status: 200, want: `[{"id":1}]`},
		{name: "role that is not there", method: "GET", url: "/customers", header: map[string]string{"Authorization": "Bearer nobody"}, status: 401, contains: []string{"22023"}},
		{
			name: "dead session", method: "POST", url: "/customers", body: `{"name":"ghost"}`, status: 401,
			header:   map[string]string{"Authorization": "Bearer authenticated:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000002"},
			contains: []string{`"hint"`}, wantHeader: map[string]string{"Www-Authenticate": "Bearer"},
		},
		{name: "and wrote nothing", method: "GET", url: "/customers?name=eq.ghost", status: 200, want: `[]`},
		{
			name: "openapi", method: "GET", url: "/", status: 200, contains: []string{`"swagger": "2.0"`, `"/customers"`, `"/rpc/big_orders"`},
			wantHeader: map[string]string{"Content-Type": "application/openapi+json; charset=utf-8"},
		},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, server.URL) })
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	server, d := setup(t, nil)
	deep := strings.Repeat("customers(orders(", 40) + "id" + strings.Repeat("))", 40)
	nested := strings.Repeat("and(", 100) + "id.eq.1" + strings.Repeat(")", 100)
	many := strings.Repeat("id=eq.1&", 10_000)
	for _, sc := range []scenario{
		{name: "NUL in a body", method: "POST", url: "/customers", body: `{"name":"a\u0000b"}`, status: 400, contains: []string{"22P05"}},
		{name: "raw NUL in a body", method: "POST", url: "/customers?columns=name", body: "{\"name\":\"a\x00b\"}", status: 400},
		{name: "bad UTF-8 in a body", method: "POST", url: "/customers?columns=name", body: "{\"name\":\"a\xff\"}", status: 400},
		{name: "bad UTF-8 in a filter", method: "GET", url: "/customers?name=eq.%FF", status: 400, contains: []string{"PGRST100"}},
		{name: "NUL in a filter", method: "GET", url: "/customers?name=eq.%00", status: 400, contains: []string{"PGRST100"}},
		{name: "bad UTF-8 in a path", method: "GET", url: "/%FF", status: 404, contains: []string{"PGRST125"}},
		{name: "wrong type", method: "GET", url: "/customers?id=eq.abc", status: 400, contains: []string{"22P02"}},
		{name: "wrong type in a body", method: "POST", url: "/customers", body: `{"id":"abc"}`, status: 400, contains: []string{"22P02"}},
		{name: "no JSON", method: "POST", url: "/customers", body: `{`, status: 400, contains: []string{"PGRST102"}},
		{name: "unknown column", method: "GET", url: "/customers?nope=eq.1", status: 400, contains: []string{"42703"}},
		{name: "unknown operator", method: "GET", url: "/customers?id=nope.1", status: 400, contains: []string{"PGRST100", `expecting \"not\" or operator (eq, gt, ...)`}},
		{name: "deep embeds", method: "GET", url: "/orders?select=" + deep, status: 400, contains: []string{"PGRST100"}},
		{name: "deep logic", method: "GET", url: "/orders?and=(" + nested + ")", status: 400, contains: []string{"PGRST100"}},
		{name: "10,000 filters", method: "GET", url: "/orders?" + many, status: 400, contains: []string{"PGRST100"}},
		{name: "SQL in a cast", method: "GET", url: "/orders?select=id::int[]", status: 400, contains: []string{"PGRST100"}},
		{name: "SQL in a cast's words", method: "GET", url: "/orders?select=id::int+from+pg_class", status: 400},
		{name: "SQL in a language", method: "GET", url: "/customers?name=fts(x'y).a", status: 400},
		{name: "SQL in an alias", method: "GET", url: "/orders?select=" + `"a\";drop table shop.orders;--":id` + "&id=eq.10", status: 200, want: `[{"a\";drop table shop.orders;--":10}]`},
		{name: "SQL in a JSON key", method: "GET", url: "/customers?select=info->>a'b&id=eq.1", status: 200, want: `[{"a'b":null}]`},
		{name: "SQL in order", method: "GET", url: "/orders?order=id;drop", status: 400},
		{
			name: "SQL in on_conflict", method: "POST", url: "/products?on_conflict=" + `"x)%20do%20nothing;--"`, body: `{"sku":"q","name":"q"}`,
			header: map[string]string{"Prefer": "resolution=merge-duplicates"}, status: 400, contains: []string{"42703"},
		},
		{name: "SQL in a column", method: "POST", url: "/products?columns=" + `"a)%20select"`, body: `{}`, status: 400, contains: []string{"PGRST204"}},
		{name: "SQL in a profile", method: "GET", url: "/orders", header: map[string]string{"Accept-Profile": `shop"; drop`}, status: 406},
		{name: "SQL in a time zone", method: "GET", url: "/orders", header: map[string]string{"Prefer": "timezone='; drop table x"}, status: 400, contains: []string{"22023"}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			sc.url = strings.NewReplacer(" ", "%20", ";", "%3B").Replace(sc.url)
			sc.run(t, server.URL)
		})
	}
	var rows string
	err := d.Owner(t).QueryRow(t.Context(), `select (select count(*) from shop.customers) || '/' || (select count(*) from shop.products) || '/' || (select count(*) from shop.orders)`).Scan(&rows)
	if err != nil || rows != "2/2/3" {
		t.Errorf("rows %s, want 2/2/3 (%v)", rows, err)
	}
}

// DDL that nobody announced is noticed by the statement that no longer fits.
func TestNoStaleShape(t *testing.T) {
	t.Parallel()
	server, d := setup(t, nil)
	owner := d.Owner(t)
	step := func(sql string, sc scenario) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			sc.run(t, server.URL)
		}
	}
	step(`select 1`, scenario{method: "GET", url: "/products?sku=eq.a&order=sku", status: 200, want: `[{"sku":"a","name":"Apple","tags":[]}]`})
	step(`alter table shop.products add price int default 3`, scenario{method: "GET", url: "/products?sku=eq.a&order=sku", status: 200, want: `[{"sku":"a","name":"Apple","tags":[],"price":3}]`})
	step(`select 1`, scenario{method: "GET", url: "/products?price=eq.3&select=sku&limit=1&order=sku", status: 200, want: `[{"sku":"a"}]`})
	step(`alter table shop.products alter price type text`, scenario{method: "GET", url: "/products?price=eq.3&select=sku&limit=1&order=sku", status: 200, want: `[{"sku":"a"}]`})
	step(`alter table shop.products drop price`, scenario{method: "GET", url: "/products?price=eq.3&select=sku&limit=1&order=sku", status: 400, contains: []string{"42703"}})
	step(`alter table shop.products rename to goods`, scenario{method: "GET", url: "/products?sku=eq.a&order=sku", status: 404, contains: []string{"PGRST205"}})
	step(`alter table shop.goods rename to products`, scenario{method: "GET", url: "/products?sku=eq.a&select=name&order=sku", status: 200, want: `[{"name":"Apple"}]`})
}
