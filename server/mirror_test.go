package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each file of a public function has its pgTAP at the same path: a file, or a
// folder of behaviours. Private helpers, views and policies are tested by what
// they are for, event triggers in their functions' files.
func TestEveryFunctionHasItsTests(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir("../sql", func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		if err != nil || filepath.Ext(name) != ".sql" || strings.HasPrefix(name, "_") ||
			slices.Contains([]string{"views.sql", "policies.sql", "event_triggers.sql"}, name) {
			return err
		}
		found++
		rel, err := filepath.Rel("../sql", path)
		if err != nil {
			return err
		}
		test := filepath.Join("../pgtap", rel)
		_, noFile := os.Stat(test)
		_, noFolder := os.Stat(strings.TrimSuffix(test, ".sql"))
		if noFile != nil && noFolder != nil {
			t.Errorf("sql/%s has no pgtap/%s", rel, rel)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d functions, %v", found, err)
	}
}
