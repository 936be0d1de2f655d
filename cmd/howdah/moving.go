package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"howdah/server/config"
)

// elsewhere is what Supabase's self-hosting calls settings that have GoTrue's
// names here. Left unread they would change who may sign in, without a word.
var elsewhere = map[string]string{
	"ADDITIONAL_REDIRECT_URLS": "URI_ALLOW_LIST",
	"JWT_EXPIRY":               "JWT_EXP",
	"ENABLE_EMAIL_SIGNUP":      "EXTERNAL_EMAIL_ENABLED",
	"ENABLE_PHONE_SIGNUP":      "EXTERNAL_PHONE_ENABLED",
	"ENABLE_EMAIL_AUTOCONFIRM": "MAILER_AUTOCONFIRM",
	"ENABLE_PHONE_AUTOCONFIRM": "SMS_AUTOCONFIRM",
	"ENABLE_ANONYMOUS_USERS":   "EXTERNAL_ANONYMOUS_USERS_ENABLED",
	"SMTP_USER":                "SMTP_USERNAME",
	"SMTP_PASS":                "SMTP_PASSWORD",
	"FILE_SIZE_LIMIT":          "STORAGE_FILE_SIZE_LIMIT",
}

// gotrue is what GoTrue puts before the names that are settings here.
const gotrue = "GOTRUE_"

// unread are variables that mean a setting by another name, a line each, when
// that setting is not given.
func unread(vars map[string]string) []string {
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known[s.Name] = true
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		here := elsewhere[name]
		if bare, ok := strings.CutPrefix(name, gotrue); ok && known[bare] {
			here = bare
		}
		if here != "" && vars[name] != "" && vars[here] == "" && !known[name] {
			lines = append(lines, fmt.Sprintf("%s is not read: the name here is %s", name, here))
		}
	}
	return lines
}

// variables are those of .env and the environment, which wins.
func variables() (map[string]string, error) {
	vars, err := godotenv.Read(".env")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf(".env cannot be read: %w", err)
	}
	all := maps.Clone(vars)
	if all == nil {
		all = map[string]string{}
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		all[name] = value
	}
	return all, nil
}

// warnUnread says before a server starts which settings it does not read.
func warnUnread(out io.Writer) error {
	vars, err := variables()
	if err != nil {
		return err
	}
	for _, line := range unread(vars) {
		say(out)(line)
	}
	return nil
}
