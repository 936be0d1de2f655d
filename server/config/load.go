package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"
)

// Load reads .env of the working directory and the environment (which wins),
// and validates the whole. Its error lists every mistake at once.
func Load() (*Config, error) {
	vars, err := variables()
	if err != nil {
		return nil, err
	}
	return Parse(vars)
}

func variables() (map[string]string, error) {
	file, err := godotenv.Read(".env")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf(".env cannot be read: %w", err)
	}
	vars := env.ToMap(os.Environ())
	for name, value := range file {
		if _, set := vars[name]; !set {
			vars[name] = value
		}
	}
	return vars, nil
}

// Parse makes a Config of variables, as Load does of the environment's. A
// variable that is set but empty counts as unset.
func Parse(vars map[string]string) (*Config, error) {
	given := vars
	vars = map[string]string{} // never nil, for which env reads the process's own
	maps.Copy(vars, given)
	maps.DeleteFunc(vars, func(_, value string) bool { return value == "" })
	c := new(Config)
	var mistakes []string
	if err := env.ParseWithOptions(c, env.Options{Environment: vars}); err != nil {
		var all env.AggregateError
		if !errors.As(err, &all) {
			return nil, err
		}
		for _, e := range all.Errors {
			mistakes = append(mistakes, explain(e))
		}
	}
	trimLists(reflect.ValueOf(c).Elem())
	c.Rest.gather(vars)
	c.confirm(vars)
	mistakes = append(mistakes, c.mistakes()...)
	if len(mistakes) > 0 {
		return nil, &Mistakes{mistakes}
	}
	return c, c.fill(vars)
}

// confirm takes back in production what development assumes for whoever begins: that
// a sign-up needs no proof of its address. Where no mail could bring it, that must be said.
func (c *Config) confirm(vars map[string]string) {
	if _, said := vars["MAILER_AUTOCONFIRM"]; said || !c.Production() {
		return
	}
	c.Auth.Autoconfirm = false
	c.Auth.undecided = c.Mail.Backend != "smtp" && !c.Auth.Hooks.SendEmail
}

// trimLists takes the blanks around the elements of lists away, and empty ones.
func trimLists(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		switch {
		case !v.Type().Field(i).IsExported():
		case field.Kind() == reflect.Struct:
			trimLists(field)
		case field.Type() == reflect.TypeFor[[]string]():
			var kept []string
			for n := range field.Len() {
				if s := strings.TrimSpace(field.Index(n).String()); s != "" {
					kept = append(kept, s)
				}
			}
			field.Set(reflect.ValueOf(kept))
		}
	}
}

// Mistakes is every setting that cannot be used, one line each.
type Mistakes struct{ Lines []string }

func (m *Mistakes) Error() string {
	return "the configuration has mistakes:\n  " + strings.Join(m.Lines, "\n  ")
}

// explain names the variable where the library names the struct's field, and
// never repeats the value: it may be a secret.
func explain(err error) string {
	var parse env.ParseError
	if errors.As(err, &parse) {
		for _, s := range Settings() {
			if s.field == parse.Name {
				return fmt.Sprintf("%s must be a %s (%s)", s.Name, s.Kind, s.Doc)
			}
		}
	}
	return err.Error()
}

func (c *Config) mistakes() []string {
	var out []string
	add := func(ok bool, format string, args ...any) {
		if !ok {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	oneOf := func(name, value string, allowed ...string) {
		add(slices.Contains(allowed, value), "%s must be one of %s", name, strings.Join(allowed, ", "))
	}
	oneOf("HOWDAH_ENV", c.Environment, "development", "production")
	s := c.Server
	add(s.Port >= 0 && s.Port <= 65535, "PORT must lie between 0 and 65535")
	add(s.BodyLimit > 0, "BODY_LIMIT_BYTES must be over 0")
	add(s.RequestTimeout > 0, "REQUEST_TIMEOUT must be over 0")
	add(s.ShutdownGrace >= 0, "SHUTDOWN_GRACE_PERIOD must not be negative")
	oneOf("LOG_LEVEL", s.LogLevel, "debug", "info", "warn", "error")
	oneOf("LOG_FORMAT", s.LogFormat, "auto", "json", "text")
	for name, value := range map[string]string{"API_EXTERNAL_URL": s.ExternalURL, "SITE_URL": s.SiteURL} {
		add(value == "" || isHTTP(value), "%s must be an http or https URL", name)
	}
	for _, origin := range s.CORSOrigins {
		add(origin == "*" || isHTTP(origin), "CORS_ALLOW_ORIGINS: %q is no origin like https://app.example.com", origin)
	}
	for _, cidr := range s.TrustedProxies {
		_, err := netip.ParsePrefix(cidr)
		add(err == nil, "TRUSTED_PROXIES: %q is no network like 10.0.0.0/8", cidr)
	}
	d := c.DB
	if d.URL != "" {
		u, err := url.Parse(d.URL.Reveal())
		add(err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql"), "DATABASE_URL must be a postgres:// URL")
	}
	add(d.AuthenticatorPassword == "" || d.PasswordFile == "", "AUTHENTICATOR_PASSWORD and AUTHENTICATOR_PASSWORD_FILE exclude each other: set one")
	add(d.Port >= 0 && d.Port <= 65535, "POSTGRES_PORT must lie between 0 and 65535")
	add(d.PoolMin >= 0, "DB_POOL_MIN_SIZE must not be negative")
	add(d.PoolMax >= 1 && d.PoolMax >= d.PoolMin, "DB_POOL_MAX_SIZE must be at least 1 and DB_POOL_MIN_SIZE")
	add(d.AcquireTimeout > 0, "DB_POOL_ACQUIRE_TIMEOUT must be over 0")
	add(d.StatementTimeoutMS >= 0, "DB_STATEMENT_TIMEOUT_MS must not be negative")
	c.Auth.mistakes(add)
	c.Admin.mistakes(add)
	c.OAuth.mistakes(add)
	c.Jobs.mistakes(add)
	c.Outbound.mistakes(add)
	c.Mail.mistakes(add)
	c.Storage.mistakes(add)
	c.Functions.mistakes(add)
	c.Realtime.mistakes(add)
	if c.Production() {
		out = append(out, c.unsafe()...)
	}
	slices.Sort(out)
	return out
}

// fill computes the defaults that depend on other settings.
func (c *Config) fill(vars map[string]string) error {
	c.Functions.vars = c.Functions.visible(vars)
	home, err := filepath.Abs(c.Home)
	if err != nil {
		return fmt.Errorf("HOWDAH_HOME: %w", err)
	}
	c.Home = home
	c.Storage.fill(home)
	if d := &c.DB; d.AuthenticatorPassword == "" && d.PasswordFile == "" && !c.Production() {
		d.PasswordFile = filepath.Join(home, "authenticator.password")
	}
	s := &c.Server
	c.urlFollows, c.siteFollows, c.issuerFollows = s.ExternalURL == "", s.SiteURL == "", c.Auth.JWTIssuer == ""
	if c.urlFollows {
		s.ExternalURL = "http://" + net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	}
	s.ExternalURL = strings.TrimRight(s.ExternalURL, "/")
	if c.siteFollows {
		s.SiteURL = s.ExternalURL
	}
	if c.issuerFollows {
		c.Auth.JWTIssuer = s.ExternalURL + "/auth/v1"
	}
	return nil
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
