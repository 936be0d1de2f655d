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

// table is a random table, and what its columns hold.
type table struct {
	columns []string
	types   []string
	values  [][]string // some of each column's, as text
}

func randomTable(r *rand.Rand) table {
	var t table
	for i := range 2 + r.IntN(4) {
		kind := []string{"int", "text", "numeric", "boolean", "date", "uuid", "timestamptz"}[r.IntN(7)]
		t.columns, t.types = append(t.columns, []string{"a", "B c", "ü", "order", "x.y", "q\"q"}[i]), append(t.types, kind)
		var values []string
		for range 4 {
			n := r.IntN(50)
			values = append(values, map[string]string{
				"int": fmt.Sprint(n - 25), "text": []string{"", "a,b", "O'Neil", "(x)", `back\\slash`, "ünï", `"q"`, "null", "a.b", "*%_"}[n%10],
				"numeric": fmt.Sprintf("%d.%02d", n-25, n), "boolean": []string{"true", "false"}[n%2], "date": fmt.Sprintf("2026-01-%02d", 1+n%28),
				"uuid": fmt.Sprintf("00000000-0000-0000-0000-0000000000%02d", n), "timestamptz": fmt.Sprintf("2026-01-01T%02d:00:00Z", n%24),
			}[kind])
		}
		t.values = append(t.values, values)
	}
	return t
}

func ident(s string) string   { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoted is a value or a name as the URL's grammar quotes it.
func quoted(s string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"`
}

func (t *table) create(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("drop table if exists shop.random; create table shop.random (id int primary key")
	for i, c := range t.columns {
		fmt.Fprintf(&b, ", %s %s", ident(c), t.types[i])
	}
	b.WriteString("); alter table shop.random enable row level security; grant select on shop.random to authenticated;")
	fmt.Fprintf(&b, "create policy visible on shop.random for select to authenticated using (id %% %d <> 1);", 2+r.IntN(4))
	for id := range 40 {
		fmt.Fprintf(&b, "insert into shop.random values (%d", id)
		for i := range t.columns {
			if r.IntN(6) == 0 {
				b.WriteString(", null")
			} else {
				b.WriteString(", " + literal(t.values[i][r.IntN(4)]))
			}
		}
		b.WriteString(");")
	}
	return b.String()
}

func (t *table) condition(r *rand.Rand) condition {
	i := r.IntN(len(t.columns))
	v, w := t.values[i][r.IntN(4)], t.values[i][r.IntN(4)]
	col := ident(t.columns[i])
	cast := "::" + t.types[i]
	var c condition
	switch n := r.IntN(8); {
	case n == 0:
		c = condition{"is.null", col + " is null"}
	case n == 1:
		c = condition{"in.(" + quoted(v) + "," + quoted(w) + ")", col + " in (" + literal(v) + cast + ", " + literal(w) + cast + ")"}
	case n == 2 && t.types[i] == "text":
		c = condition{"like." + quoted("*"+v+"*"), col + " like " + literal("%"+strings.ReplaceAll(v, "*", "%")+"%")}
	case n == 3:
		c = condition{"isdistinct." + quoted(v), col + " is distinct from " + literal(v) + cast}
	default:
		ops := [][2]string{{"eq", "="}, {"neq", "<>"}, {"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}}
		op := ops[r.IntN(len(ops))]
		c = condition{op[0] + "." + quoted(v), col + " " + op[1] + " " + literal(v) + cast}
	}
	if r.IntN(3) == 0 {
		c = condition{"not." + c.url, "not (" + c.sql + ")"}
	}
	return condition{quoted(t.columns[i]) + "." + c.url, c.sql}
}

// Random tables with odd names, types and values answer what a plain query does
// under the same role.
func TestRandomTablesEqualQueries(t *testing.T) {
	t.Parallel()
	s, server, d := setupService(t, nil)
	owner := d.Owner(t)
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		table := randomTable(r)
		if _, err := owner.Exec(t.Context(), table.create(r)); err != nil {
			t.Fatal(err)
		}
		s.drop()
		for range 25 {
			a, b := table.condition(r), table.condition(r)
			op := []string{"and", "or"}[r.IntN(2)]
			by := table.columns[r.IntN(len(table.columns))]
			query := fmt.Sprintf(`select coalesce(json_agg(x.id), '[]')::text from (select id from shop.random where %s %s %s order by %s desc, id limit 30) x`, a.sql, op, b.sql, ident(by))
			tx, err := owner.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var want string
			if _, err = tx.Exec(t.Context(), "set local role authenticated"); err == nil {
				err = tx.QueryRow(t.Context(), query).Scan(&want)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, query, err)
			}
			sc := scenario{
				method: http.MethodGet, status: http.StatusOK, header: map[string]string{"Authorization": "Bearer authenticated"}, want: asObjects(want),
				url: "/random?select=ids:id&limit=30&order=" + url.QueryEscape(quoted(by)+".desc,id") + "&" + op + "=" + url.QueryEscape("("+a.url+","+b.url+")"),
			}
			sc.run(t, server.URL)
			if t.Failed() {
				t.Fatalf("seed %d: %s\n%s\n%s", seed, query, a.url, b.url)
			}
		}
	}
}
