package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"howdah/migrations"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/cluster"
	"howdah/sql"
)

// Stand is a database that is up, migrated, and can be logged in to.
type Stand struct {
	OwnerURL string    // for migrations and sql/
	URL      string    // as authenticator, for the server
	Report   db.Report // what was brought up to date
	Private  bool      // the cluster is Howdah's own
	cluster  *cluster.Cluster
}

// Up makes a database to stand on: DATABASE_URL's, or a private cluster, which
// is made and started as needed. It applies migrations and sql/ of the
// platform and the project and sets authenticator's password. Release what it
// answers also where it fails.
func Up(ctx context.Context, c *config.Config, project fs.FS, progress func(string)) (*Stand, error) {
	stand, err := Ground(ctx, c, progress)
	if err != nil {
		return nil, err
	}
	password, err := authenticatorPassword(c)
	if err != nil {
		return stand, err
	}
	stand.Report, err = db.Migrate(ctx, stand.OwnerURL, password, Sources(c, project)...)
	if err != nil {
		return stand, err
	}
	if err := errors.Join(firstAdmin(ctx, c, stand.OwnerURL), configureHooks(ctx, c, stand.OwnerURL)); err != nil {
		return stand, err
	}
	stand.URL, err = loginURL(stand.OwnerURL, password)
	return stand, err
}

// Ground is Up without migrations: a database that answers.
func Ground(ctx context.Context, c *config.Config, progress func(string)) (*Stand, error) {
	if c.DB.URL != "" {
		return &Stand{OwnerURL: c.DB.URL.Reveal()}, nil
	}
	cl, err := cluster.Ensure(ctx, cluster.Options{Home: c.Home, Port: c.DB.Port, Binaries: c.DB.Binaries, Volatile: c.DB.Volatile, Progress: progress})
	if err != nil {
		return nil, err
	}
	return &Stand{OwnerURL: cl.URL(), Private: true, cluster: cl}, nil
}

// Release stops a private cluster that this process started, and leaves one
// that ran before.
func (s *Stand) Release(ctx context.Context) error {
	if s == nil || s.cluster == nil || !s.cluster.Started() {
		return nil
	}
	return s.cluster.Stop(ctx)
}

// Sources is what gets applied, in order: the platform, then the project.
func Sources(c *config.Config, project fs.FS) []db.Source {
	platform := db.Source{Name: "howdah", Migrations: migrations.FS, SQL: sql.FS, Table: db.PlatformTable, Role: "howdah_owner"}
	if c.Platform != "" {
		platform.Migrations = os.DirFS(filepath.Join(c.Platform, "migrations"))
		platform.SQL = os.DirFS(filepath.Join(c.Platform, "sql"))
	}
	sources := []db.Source{platform}
	if project == nil {
		return sources
	}
	app := db.Source{Name: "app", Table: "goose_db_version"}
	if sub, err := fs.Sub(project, "migrations"); err == nil {
		app.Migrations = sub
	}
	if sub, err := fs.Sub(project, "sql"); err == nil {
		app.SQL = sub
	}
	sources = append(sources, app)
	if sub, err := fs.Sub(project, "functions"); err == nil {
		sources = append(sources, db.Source{Name: "functions", SQL: sub, Folder: "functions"})
	}
	return sources
}

// authenticatorPassword is the configured one, or one made once and kept in a
// file.
func authenticatorPassword(c *config.Config) (string, error) {
	if p := c.DB.AuthenticatorPassword.Reveal(); p != "" {
		return p, nil
	}
	if c.DB.PasswordFile == "" {
		return "", errors.New("AUTHENTICATOR_PASSWORD or AUTHENTICATOR_PASSWORD_FILE must be set in production, the same for every node: try openssl rand -hex 24")
	}
	return keep(c.DB.PasswordFile)
}

// keep answers the secret in a file, and makes file and secret when there is
// none. Two that do so at once get the same one: the link decides.
func keep(path string) (string, error) {
	if text, err := os.ReadFile(path); err == nil && len(text) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(rand.Text() + "\n"); err != nil {
		return "", errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return "", err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}

// loginURL is the owner's URL with authenticator's name and password.
func loginURL(ownerURL, password string) (string, error) {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return "", errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	query := u.Query()
	query.Del("user")
	query.Del("password")
	u.RawQuery = query.Encode()
	u.User = url.UserPassword("authenticator", password)
	if u.Host == "" && query.Get("host") == "" {
		return "", fmt.Errorf("DATABASE_URL names no host")
	}
	return u.String(), nil
}
