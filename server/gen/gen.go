// Package gen turns the database's schema into types of other languages.
package gen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Schema is one schema as ops.describe tells it.
type Schema struct {
	Name       string
	Relations  []Relation
	Functions  []Function
	Enums      []Enum
	Composites []Composite
}

// Relation is a table or a view.
type Relation struct {
	Name, Kind, Comment   string
	Insertable, Updatable bool
	Columns               []Column
	Relationships         []Relationship
}

// Column is a column, or a member of a composite.
type Column struct {
	Name, Comment string
	Type          Type
	Nullable      bool
	Default       bool // may be left out on insert
	Generated     bool // cannot be written
}

// Relationship is a foreign key.
type Relationship struct {
	Name, Schema, Relation string
	Columns, Referenced    []string
	OneToOne               bool `json:"one_to_one"`
}

// Function is what /rpc can call.
type Function struct {
	Name, Comment string
	Set           bool
	Returns       Type
	Arguments     []Argument
	Columns       []Argument // of a table that it answers
	Roles         []string   // that may call it
}

// Argument is one of a function's.
type Argument struct {
	Name    string
	Type    Type
	Default bool
}

// Enum is a closed set of words.
type Enum struct {
	Name, Comment string
	Labels        []string
}

// Composite is a row type of its own.
type Composite struct {
	Name, Comment string
	Columns       []Column
}

// Type is a type by kind: base, enum, composite, row, domain, array or pseudo.
type Type struct {
	Kind, Schema, Name string
	Of                 *Type // of an array
	Base               *Type // of a domain
}

const describeSQL = `select ops.describe(_schemas => $1)`

// Read asks the database at ownerURL to describe the schemas.
func Read(ctx context.Context, ownerURL string, schemas []string) ([]Schema, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var text []byte
	if err := conn.QueryRow(ctx, describeSQL, schemas).Scan(&text); err != nil {
		return nil, fmt.Errorf("describe the schema: %w", err)
	}
	var out []Schema
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("describe the schema: %w", err)
	}
	for _, name := range schemas {
		if !slices.ContainsFunc(out, func(s Schema) bool { return s.Name == name }) {
			return nil, fmt.Errorf("there is no schema %s", name)
		}
	}
	return out, nil
}

// languages are the generators by the name that --lang takes.
var languages = map[string]func([]Schema) (string, error){
	"ts": typescript, "go": golang, "py": python, "json": jsonSchema, "md": markdown,
}

// Languages lists what Write knows.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// ErrLanguage is a language that Write does not know.
var ErrLanguage = errors.New("unknown language")

// Write generates the schemas' types in a language.
func Write(language string, schemas []Schema) (string, error) {
	generate, ok := languages[language]
	if !ok {
		return "", fmt.Errorf("%w %q: use one of %s", ErrLanguage, language, strings.Join(Languages(), ", "))
	}
	return generate(schemas)
}

// plain is a type without its domains.
func (t Type) plain() Type {
	for t.Kind == "domain" && t.Base != nil {
		t = *t.Base
	}
	return t
}

// found says whether a type's schema is among those that are generated.
func found(schemas []Schema, t Type) bool {
	return slices.ContainsFunc(schemas, func(s Schema) bool {
		if s.Name != t.Schema {
			return false
		}
		switch t.Kind {
		case "enum":
			return slices.ContainsFunc(s.Enums, func(e Enum) bool { return e.Name == t.Name })
		case "composite":
			return slices.ContainsFunc(s.Composites, func(c Composite) bool { return c.Name == t.Name })
		case "row":
			return slices.ContainsFunc(s.Relations, func(r Relation) bool { return r.Name == t.Name })
		}
		return false
	})
}

// pascal is a name as Go and Python write types: order_items is OrderItems.
func pascal(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		for _, word := range strings.FieldsFunc(part, func(r rune) bool { return r != '\'' && !isWord(r) || r == '_' }) {
			if upper := strings.ToUpper(word); initialisms[upper] {
				b.WriteString(upper)
				continue
			}
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	name := b.String()
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "X" + name
	}
	return name
}

var initialisms = map[string]bool{"ID": true, "URL": true, "IP": true, "JSON": true, "HTTP": true, "HTML": true, "API": true, "UUID": true, "SQL": true}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// firstLine is a comment's first line: the rest is for readers of the schema.
func firstLine(comment string) string {
	line, _, _ := strings.Cut(comment, "\n")
	return strings.TrimSpace(line)
}

// quote is a text in double quotes, as JSON and most languages write it.
func quote(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // a string always encodes
	return string(b)
}

func quotes(list []string, between string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return strings.Join(out, between)
}
