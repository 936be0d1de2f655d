package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s does not say what it does", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root())
}

// Each verb's help names what it takes, and exits 0.
func TestEveryVerbHelps(t *testing.T) {
	t.Parallel()
	b := newTool(t, "")
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		out := b.must(args...)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(out, "--"+f.Name) {
				t.Errorf("%v does not name --%s", args, f.Name)
			}
		})
		for _, sub := range c.Commands() {
			if !strings.Contains(out, "  "+sub.Name()+" ") && !sub.Hidden {
				t.Errorf("%v does not name %s", args, sub.Name())
			}
			walk(sub)
		}
	}
	walk(root())
}

func TestMisspelledVerbsAreGuessed(t *testing.T) {
	t.Parallel()
	b := newTool(t, "")
	for line, want := range map[string]string{
		"migrat":               "howdah has no command migrat: did you mean migrate?\ntry `howdah --help`",
		"secrte status":        "secret?\ntry `howdah --help`",
		"feature aply x":       "howdah feature has no command aply: did you mean apply?\ntry `howdah feature --help`",
		"jobs lisst":           "howdah jobs has no command lisst: did you mean list?",
		"doctor --jsno":        "howdah doctor has no flag --jsno: did you mean --json?",
		"doctor now":           "howdah doctor takes no arguments",
		"nothing-like-it":      "howdah has no command nothing-like-it\n",
		"gen types --lang c++": "use one of go, json, md, py, ts",
		"keygen activate":      "expected a key's id\ntry `howdah keygen activate --help`",
	} {
		if _, stderr, code := b.run(strings.Fields(line)...); code != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 2 {
			t.Errorf("%s: exit %d, %s", line, code, stderr)
		}
	}
}

