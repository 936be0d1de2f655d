package storage

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
)

// statements is every const of this package whose name ends in SQL.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if ok && len(spec.Names) == 1 && len(spec.Values) == 1 && strings.HasSuffix(spec.Names[0].Name, "SQL") {
				found[spec.Names[0].Name] = text(t, spec.Values[0])
			}
			return true
		})
	}
	return found
}

func text(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return text(t, e.X) + text(t, e.Y)
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	default:
		t.Fatalf("a statement is no plain text: %T", e)
		return ""
	}
}

// Every SQL text of this package still fits the function that it calls.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	all := statements(t)
	if len(all) < 25 {
		t.Fatalf("only %d statements were found", len(all))
	}
	conn := dbtest.New(t).Owner(t)
	for name, sql := range all {
		if _, err := conn.Prepare(t.Context(), name, sql); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
