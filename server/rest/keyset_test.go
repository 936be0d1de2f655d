package rest

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// page asks for a page and answers its rows, as lines, and the next cursor.
func page(t *testing.T, url, prefer string) (status int, rows []string, next string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer service_role")
	req.Header.Set("Prefer", prefer)
	req.Header.Set("Accept", "text/csv")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(body), "\n")
	if lines != "" {
		rows = strings.Split(lines, "\n")
	}
	if res.StatusCode >= 300 {
		return res.StatusCode, []string{string(body)}, ""
	}
	return res.StatusCode, rows, res.Header.Get("Next-Cursor")
}

// Walking by cursor meets every row once and in order, while rows come in before
// and behind the place, for every way to sort nulls and ties.
func TestKeysetPages(t *testing.T) {
	t.Parallel()
	server, d := setup(t, nil)
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table shop.points (x int, y text, z timestamptz not null, k1 int, k2 text, info jsonb not null default '{}', primary key (k1, k2));
		insert into shop.points select nullif(i % 5, 4), nullif(md5((i % 7)::text), md5('3')), now() + (i % 3) * interval '1.5 s', i % 10, 'k' || i, jsonb_build_object('n', i % 4)
		  from generate_series(1, 60) i;
		grant select on shop.points to service_role`); err != nil {
		t.Fatal(err)
	}
	for i, order := range []string{"", "x", "x.desc", "x.nullsfirst", "x.desc.nullslast,y", "y.desc,x.asc.nullsfirst", "z,x.desc", "z.desc,k2.desc,k1.desc", "k2,k1", "info->n.desc,x", "info->>none"} {
		by := order
		if order != "" {
			by = "&order=" + order
		}
		_, want, _ := page(t, server.URL+"/rest/v1/points?select=k1,k2&"+strings.TrimPrefix(by, "&")+map[bool]string{true: "&order=k1,k2", false: ",k1,k2"}[order == ""], "")
		var got []string
		prefer := "cursor"
		for n := 0; ; n++ {
			status, rows, next := page(t, server.URL+"/rest/v1/points?select=k1,k2&limit=7"+by, prefer)
			if status != http.StatusOK {
				t.Fatalf("order %q, page %d: %d %s", order, n, status, rows)
			}
			for _, r := range rows {
				if !strings.Contains(r, ",new") {
					got = append(got, r)
				}
			}
			if next == "" {
				break
			}
			prefer = "cursor=" + next
			if _, err := owner.Exec(t.Context(), `insert into shop.points select i, i::text, now() + i * interval '1 s', 1000 + $1, 'new' || $2::int || '-' || i from generate_series(0, 3) i`, i, n); err != nil {
				t.Fatal(err)
			}
			if n > 60 {
				t.Fatalf("order %q has no end", order)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %q: %d rows %v\nwant %d %v", order, len(got), got, len(want), want)
		}
		if _, err := owner.Exec(t.Context(), `delete from shop.points where k1 >= 1000`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCursors(t *testing.T) {
	t.Parallel()
	server, _ := setup(t, nil)
	base := server.URL + "/rest/v1/orders?select=*,items(sku)&limit=2"
	_, _, next := page(t, base, "cursor")
	if next == "" {
		t.Fatal("no cursor")
	}
	cursor := func(s string) string { return "cursor=" + base64.RawURLEncoding.EncodeToString([]byte(s)) }
	raw, err := base64.RawURLEncoding.DecodeString(next)
	if err != nil {
		t.Fatal(err)
	}
	sum := string(raw[:4])
	for i, prefer := range []string{
		"cursor=!", "cursor=AAAA", cursor("abcd"), cursor(sum), cursor(sum + "{}"), cursor(sum + "[]"), cursor(sum + "[1]"), cursor(sum + `["1","2"]`),
		cursor(sum + `["x"]`), cursor(sum + "[\"\\u0000\"]"), cursor(sum + `["1' or true--"]`), cursor(sum + `["` + strings.Repeat("9", 9000) + `"]`), "cursor=" + next + "A",
	} {
		if status, body, _ := page(t, base, prefer); status != http.StatusBadRequest {
			t.Errorf("%d: %s answers %d %s", i, prefer, status, body)
		}
	}
	if status, body, _ := page(t, base+"&order=total", "cursor="+next); status != http.StatusBadRequest {
		t.Errorf("a cursor of another order answers %d %s", status, body)
	}
	if status, body, _ := page(t, base+"&offset=1", "cursor"); status != http.StatusBadRequest {
		t.Errorf("an offset with a cursor answers %d %s", status, body)
	}
	for _, sc := range []scenario{
		{
			name: "json with embeds, and a count of all", method: "GET", url: "/orders?select=id,items(sku)&order=id.desc&limit=2", status: 206, header: map[string]string{"Prefer": "cursor, count=exact"},
			want:       "[{\"id\":12,\"items\":[]}, \n {\"id\":11,\"items\":[{\"sku\": \"a\"}, {\"sku\": \"b\"}]}]",
			wantHeader: map[string]string{"Preference-Applied": "count=exact, cursor", "Content-Range": "0-1/3"},
		},
		{name: "no limit, no next page", method: "GET", url: "/orders?select=id", status: 200, header: map[string]string{"Prefer": "cursor"}, noHeader: []string{"Next-Cursor"}},
		{name: "limit 0", method: "GET", url: "/orders?select=id&limit=0", status: 200, header: map[string]string{"Prefer": "cursor"}, want: "[]", noHeader: []string{"Next-Cursor"}},
		{name: "star", method: "GET", url: "/folders?limit=5", status: 200, header: map[string]string{"Prefer": "cursor"}, want: "[]"},
		{name: "a view with its table's key", method: "GET", url: "/open_orders?select=id&limit=5", status: 200, header: map[string]string{"Prefer": "cursor"}, want: "[{\"id\":11}, \n {\"id\":12}]"},
		{name: "aggregates", method: "GET", url: "/orders?select=total.sum()", status: 400, header: map[string]string{"Prefer": "cursor"}, contains: []string{"PGRST127"}},
		{name: "strict", method: "GET", url: "/orders?select=id&limit=1", status: 200, header: map[string]string{"Prefer": "handling=strict, cursor"}},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, server.URL) })
	}
	if body := fmt.Sprint(next); len(body) > 60 {
		t.Errorf("a cursor of %d characters", len(body))
	}
}
