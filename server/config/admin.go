package config

import (
	"slices"
	"strings"
)

// Admin is the first superadmin, made when the server starts and there is none.
type Admin struct {
	Email    string `env:"HOWDAH_ADMIN_EMAIL" doc:"address of the superadmin to make when there is none; empty makes none"`
	Password Secret `env:"HOWDAH_ADMIN_PASSWORD" doc:"password of that superadmin; there is no default"`
}

// samples are passwords of examples.
var samples = []string{"admin", "administrator", "password", "changeme", "change-me", "secret", "howdah", "superadmin", "your-password-here"}

func (a *Admin) mistakes(add func(ok bool, format string, args ...any)) {
	add((a.Email == "") == (a.Password == ""), "HOWDAH_ADMIN_EMAIL and HOWDAH_ADMIN_PASSWORD go together")
	add(a.Email == "" || strings.Contains(a.Email, "@"), "HOWDAH_ADMIN_EMAIL must be an e-mail address")
	add(!slices.Contains(samples, strings.ToLower(a.Password.Reveal())), "HOWDAH_ADMIN_PASSWORD must not be the sample of an example")
}
