// Package config holds every setting of Howdah in one struct, read once from
// the environment (and .env) and validated whole. Nobody else calls os.Getenv.
package config

import (
	"path/filepath"
	"time"
)

// Config is all that can be set. Each domain is handed its own sub-struct.
type Config struct {
	Environment string `env:"HOWDAH_ENV" envDefault:"development" doc:"development or production; production refuses unsafe settings"`
	Home        string `env:"HOWDAH_HOME" envDefault:".howdah" doc:"private state: the cluster, keys, passwords"`
	Project     string `env:"HOWDAH_PROJECT" doc:"folder of your project (migrations/ sql/ pgtap/), or demo for the built-in one; empty: demo on a private cluster, nothing on DATABASE_URL"`
	Platform    string `env:"HOWDAH_PLATFORM" doc:"folder with Howdah's own migrations/ sql/ pgtap/, to work on them; empty: those in the binary"`
	Server      Server
	DB          DB
	Auth        Auth
	Admin       Admin
	OAuth       OAuth
	Rest        Rest
	Jobs        Jobs
	Outbound    Outbound
	Mail        Mail
	Storage     Storage
	PostgREST   PostgREST
	Functions   Functions
	Realtime    Realtime

	// whether a setting was left to follow the address
	urlFollows, siteFollows, issuerFollows bool
	vars                                   map[string]string // with --only rest: what all this was made of
}

// Production says whether unsafe settings are errors rather than warnings.
func (c *Config) Production() bool { return c.Environment == "production" }

// Server is the HTTP surface.
type Server struct {
	Host           string        `env:"HOST" envDefault:"127.0.0.1" doc:"address to listen on"`
	Port           int           `env:"PORT" envDefault:"8000" doc:"port to listen on; 0 takes a free one"`
	ExternalURL    string        `env:"API_EXTERNAL_URL" doc:"public URL of this server, for links and token issuer; default http://HOST:PORT"`
	SiteURL        string        `env:"SITE_URL" doc:"URL of the app that users return to; default API_EXTERNAL_URL"`
	CORSOrigins    []string      `env:"CORS_ALLOW_ORIGINS" doc:"browser origins that may call, comma-separated; * for any; empty closes CORS"`
	TrustedProxies []string      `env:"TRUSTED_PROXIES" doc:"CIDRs whose X-Forwarded-For is believed"`
	BodyLimit      int64         `env:"BODY_LIMIT_BYTES" envDefault:"10485760" doc:"largest request body in bytes; more is 413"`
	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" envDefault:"40s" doc:"longest a request may take; more is 504"`
	ShutdownGrace  time.Duration `env:"SHUTDOWN_GRACE_PERIOD" envDefault:"15s" doc:"how long SIGTERM waits for requests under way"`
	LogLevel       string        `env:"LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`
	LogFormat      string        `env:"LOG_FORMAT" envDefault:"auto" doc:"json, text, or auto: text on a terminal"`
}

// DB is how to reach PostgreSQL.
type DB struct {
	URL                   Secret        `env:"DATABASE_URL" doc:"an owner's connection, for migrations and sql/; empty: a private cluster under HOWDAH_HOME"`
	Binaries              string        `env:"HOWDAH_POSTGRES" envDefault:"auto" doc:"PostgreSQL of the private cluster: auto, embedded, or a folder of binaries"`
	Port                  int           `env:"POSTGRES_PORT" envDefault:"0" doc:"port of the private cluster; 0 takes a free one and keeps it"`
	Volatile              bool          `env:"POSTGRES_VOLATILE" envDefault:"false" doc:"private cluster without fsync: for throw-away clusters of tests"`
	AuthenticatorPassword Secret        `env:"AUTHENTICATOR_PASSWORD" doc:"password of the role the server logs in as; made and kept under HOWDAH_HOME when empty"`
	PasswordFile          string        `env:"AUTHENTICATOR_PASSWORD_FILE" doc:"file that holds that password, read for each new connection: it rotates without a restart; default, in development, is one under HOWDAH_HOME"`
	PoolMin               int32         `env:"DB_POOL_MIN_SIZE" envDefault:"1" doc:"connections kept open"`
	PoolMax               int32         `env:"DB_POOL_MAX_SIZE" envDefault:"10" doc:"most connections of a node, beside one that listens and two that compile"`
	AcquireTimeout        time.Duration `env:"DB_POOL_ACQUIRE_TIMEOUT" envDefault:"5s" doc:"longest wait for a connection; more is 503 with Retry-After"`
	StatementTimeoutMS    int           `env:"DB_STATEMENT_TIMEOUT_MS" envDefault:"30000" doc:"statement_timeout of requests in ms; 0 leaves it to the database"`
}

// KeysDir is where the signing keys are kept.
func (c *Config) KeysDir() string { return filepath.Join(c.Home, "keys") }

// Moved tells the address that the server really has, where it took a free
// port. What was configured by hand stays.
func (c *Config) Moved(url string) {
	if !c.urlFollows {
		return
	}
	c.Server.ExternalURL = url
	if c.siteFollows {
		c.Server.SiteURL = url
	}
	if c.issuerFollows {
		c.Auth.JWTIssuer = url + "/auth/v1"
	}
}