func TestADeveloperSDay(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	url := strings.TrimPrefix(b.env[0], "DATABASE_URL=")
	b.must("migrate")

	if out := b.must("gen", "types"); !strings.Contains(out, "Tables: {") || !strings.Contains(out, "todos: {") {
		t.Errorf("gen types: %s", out)
	}
	b.must("gen", "types", "--lang", "py", "--out", "models.py")
	if out := b.must("gen", "openapi"); !json.Valid([]byte(out)) || !strings.Contains(out, "/rpc/complete_todos") {
		t.Errorf("gen openapi: %.200s", out)
	}
	if out := b.must("docs"); !strings.Contains(out, "public.complete_todos(matching text = …) → int4") || !strings.Contains(out, "Called by: authenticated.") {
		t.Errorf("docs: %s", out)
	}

	b.must("admin", "create-user", "ada@example.test", "--password", "correct horse battery")
	if _, stderr, code := b.run("admin", "create-user", "ada@example.test", "--password", "correct horse battery"); code != 1 || !strings.Contains(stderr, "email_exists") {
		t.Errorf("a user twice: exit %d, %s", code, stderr)
	}
	if out := b.must("admin", "create-user", "ada@example.test", "--password", "battery staple horse", "--role", "superadmin"); !strings.Contains(out, `"created": false`) {
		t.Errorf("a user who is there, as an admin: %s", out)
	}
	if _, stderr, code := b.run("admin", "create-user", "eve@example.test", "--password", "short"); code != 1 || !strings.Contains(stderr, "assword") {
		t.Errorf("a weak password: exit %d, %s", code, stderr)
	}
	if out := b.must("token", "--user", "ada@example.test"); strings.Count(out, ".") != 2 {
		t.Errorf("token: %s", out)
	}
	if _, stderr, code := b.run("token", "--user", "nobody@example.test"); code != 1 || !strings.Contains(stderr, "there is no user") {
		t.Errorf("token of nobody: exit %d, %s", code, stderr)
	}

	migration := strings.TrimSpace(b.must("migrate", "new", "add_due"))
	if !strings.HasSuffix(migration, "_add_due.sql") {
		t.Errorf("migrate new: %s", migration)
	}
	b.write(migration, "-- +goose Up\nalter table public.todos add column due date;\n-- +goose Down\nalter table public.todos drop column due;\n")
	if out := b.must("migrate"); !strings.Contains(out, "_add_due.sql") {
		t.Errorf("migrate: %s", out)
	}
	if out := b.must("migrate", "down", "--yes"); !strings.Contains(out, "_add_due.sql") {
		t.Errorf("migrate down: %s", out)
	}
	if err := os.Remove(filepath.Join(b.dir, migration)); err != nil {
		t.Fatal(err)
	}
	b.write("seed.sql", "insert into public.todos (user_id, task) select id, 'seeded' from auth.users; alter table public.todos add column priority int;")
	b.must("seed")
	if out := b.must("db", "diff", "--name", "priority"); !strings.Contains(out, "_priority.sql") {
		t.Errorf("db diff: %s", out)
	}
	if out := b.must("db", "diff"); out != "" {
		t.Errorf("after it is written there is still\n%s", out)
	}
	b.must("db", "dump", "--out", "all.dump")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "truncate public.todos"); err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
	b.must("db", "restore", "all.dump", "--yes")
	b.write("garbage.dump", "no dump")
	if _, stderr, code := b.run("db", "restore", "garbage.dump", "--yes"); code != 1 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("restoring garbage: exit %d, %s", code, stderr)
	}
	if conn, err = pgx.Connect(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var tasks int
	if err := conn.QueryRow(t.Context(), "select count(*) from public.todos").Scan(&tasks); err != nil || tasks != 1 {
		t.Errorf("restored %d, %v", tasks, err)
	}

	b.must("db", "dump", "--schema-only", "--out", "schema.dump")
	whole, err := os.Stat(filepath.Join(b.dir, "all.dump"))
	if err != nil {
		t.Fatal(err)
	}
	if schema, err := os.Stat(filepath.Join(b.dir, "schema.dump")); err != nil || schema.Size() >= whole.Size() {
		t.Errorf("a dump without rows is no smaller: %v, %v", schema, err)
	}
	b.must("feature", "apply", "audit")
	b.must("feature", "apply", "profiles", "--plan")
	b.must("feature", "apply", "profiles")
	if _, stderr, code := b.run("feature", "apply", "audit"); code != 1 || !strings.Contains(stderr, "nothing was changed") {
		t.Errorf("a feature twice: exit %d, %s", code, stderr)
	}
	if out := b.must("test"); !strings.Contains(out, " 0 failed") {
		t.Errorf("test: %s", out)
	}
	if out, stderr, code := b.run("doctor", "--json"); code != 0 || !strings.Contains(out, `"ok":true`) {
		t.Errorf("doctor: exit %d, %s%s", code, out, stderr)
	}
	b.must("deploy", "generate")
	if text, err := os.ReadFile(filepath.Join(b.dir, "deploy/app.service")); err != nil || strings.Contains(string(text), "__") {
		t.Errorf("deploy: %v\n%s", err, text)
	}
}

// A pack whose last file fails, when its migration, its first functions and the
// books of both are done already.
func TestAFeatureThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.must("migrate")
	b.write("packs/billing/feature.json", `{"version": "1", "summary": "Invoices"}`)
	b.write("packs/billing/migrations/billing.sql", "-- +goose Up\ncreate schema billing;\ncreate table billing.invoices (id int primary key);\n-- +goose Down\ndrop schema billing cascade;\n")
	b.write("packs/billing/sql/billing/fine.sql", "create or replace function billing.fine() returns int language sql return 1;")
	b.write("packs/billing/sql/billing/worse.sql", "create or replace function billing.worse() returns int\n  language nonsense as '1';")
	b.write("packs/billing/pgtap/billing/fine.sql", "begin; select plan(1); select is(billing.fine(), 1); rollback;")
	before := b.must("migrate", "status")
	_, stderr, code := b.run("feature", "apply", "packs/billing")
	if code != 1 || !strings.Contains(stderr, "sql/billing/worse.sql:") || !strings.Contains(stderr, "nothing of the pack was kept") {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if found, _ := filepath.Glob(filepath.Join(b.dir, "*/*billing*")); len(found) > 1 { // packs/billing
		t.Errorf("left %v", found)
	}
	if after := b.must("migrate", "status"); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if out := b.must("db", "diff"); out != "" {
		t.Errorf("the database keeps\n%s", out)
	}
	b.write("packs/billing/sql/billing/worse.sql", "create or replace function billing.worse() returns int language sql return 2;")
	if out := b.must("feature", "apply", "packs/billing"); !strings.Contains(out, "+ sql/billing/worse.sql") {
		t.Errorf("the plan: %s", out)
	}
	if out := b.must("test", "billing"); !strings.Contains(out, "1 passed, 0 failed") {
		t.Errorf("test: %s", out)
	}
	// The books know whose file made what: without the file the function goes.
	if err := os.Remove(filepath.Join(b.dir, "sql/billing/worse.sql")); err != nil {
		t.Fatal(err)
	}
	if out := b.must("migrate"); !strings.Contains(out, "billing.worse()") {
		t.Errorf("migrate: %s", out)
	}
}

