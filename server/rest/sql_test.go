package rest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text of this package still fits the functions that it calls.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	conn, err := d.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for name, sql := range map[string]string{
		"compile": compileSQL, "check role": checkRoleSQL, "check": checkSQL, "reset": resetSQL, "role": roleSQL, "openapi": openAPISQL, "role settings": roleSettingsSQL,
	} {
		if _, err := conn.Conn().Prepare(t.Context(), name, sql); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// condition is a filter both as the URL says it and as SQL does.
type condition struct{ url, sql string }

func randomCondition(r *rand.Rand, depth int) condition {
	if depth < 3 && r.IntN(3) == 0 {
		op := []string{"and", "or"}[r.IntN(2)]
		a, b := randomCondition(r, depth+1), randomCondition(r, depth+1)
		c := condition{op + "(" + a.url + "," + b.url + ")", "(" + a.sql + " " + op + " " + b.sql + ")"}
		if r.IntN(3) == 0 {
			return condition{"not." + c.url, "not " + c.sql}
		}
		return c
	}
	column := []string{"a", "b"}[r.IntN(2)]
	var c condition
	switch r.IntN(4) {
	case 0:
		c = condition{".is.null", " is null"}
	case 1:
		x, y := r.IntN(10), r.IntN(10)
		c = condition{fmt.Sprintf(".in.(%d,%d)", x, y), fmt.Sprintf(" in (%d, %d)", x, y)}
	case 2:
		x := r.IntN(10)
		c = condition{fmt.Sprintf(".isdistinct.%d", x), fmt.Sprintf(" is distinct from %d", x)}
	default:
		ops := [][2]string{{"eq", "="}, {"neq", "<>"}, {"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}}
		op := ops[r.IntN(len(ops))]
		x := r.IntN(10)
		c = condition{fmt.Sprintf(".%s.%d", op[0], x), fmt.Sprintf(" %s %d", op[1], x)}
	}
	if r.IntN(3) == 0 {
		return condition{column + ".not" + c.url, "not (" + column + c.sql + ")"}
	}
	return condition{column + c.url, column + c.sql}
}

// Random filters answer what a plain query answers under the same role, with
// row level security on.
func TestFiltersEqualQueries(t *testing.T) {
	t.Parallel()
	server, d := setup(t, nil)
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table shop.numbers (id int primary key, a int, b int);
		insert into shop.numbers select i, nullif(i % 11, 10), nullif(i % 7, 6) from generate_series(1, 150) i;
		alter table shop.numbers enable row level security;
		create policy visible on shop.numbers for select to authenticated using (id % 3 <> 0);
		grant select on shop.numbers to authenticated`); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := randomCondition(r, 0)
		limit := r.IntN(40)
		var want string
		tx, err := owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err = tx.Exec(t.Context(), "set local role authenticated"); err == nil {
			err = tx.QueryRow(t.Context(), fmt.Sprintf(
				`select coalesce(json_agg(x.id), '[]')::text from (select id from shop.numbers where %s order by b desc nulls last, id limit %d) x`, c.sql, limit)).Scan(&want)
		}
		if err != nil {
			t.Fatalf("%s: %v", c.sql, err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		sc := scenario{
			method: http.MethodGet, status: http.StatusOK, header: map[string]string{"Authorization": "Bearer authenticated"},
			url: fmt.Sprintf("/numbers?select=ids:id&order=b.desc.nullslast,id&limit=%d&and=(%s)", limit, url.QueryEscape(c.url)),
		}
		sc.want = asObjects(want)
		sc.run(t, server.URL)
		if t.Failed() {
			t.Fatalf("%s\n%s", c.url, c.sql)
		}
	}
}

// asObjects turns [1, 2] into what json_agg writes of rows with that one column.
func asObjects(list string) string {
	list = strings.Trim(list, "[]")
	if list == "" {
		return "[]"
	}
	parts := strings.Split(list, ", ")
	for i, p := range parts {
		parts[i] = `{"ids":` + p + "}"
	}
	return "[" + strings.Join(parts, ", \n ") + "]"
}
