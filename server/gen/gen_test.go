package gen_test

import (
	"encoding/json"
	"errors"
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/gen"
)

var update = flag.Bool("update", false, "rewrite testdata")

const schemaSQL = `
create type public.mood as enum ('sad', 'ok', 'very "happy"');
create type public.point as (x int, y float8);
create domain public.email as text check (value like '%@%');
create table public.people (
  id bigint generated always as identity primary key,
  name text not null, mail public.email, mood public.mood not null default 'ok', at public.point, tags text[] not null default '{}',
  born date, meta jsonb, "odd name" int, "class" text, full_name text generated always as (upper(name)) stored);
comment on table public.people is 'Whom we know.';
comment on column public.people.mood is 'How they feel.';
create table public.orders (id uuid primary key default gen_random_uuid(), person_id bigint not null references public.people, total numeric not null, made_at timestamptz not null default now());
create table public.profiles (person_id bigint primary key references public.people, picture bytea);
create view public.sad_people as select id, name from public.people where mood = 'sad';
create function public.greet(name text, loudly boolean default false) returns text language sql as $$ select name $$;
create function public.totals(person bigint) returns table (day date, total numeric) language sql as $$ select null::date, null::numeric $$;
create function public.everybody() returns setof public.people language sql as $$ select * from public.people $$;
create function public.ordered(public.people) returns setof public.orders language sql as $$ select * from public.orders $$;
create function public.greet(name text, times int) returns text language sql as $$ select name $$;
create schema other;
create table other.things (id int primary key, mood public.mood[]);`

func TestGeneratedTypes(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if _, err := d.Owner(t).Exec(t.Context(), schemaSQL); err != nil {
		t.Fatal(err)
	}
	schemas, err := gen.Read(t.Context(), d.OwnerURL, []string{"public", "other"})
	if err != nil {
		t.Fatal(err)
	}
	for language, check := range map[string]func(*testing.T, string, string){"ts": nil, "md": nil, "go": checkGo, "py": checkPython, "json": checkJSON} {
		path := filepath.Join("testdata", "database."+language+".golden")
		got, err := gen.Write(language, schemas)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s is not what %s holds (go test -update rewrites it): %v\n%s", language, path, err, got)
		}
		if check != nil {
			check(t, path, got)
		}
	}
}

func TestUnknownSchemasAndLanguagesAreNamed(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if _, err := gen.Read(t.Context(), d.OwnerURL, []string{"public", "nowhere"}); err == nil || err.Error() != "there is no schema nowhere" {
		t.Errorf("schema: %v", err)
	}
	if _, err := gen.Write("cobol", nil); !errors.Is(err, gen.ErrLanguage) {
		t.Errorf("language: %v", err)
	}
}

func checkGo(t *testing.T, _, text string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "models.go", text, parser.AllErrors)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	if _, err := conf.Check("models", set, []*ast.File{file}, nil); err != nil {
		t.Errorf("the generated Go does not compile: %v", err)
	}
}

func checkPython(t *testing.T, path, _ string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("no python3: its types are not run")
		return
	}
	if out, err := exec.CommandContext(t.Context(), python, path).CombinedOutput(); err != nil {
		t.Errorf("the generated Python does not run: %v\n%s", err, out)
	}
}

func checkJSON(t *testing.T, _, text string) {
	t.Helper()
	var schema struct {
		Defs map[string]struct{ Required []string } `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil || len(schema.Defs["public.orders"].Required) != 4 {
		t.Errorf("%v: %+v", err, schema)
	}
}