func TestAFeatureNeedsASoundProject(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.must("migrate")
	b.write("sql/broken.sql", "create function public.broken( returns int")
	_, stderr, code := b.run("feature", "apply", "audit")
	if code != 1 || !strings.Contains(stderr, "sql/broken.sql:1") {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if found, _ := filepath.Glob(filepath.Join(b.dir, "*/*audit*")); len(found) > 0 {
		t.Errorf("left %v", found)
	}
}

func TestKeysRotateWithoutLoss(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	if _, stderr, code := b.run("keygen", "status"); code != 1 || !strings.Contains(stderr, "howdah keygen init") {
		t.Errorf("without keys: exit %d, %s", code, stderr)
	}
	b.must("keygen", "init")
	kid := strings.TrimSpace(b.must("keygen", "rotate"))
	b.must("keygen", "activate", kid)
	if _, _, code := b.run("keygen", "prune"); code != 2 {
		t.Errorf("prune without --force: exit %d", code)
	}
	b.must("keygen", "prune", "--force")
	var keys []struct{ KID, State string }
	if err := json.Unmarshal([]byte(b.must("keygen", "status", "--json")), &keys); err != nil || len(keys) != 1 || keys[0].KID != kid || keys[0].State != "active" {
		t.Errorf("%v: %v", keys, err)
	}
}

func TestSettingsAreJudgedAsProductionWould(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	if secret := strings.TrimSpace(b.must("env", "gen-secret")); len(secret) != 64 {
		t.Errorf("secret %q", secret)
	}
	if out, _, code := b.run("env", "validate"); code != 1 || !strings.Contains(out, "API_EXTERNAL_URL") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestPluginsAreCommands(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	for name, text := range map[string]string{"howdah-greet": "#!/bin/sh\necho \"hello $1\"; exit 3\n", "howdah-broken": "no program", "howdah-version": "#!/bin/sh\necho hidden\n"} {
		b.write("bin/"+name, text)
		if err := os.Chmod(filepath.Join(b.dir, "bin", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.env = append(b.env, "PATH="+filepath.Join(b.dir, "bin")+":"+os.Getenv("PATH"))
	if out, stderr, code := b.run("greet", "ada"); out != "hello ada\n" || code != 3 || stderr != "" {
		t.Errorf("exit %d, %s%s", code, out, stderr)
	}
	if _, stderr, code := b.run("broken"); code != 1 || !strings.Contains(stderr, "does not run") {
		t.Errorf("a broken one: exit %d, %s", code, stderr)
	}
	if out := b.must("version"); strings.Contains(out, "hidden") {
		t.Errorf("a plugin hides a command: %s", out)
	}
	if out := b.must("plugins"); !strings.Contains(out, "greet") || !strings.Contains(out, "(hidden") {
		t.Errorf("plugins: %s", out)
	}
	if _, stderr, code := b.run("nonsense"); code != 2 || !strings.Contains(stderr, "howdah --help") {
		t.Errorf("an unknown command: exit %d, %s", code, stderr)
	}
	if out := b.must("completion", "bash"); !strings.Contains(out, "howdah") {
		t.Errorf("completion: %.100s", out)
	}
}
