package config

import "strings"

// OAuth is Howdah as an authorization server, which other apps sign in with.
type OAuth struct {
	Enabled  bool   `env:"OAUTH_SERVER_ENABLED" envDefault:"true" doc:"be an OAuth 2.1 and OpenID provider for clients that are registered"`
	Dynamic  bool   `env:"OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION" envDefault:"false" doc:"clients may register themselves (RFC 7591)"`
	PagePath string `env:"OAUTH_SERVER_AUTHORIZATION_PATH" doc:"path under SITE_URL of your own consent page; empty: Howdah's plain one"`
}

func (o *OAuth) mistakes(add func(ok bool, format string, args ...any)) {
	add(o.PagePath == "" || strings.HasPrefix(o.PagePath, "/"), "OAUTH_SERVER_AUTHORIZATION_PATH must begin with /")
}
