package server_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shared is what every package may import; a domain imports no other domain.
var shared = []string{"howdah/server/config", "howdah/server/db", "howdah/server/problem", "howdah/server/token", "howdah/server/db/dbtest"}

func TestDomainsKeepApart(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || !strings.Contains(path, "/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		own := "howdah/server/" + strings.Split(path, "/")[0]
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			inside := name == own || strings.HasPrefix(name, own+"/")
			if strings.HasPrefix(name, "howdah/server") && !inside && !slices.Contains(shared, name) {
				t.Errorf("%s imports %s: ask SQL instead", path, name)
			}
			if strings.HasPrefix(name, "howdah/cmd") {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
