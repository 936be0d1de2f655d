package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"howdah/pgtap"
	"howdah/server/db"
)

// Suite runs a project's pgTAP files, in parallel, each worker on a copy of a
// database that holds the platform and the project and nothing else.
type Suite struct {
	OwnerURL string
	Sources  []db.Source
	Files    fs.FS  // the pgtap/ tree
	Part     string // a folder or file of it; empty for all
	Jobs     int    // workers; 0 for two a core
	Coverage bool
}

// FileResult is what came of one file.
type FileResult struct {
	File     string
	Tests    []Test
	Failures []string // lines for a person: what failed, and why
	Took     time.Duration
}

// OK says whether all went as planned.
func (r *FileResult) OK() bool { return len(r.Failures) == 0 }

// ErrNoTests says that there is nothing to run.
var ErrNoTests = errors.New("there is no test")

// Run runs the files and hands each result on as it comes.
func (s *Suite) Run(ctx context.Context, each func(FileResult)) ([]FileCoverage, error) {
	files, err := s.list()
	if err != nil {
		return nil, err
	}
	template, err := s.template(ctx)
	if err != nil {
		return nil, err
	}
	jobs := s.Jobs
	if jobs <= 0 {
		jobs = 2 * runtime.GOMAXPROCS(0)
	}
	jobs = min(jobs, len(files))
	queue := make(chan string, len(files))
	for _, file := range files {
		queue <- file
	}
	close(queue)
	var (
		mu       sync.Mutex
		measured coverage
	)
	workers, ctx := errgroup.WithContext(ctx)
	for n := range jobs {
		workers.Go(func() error {
			return s.onCopy(ctx, template, n, func(w *worker) error {
				for file := range queue {
					result, err := w.run(ctx, s.Files, file)
					if err != nil {
						return err
					}
					mu.Lock()
					each(result)
					mu.Unlock()
				}
				if !s.Coverage {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				return measured.read(ctx, w.conn)
			})
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	return measured.files(), nil
}

func (s *Suite) list() ([]string, error) {
	var files []string
	err := fs.WalkDir(s.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() || path.Ext(name) != ".sql" || name == "helpers.sql" || strings.HasPrefix(name, "fixtures/") {
			return err
		}
		if part := strings.TrimSuffix(s.Part, "/"); part == "" || name == part || strings.HasPrefix(name, part+"/") {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read pgtap/: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w under pgtap/%s", ErrNoTests, s.Part)
	}
	slices.Sort(files)
	return files, nil
}

// template is a database that the workers' are copied from, made once for each
// state of the files. Those of other states are dropped.
func (s *Suite) template(ctx context.Context) (string, error) {
	sum, err := fingerprint(s.Sources)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s.OwnerURL)
	if err != nil {
		return "", errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	base := strings.TrimPrefix(u.Path, "/") + "_tests_"
	name := base + sum
	conn, err := pgx.Connect(ctx, s.OwnerURL)
	if err != nil {
		return "", fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const staleSQL = `select d.datname from pg_database d where starts_with(d.datname, $1)`
	rows, err := conn.Query(ctx, staleSQL, base)
	if err != nil {
		return "", err
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	for _, old := range there {
		if old != name {
			_, _ = conn.Exec(ctx, "drop database if exists "+pgx.Identifier{old}.Sanitize()) // another run may hold it
		}
	}
	if slices.Contains(there, name) {
		return name, nil
	}
	making := base + "making"
	if _, err := conn.Exec(ctx, "drop database if exists "+pgx.Identifier{making}.Sanitize()+" with (force)"); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "create database "+pgx.Identifier{making}.Sanitize()+" template template0"); err != nil {
		return "", fmt.Errorf("make a database for tests: %w", err)
	}
	if err := furnish(ctx, onDatabase(s.OwnerURL, making), s.Sources); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "alter database "+pgx.Identifier{making}.Sanitize()+" rename to "+pgx.Identifier{name}.Sanitize())
	return name, err
}

// furnish fills a database with the sources and the test helpers.
func furnish(ctx context.Context, url string, sources []db.Source) error {
	if _, err := db.Migrate(ctx, url, "", sources...); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, pgtap.Helpers); err != nil {
		return fmt.Errorf("pgTAP is not installed (apt-get install postgresql-%s-pgtap): %w", conn.PgConn().ParameterStatus("server_version")[:2], err)
	}
	_, _ = conn.Exec(ctx, `create extension if not exists plpgsql_check schema tests`) // for coverage, where it is there
	return nil
}

// worker is one connection to a copy.
type worker struct{ conn *pgx.Conn }

func (s *Suite) onCopy(ctx context.Context, template string, n int, work func(*worker) error) (err error) {
	owner, err := pgx.Connect(ctx, s.OwnerURL)
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer owner.Close(context.WithoutCancel(ctx))
	name := fmt.Sprintf("%s_%d", template, n)
	drop := "drop database if exists " + pgx.Identifier{name}.Sanitize() + " with (force)"
	if _, err := owner.Exec(ctx, drop); err != nil {
		return err
	}
	if _, err := owner.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+" template "+pgx.Identifier{template}.Sanitize()); err != nil {
		return fmt.Errorf("copy the database for tests: %w", err)
	}
	defer func() {
		_, dropped := owner.Exec(context.WithoutCancel(ctx), drop)
		err = errors.Join(err, dropped)
	}()
	conn, err := pgx.Connect(ctx, onDatabase(s.OwnerURL, name))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if s.Coverage {
		if _, err := conn.Exec(ctx, profileSQL); err != nil {
			return fmt.Errorf("measure coverage (is plpgsql_check in shared_preload_libraries?): %w", err)
		}
	}
	return work(&worker{conn})
}

func onDatabase(ownerURL, name string) string {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return ownerURL
	}
	u.Path = "/" + name
	return u.String()
}
