package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"howdah/server"
)

// consult answers what doctor finds wrong, by check.
func (p *process) consult() map[string]server.Finding {
	p.t.Helper()
	out, err := p.command(p.t.Context(), "doctor", "--json").Output()
	var all []server.Finding
	if json.Unmarshal(out, &all) != nil {
		p.t.Fatalf("doctor: %v %s", err, out)
	}
	found := map[string]server.Finding{}
	for _, f := range all {
		if !f.OK {
			found[f.Check] = f
		}
	}
	sick := false
	for _, f := range found {
		sick = sick || f.Sick()
	}
	if (err != nil) != sick {
		p.t.Errorf("doctor found %v and ends with %v", found, err)
	}
	return found
}

// What doctor finds goes away when its SQL runs.
func TestDoctorFindsAndMends(t *testing.T) {
	t.Parallel()
	p := &process{t: t, binary: build(t), home: openTo(t)}
	p.start()
	t.Cleanup(p.stopAndReset)
	for name, f := range p.consult() {
		if f.Sick() {
			t.Errorf("a fresh home is sick: %s: %s", name, f.Detail)
		}
	}
	conn, err := pgx.Connect(t.Context(), p.must("info", "--owner-url"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	run := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	broken := map[string]string{
		"replication slots hold no WAL back":                             `select pg_create_physical_replication_slot('forgotten', true); create table public.waste as select 1 as id`,
		"no table is bloated by dead rows":                               `create table public.churn (id int primary key) with (autovacuum_enabled = off); insert into public.churn select generate_series(1, 20000); delete from public.churn`,
		"row level security is on wherever the API can see":              `create table public.open (id int primary key); alter table public.open disable row level security`,
		"views run with the rights of who asks":                          `create view public.leak as select 1 as id; grant select on public.leak to anon`,
		"security definer functions pin their search_path":               `create function public.loose() returns int language sql security definer as 'select 1'`,
		"the request roles may not make tables":                          `grant create on schema public to anon`,
		"authenticator can log in, inherits nothing and is no superuser": `alter role authenticator inherit`,
		"authenticator may become anon, authenticated and service_role":  `revoke anon from authenticator`,
		"the optional extension pg_stat_statements is there":             `select 1`,
	}
	for _, sql := range broken {
		run(sql)
	}
	for range 5 { // some segments of WAL that the slot holds
		run(`select pg_logical_emit_message(false, 'howdah', 'x')`)
		run(`select pg_switch_wal()`)
	}
	run(`select pg_stat_force_next_flush()`)
	found := p.consult()
	for check := range broken {
		f, ok := found[check]
		if !ok || f.Fix == "" || strings.Contains(f.Fix, "…") {
			t.Errorf("%s: %+v", check, f)
			continue
		}
		for statement := range strings.SplitSeq(f.Fix, "; ") { // vacuum runs by itself
			run(statement)
		}
	}
	run(`select pg_stat_force_next_flush()`)
	after := p.consult()
	for check := range broken {
		if f, still := after[check]; still {
			t.Errorf("mended and still there: %s: %s", check, f.Detail)
		}
	}

	if err := os.Chmod(filepath.Join(p.home, "keys", "keyset.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	if f := p.consult()["signing keys are readable by their owner alone"]; !strings.HasPrefix(f.Fix, "chmod ") {
		t.Errorf("keys open to others: %+v", f)
	}
}
