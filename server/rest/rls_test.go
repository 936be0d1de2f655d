package rest

import (
	"testing"

	"howdah/server/config"
)

const policiesFixture = `
	create table shop.secrets (id int primary key, owner text not null, team int not null);
	alter table shop.secrets enable row level security;
	create table shop.teams (id int primary key);
	alter table shop.teams enable row level security;
	create policy none on shop.teams to anon using (false);
	create policy odd on shop.teams to authenticated using (id % 2 = 1);
	create policy mine on shop.secrets to authenticated using (owner = current_user);
	create policy everyones on shop.secrets for select to public using (owner = 'all');
	create policy writes on shop.secrets for insert to authenticated with check (true);
	create policy of_staff on shop.secrets to service_role using (true);
	create policy in_my_team on shop.secrets as restrictive to authenticated using (exists (select from shop.teams t where t.id = secrets.team));
	grant select on shop.secrets, shop.teams to authenticated, service_role;
	insert into shop.teams values (1), (2);
	insert into shop.secrets values (1, 'authenticated', 1), (2, 'all', 2), (3, 'else', 1), (4, 'all', 1)`

func TestExplainRLS(t *testing.T) {
	t.Parallel()
	server, d := setup(t, func(c *config.Rest) { c.ServerTiming = true })
	if _, err := d.Owner(t).Exec(t.Context(), policiesFixture); err != nil {
		t.Fatal(err)
	}
	as := func(role, prefer string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + role, "Prefer": prefer}
	}
	for _, sc := range []scenario{
		{name: "what the caller sees", method: "GET", url: "/secrets?select=id&order=id", header: as("authenticated", ""), status: 200, want: "[{\"id\":1}, \n {\"id\":4}]"},
		{
			name: "a row that its owner's policy lets through", method: "GET", url: "/secrets?id=eq.1", header: as("authenticated", "explain=rls"), status: 200,
			contains: []string{
				`"table" : "shop.secrets", "role" : "authenticated", "granted" : true, "row_security" : true, "bypassed" : false`, `{"row" : {"id" : 1}, "visible" : true`,
				`"policy" : "mine", "permissive" : true, "roles" : ["authenticated"], "expression" : "(owner = CURRENT_USER)", "applies" : true, "passes" : true`,
				`"policy" : "of_staff", "permissive" : true, "roles" : ["service_role"], "expression" : "true", "applies" : false, "passes" : null`,
			},
			wantHeader: map[string]string{"Preference-Applied": "explain=rls"},
		},
		{
			name: "a row hidden by a restrictive policy, which looks up as the caller", method: "GET", url: "/secrets?id=eq.2", header: as("authenticated", "explain=rls"), status: 200,
			contains: []string{`{"row" : {"id" : 2}, "visible" : false`, `"policy" : "in_my_team", "permissive" : false`, `"applies" : true, "passes" : false`},
		},
		{name: "a row that no policy shows", method: "GET", url: "/secrets?owner=eq.else", header: as("authenticated", "explain=rls"), status: 200, contains: []string{`{"row" : {"id" : 3}, "visible" : false`}},
		{name: "who bypasses them", method: "GET", url: "/secrets?id=eq.3", header: as("service_role", "explain=rls"), status: 200, contains: []string{`"bypassed" : true`, `"visible" : true`}},
		{name: "no row", method: "GET", url: "/secrets?id=eq.9", header: as("authenticated", "explain=rls"), status: 200, contains: []string{`"rows" : []`}},
		{name: "a view has none", method: "GET", url: "/open_orders", header: as("authenticated", "explain=rls"), status: 400, contains: []string{"PGRST127"}},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, server.URL) })
	}
}

func TestExplainRLSIsForDevelopment(t *testing.T) {
	t.Parallel()
	server, _ := setup(t, nil)
	for _, sc := range []scenario{
		{name: "elsewhere it is unknown", method: "GET", url: "/orders?id=eq.10&select=id", header: map[string]string{"Prefer": "explain=rls"}, status: 200, want: `[{"id":10}]`, noHeader: []string{"Preference-Applied"}},
		{name: "and refused when strict", method: "GET", url: "/orders", header: map[string]string{"Prefer": "explain=rls, handling=strict"}, status: 400, contains: []string{"PGRST122", "explain=rls"}},
	} {
		t.Run(sc.name, func(t *testing.T) { sc.run(t, server.URL) })
	}
}
