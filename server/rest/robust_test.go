package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"howdah/server/config"
)

// Requests made to hurt: each is answered with a refusal or with rows, never
// with a 500, whatever is deep, long, wide, cyclic or odd about it.
func TestHostileShapes(t *testing.T) {
	t.Parallel()
	server, _ := setup(t, nil)
	list := func(n int, f string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(f, "#", itoa(i))
		}
		return strings.Join(parts, ",")
	}
	cycle := func(n int) string {
		return strings.Repeat("orders!orders_customer_id_fkey(id,customers!orders_customer_id_fkey(id,", n) + "id" + strings.Repeat("))", n)
	}
	for _, sc := range []struct {
		name, method, table, query, body string
		most                             int // the highest status that is right
	}{
		{"10,000 filters in a tree", "GET", "orders", "or=(" + list(10_000, "id.eq.#") + ")", "", 400},
		{"900 filters in a tree", "GET", "orders", "or=(" + list(900, "id.eq.#") + ")", "", 200},
		{"a list of 20,000", "GET", "orders", "id=in.(" + list(20_000, "#") + ")", "", 200},
		{"10,000 fields", "GET", "orders", "select=" + list(10_000, "a#:id"), "", 400},
		{"1,500 fields", "GET", "orders", "select=" + list(1500, "a#:id"), "", 200},
		{"1,000 embeds", "GET", "customers", "select=" + list(1000, "a#:profiles(bio)"), "", 400},
		{"cyclic embeds", "GET", "customers", "select=" + cycle(4), "", 200},
		{"cyclic embeds without end", "GET", "customers", "select=" + cycle(200), "", 400},
		{"parentheses alone", "GET", "orders", "select=" + strings.Repeat("(", 50_000), "", 400},
		{"not of not", "GET", "orders", "and=(" + strings.Repeat("not.", 20_000) + "id.eq.1)", "", 400},
		{"arrows", "GET", "customers", "select=info" + strings.Repeat("->a", 20_000), "", 400},
		{"a long alias", "GET", "orders", "select=" + strings.Repeat("a", 100_000) + ":id", "", 200},
		{"a long cast", "GET", "orders", "select=id::" + strings.Repeat("int ", 20_000), "", 400},
		{"a long table", "GET", strings.Repeat("t", 50_000), "", "", 404},
		{"a table of another alphabet", "GET", url.PathEscape("приказы\u202e𝕏"), "", "", 404},
		{"blanks of unicode", "GET", "orders", "select=id&id=eq.%C2%A01", "", 400},
		{"letters on letters", "GET", "customers", "select=name&name=eq." + strings.Repeat("%CC%88", 5000), "", 200},
		{"half a surrogate", "POST", "customers", "", `{"name":"\ud800"}`, 400},
		{"quotes without end", "GET", "orders", `select="` + strings.Repeat(`\"`, 20_000), "", 400},
		{"orders without end", "GET", "orders", "order=" + list(5000, "id.asc"), "", 200},
		{"a number too long", "GET", "orders", "limit=" + strings.Repeat("9", 5000), "", 200},
		{"an offset beyond", "GET", "orders", "offset=9223372036854775807&limit=9223372036854775807", "", 416},
		{"a regular expression that explodes", "GET", "customers", "name=match.(a*)*%7Ba*%7D((a*)*)*$", "", 200},
		{"a text search without sense", "GET", "customers", "name=fts.'((&|", "", 400},
		{"a deep body", "POST", "customers", "", `{"name":"x","info":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", 400},
		{"a deep body that is not looked at", "POST", "customers", "columns=name", strings.Repeat(`{"name":[`, 50_000), 400},
		{"10,000 keys", "POST", "customers", "", `{"name":"x",` + strings.TrimSuffix(strings.Repeat(`"k":1,`, 10_000), ",") + "}", 400},
		{"a deep nested body", "POST", "folders", "select=id,folders(id)", `{"id":1,"folders":` + strings.Repeat(`{"id":2,"folders":`, 400) + "null" + strings.Repeat("}", 401), 400},
		{"10,000 columns", "POST", "customers", "columns=" + list(10_000, "c#"), "{}", 400},
		{"a conflict of 1,000", "POST", "customers", "on_conflict=" + list(1000, "c#"), `{"name":"x"}`, 400},
		{"arguments of 900", "GET", "rpc/big_orders", strings.ReplaceAll(list(900, "a#=1"), ",", "&"), "", 404},
	} {
		t.Run(sc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), sc.method, server.URL+"/rest/v1/"+sc.table, strings.NewReader(sc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.URL.RawQuery = strings.ReplaceAll(sc.query, " ", "%20")
			req.Header = http.Header{"Authorization": {"Bearer service_role"}, "Prefer": {"tx=rollback, resolution=merge-duplicates"}}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode > sc.most || sc.most == http.StatusBadRequest && res.StatusCode < http.StatusBadRequest {
				t.Errorf("status %d, want %d", res.StatusCode, sc.most)
			}
		})
	}
}

// When every request has a new shape, what is kept of them stays bounded. Not
// parallel: the figure is the process's.
func TestNewShapesStayBounded(t *testing.T) {
	server, _ := setup(t, func(c *config.Rest) { c.StatementCache = 16 })
	ask := func(from, to int) {
		for i := from; i < to; i++ {
			sc := scenario{method: "GET", url: fmt.Sprintf("/customers?select=%sz:id&id=eq.1", strings.Repeat(fmt.Sprintf("a%d:name,", i), 200)), status: 200}
			sc.run(t, server.URL)
		}
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	ask(0, 60)
	before := heap()
	ask(60, 260)
	// 200 shapes of 5 kB with as much SQL and parsed requests are over 4 MB.
	if after := heap(); after > before+2<<20 {
		t.Errorf("the heap grew from %d to %d", before, after)
	}
}

// More shapes than the cache and a connection hold.
func TestManyShapes(t *testing.T) {
	t.Parallel()
	server, d := setup(t, func(c *config.Rest) { c.StatementCache = 16 })
	for i := range 400 {
		sc := scenario{method: "GET", url: fmt.Sprintf("/customers?select=a%d:id&id=eq.1", i), status: 200, want: fmt.Sprintf(`[{"a%d":1}]`, i)}
		sc.run(t, server.URL)
	}
	var most int
	conn, err := d.Pool.Acquire(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if err := conn.QueryRow(t.Context(), `select count(*)::int from pg_prepared_statements`).Scan(&most); err != nil || most > 320 {
		t.Errorf("%d prepared statements on a connection (%v)", most, err)
	}
}
