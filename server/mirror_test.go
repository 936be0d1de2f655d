package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// owed are files of sql/ whose functions are tested in their neighbours' files
// so far. Nothing is to be added here.
var owed = []string{
	"auth/keys/admin_api_key_list.sql", "auth/keys/admin_api_key_revoke.sql", "auth/keys/api_key_list.sql", "auth/keys/api_key_report.sql",
	"auth/keys/purge_api_key_usage.sql", "auth/lend/are_permissions.sql", "auth/lend/audit.sql", "auth/lend/end_session.sql",
	"auth/lend/ensure_user.sql", "auth/lend/is_session_of.sql", "auth/lend/owns_email.sql", "auth/lend/session_claims.sql",
	"auth/mfa/passkey_delete.sql", "auth/mfa/passkey_list.sql", "auth/mfa/passkey_login_begin.sql", "auth/mfa/passkey_register_begin.sql",
	"auth/verify_audit.sql",
}

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
		if noFile != nil && noFolder != nil && !slices.Contains(owed, filepath.ToSlash(rel)) {
			t.Errorf("sql/%s has no pgtap/%s", rel, rel)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d functions, %v", found, err)
	}
}
