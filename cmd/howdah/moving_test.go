package main

import (
	"slices"
	"testing"

	"howdah/server/config"
)

// A .env of Supabase's self-hosting has names of its own: whoever brings it is
// told which of them nobody reads.
func TestSettingsOfElsewhereAreNamed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known[s.Name] = true
	}
	for theirs, ours := range elsewhere {
		if known[theirs] || !known[ours] {
			t.Errorf("%s is %s: want the second alone to be a setting", theirs, ours)
		}
	}
	got := unread(map[string]string{
		"SITE_URL": "http://localhost:3000", "ENABLE_EMAIL_AUTOCONFIRM": "false", "GOTRUE_MAILER_AUTOCONFIRM": "true", "GOTRUE_NONSENSE": "1",
		"SMTP_USER": "ada", "SMTP_USERNAME": "ada", "SMTP_PASS": "",
	})
	want := []string{
		"ENABLE_EMAIL_AUTOCONFIRM is not read: the name here is MAILER_AUTOCONFIRM",
		"GOTRUE_MAILER_AUTOCONFIRM is not read: the name here is MAILER_AUTOCONFIRM",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
