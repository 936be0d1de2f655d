package rest

import (
	"strings"
	"testing"
)

func TestBatch(t *testing.T) {
	t.Parallel()
	server, d := setup(t, nil)
	if _, err := d.Owner(t).Exec(t.Context(), `
		alter table shop.products enable row level security;
		create policy all_but_secret on shop.products to authenticated using (sku <> 'secret') with check (sku <> 'secret');
		create table shop.slots (id int primary key, next_id int references shop.slots deferrable initially deferred);
		grant select, insert on shop.slots to service_role;
		create function shop.teapot() returns void language plpgsql as $$ begin perform set_config('response.status', '418', true); end $$`); err != nil {
		t.Fatal(err)
	}
	rep := `"headers":{"Prefer":"return=representation"}`
	gone := scenario{name: "nothing was kept", method: "GET", url: "/customers?name=like.batch*&select=name", status: 200, want: `[]`}
	for _, sc := range []scenario{
		{
			name: "later requests refer to earlier answers", method: "POST", url: "/batch", status: 200,
			body: `[{"method":"POST","path":"/customers?select=id,name","body":{"name":"Eve & Co"},` + rep + `},
				{"method":"POST","path":"/orders?select=customer_id,total","body":[{"customer_id":{"$ref":"/0/body/0/id"},"total":7},{"customer_id":{"$ref":"/0/body/0/id"},"total":8}],` + rep + `},
				{"path":"/customers?name=eq.${/0/body/0/name}&select=name,orders!orders_customer_id_fkey(total)&orders.order=total"},
				{"method":"DELETE","path":"/orders?customer_id=eq.${/0/body/0/id}&total=in.(${/1/body/0/total},${/1/body/1/total})"},
				{"method":"DELETE","path":"/customers?id=eq.${/0/body/0/id}"},
				{"path":"/customers?name=like.Eve*&select=id"}]`,
			contains: []string{
				`"status":201`, `{"customer_id":100,"total":7}`, `"body":[{"name":"Eve & Co","orders":[{"total": 7}, {"total": 8}]}]`,
				`{"status":204,"headers":{"Content-Range":"*/*"},"body":null}`, `"body":[]`,
			},
		},
		{
			name: "a failing request undoes all", method: "POST", url: "/batch", status: 400,
			body:     `[{"method":"POST","path":"/customers","body":{"name":"batch a"}},{"path":"/customers?nope=eq.1"},{"path":"/customers"}]`,
			contains: []string{`"code":"42703"`, `"index":1`},
		},
		gone,
		{
			name: "so does a read that is not single", method: "POST", url: "/batch", status: 406,
			body:     `[{"method":"POST","path":"/customers","body":{"name":"batch b"}},{"path":"/customers","headers":{"Accept":"application/vnd.pgrst.object+json"}}]`,
			contains: []string{`PGRST116`, `"index":1`},
		},
		gone,
		{
			name: "and a status that a function asks for", method: "POST", url: "/batch", status: 418,
			body:     `[{"method":"POST","path":"/customers","body":{"name":"batch c"}},{"method":"POST","path":"/rpc/teapot"}]`,
			contains: []string{`"index":1`},
		},
		gone,
		{
			name: "and a deferred constraint", method: "POST", url: "/batch", status: 409,
			body:     `[{"method":"POST","path":"/slots","body":{"id":1,"next_id":2}},{"method":"POST","path":"/customers","body":{"name":"batch d"}}]`,
			contains: []string{`23503`},
		},
		gone,
		{
			name: "requests in order satisfy it", method: "POST", url: "/batch", status: 200, header: map[string]string{"Prefer": "tx=rollback"},
			body:       `[{"method":"POST","path":"/slots","body":{"id":1,"next_id":2}},{"method":"POST","path":"/slots","body":{"id":2}},{"path":"/slots?select=id&order=id"}]`,
			contains:   []string{"[{\"id\":1}, \n {\"id\":2}]"},
			wantHeader: map[string]string{"Preference-Applied": "tx=rollback"},
		},
		{name: "rolled back as asked", method: "GET", url: "/slots", status: 200, want: `[]`},
		{
			name: "row level security is the same", method: "POST", url: "/batch", status: 403, header: map[string]string{"Authorization": "Bearer authenticated"},
			body:     `[{"method":"POST","path":"/products","body":{"sku":"fine","name":"x"}},{"method":"POST","path":"/products","body":{"sku":"secret","name":"x"}}]`,
			contains: []string{`42501`, `"index":1`},
		},
		{
			name: "max-affected is checked by request", method: "POST", url: "/batch", status: 400,
			body:     `[{"method":"DELETE","path":"/items?sku=eq.b","headers":{"Prefer":"handling=strict,max-affected=1"}},{"method":"DELETE","path":"/items","headers":{"Prefer":"handling=strict,max-affected=1"}}]`,
			contains: []string{`PGRST124`, `"index":1`, `affects 2 rows`},
		},
		{
			name: "what a function asked for is its own", method: "POST", url: "/batch", status: 200,
			body:     `[{"path":"/customers?id=eq.1&select=id"},{"path":"/customers?id=eq.99"},{"method":"PUT","path":"/products?sku=eq.z","body":{"sku":"z","name":"z"},` + rep + `},{"method":"DELETE","path":"/products?sku=eq.z"}]`,
			contains: []string{`"body":[{"id":1}]`, `"body":[]`, `{"status":201`},
		},
		{
			name: "a dead session runs nothing", method: "POST", url: "/batch", status: 401, body: `[{"path":"/customers"}]`,
			header: map[string]string{"Authorization": "Bearer authenticated:00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000002"},
		},
		{name: "csv is text", method: "POST", url: "/batch", status: 200, body: `[{"path":"/customers?select=name&id=eq.1","headers":{"Accept":"text/csv"}}]`, contains: []string{`"body":"name\u000aAda"`}},
		{name: "empty", method: "POST", url: "/batch", status: 200, body: `[]`, want: `[]`},
		{name: "a reference forward", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers?id=eq.${/1/body/0/id}"},{"path":"/customers"}]`, contains: []string{`no request before it`, `"index":0`}},
		{name: "a reference to nothing", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers"},{"path":"/customers?id=eq.${/0/body/9/id}"}]`, contains: []string{`points to nothing`, `"index":1`}},
		{name: "a reference for a name", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers?select=name&id=eq.1"},{"path":"/customers?${/0/body/0/name}=eq.1"}]`, contains: []string{`value only`, `"index":1`}},
		{name: "a reference that would add filters", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers?select=a:name&id=eq.1"},{"path":"/orders?or=(id.eq.${/0/headers})"}]`, contains: []string{`"index":1`}},
		{name: "a reference for a body", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers"},{"method":"POST","path":"/customers","body":{"$ref":"/0/body"}}]`, contains: []string{`value only`}},
		{name: "no array", method: "POST", url: "/batch", status: 400, body: `{"path":"/customers"}`, contains: []string{`PGRST102`}},
		{name: "too many", method: "POST", url: "/batch", status: 413, body: "[" + strings.Repeat(`{"path":"/customers"},`, 20) + `{"path":"/customers"}]`, contains: []string{`21 requests`}},
		{name: "a token of its own", method: "POST", url: "/batch", status: 400, body: `[{"path":"/customers","headers":{"Authorization":"Bearer x"}}]`, contains: []string{`no header`}},
		{name: "another host", method: "POST", url: "/batch", status: 400, body: `[{"path":"http://example.test/customers"}]`, contains: []string{`PGRST125`}},
		{name: "a batch in a batch", method: "POST", url: "/batch", status: 404, body: `[{"method":"POST","path":"/batch","body":[]}]`, contains: []string{`PGRST205`}},
		{name: "reads alone are read-only", method: "POST", url: "/batch", status: 200, body: `[{"path":"/rpc/big_orders?floor=200&select=id"},{"path":"/orders?id=eq.${/0/body/0/id}&select=id"}]`, contains: []string{`"body":[{"id":12}]`}},
		{
			name: "answers that are too long", method: "POST", url: "/batch", status: 413,
			body:     `[{"method":"POST","path":"/customers","body":{"name":"batch e"}},{"path":"/rpc/long"}]`,
			contains: []string{`too long`, `"index":1`},
		},
		gone,
	} {
		if strings.Contains(sc.body, "/rpc/long") {
			if _, err := d.Owner(t).Exec(t.Context(), `create function shop.long() returns text language sql stable as $$ select repeat('x', 1000000) $$`); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(sc.name, func(t *testing.T) { sc.run(t, server.URL) })
	}
}
