package server

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Finding is one check of `howdah doctor`.
type Finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Level  string `json:"level,omitempty"` // error, warning or info: of advice about the schema
	Detail string `json:"detail,omitempty"`
	Fix    string `json:"fix,omitempty"`
}

// Sick says whether something should be done.
func (f *Finding) Sick() bool { return !f.OK && f.Level != "info" }

const (
	doctorSQL = `select "check", ok, detail, fix from ops.doctor() union all select "check", ok, detail, fix from storage.doctor()`
	adviceSQL = `select rule || ': ' || object as "check", false as ok, level, detail, fix from ops.advise()`
	clockSQL  = `select clock_timestamp(), current_setting('max_connections')::int`
)

// Doctor checks the files and keys here, and lets the database check itself.
func Doctor(ctx context.Context, c *config.Config, ownerURL string, project fs.FS) ([]Finding, error) {
	findings := []Finding{keysChecked(c), storageChecked(ctx, c)}
	drift, err := db.Compare(ctx, ownerURL, Sources(c, project)...)
	if err != nil {
		return findings, err
	}
	var behind []string
	for _, names := range [][]string{drift.Pending, drift.Changed, drift.Gone} {
		behind = append(behind, names...)
	}
	findings = append(findings, Finding{
		Check: "migrations and sql/ are applied", OK: len(behind) == 0,
		Detail: strings.Join(behind, ", "), Fix: "howdah migrate",
	})
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return findings, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, doctorSQL)
	if err != nil {
		return findings, fmt.Errorf("ask the database (is it migrated? try `howdah migrate`): %w", err)
	}
	own, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[Finding])
	if err != nil {
		return findings, err
	}
	findings = append(findings, own...)
	around, err := aroundChecked(ctx, c, conn)
	if err != nil {
		return findings, err
	}
	findings = append(findings, around...)
	rows, err = conn.Query(ctx, adviceSQL)
	if err != nil {
		return findings, fmt.Errorf("ask for advice: %w", err)
	}
	advice, err := pgx.CollectRows(rows, pgx.RowToStructByName[Finding])
	return append(findings, advice...), err
}

// apart is how far two clocks may be: tokens forgive as much.
const apart = 30 * time.Second

// aroundChecked is what neither the files nor the database know alone.
func aroundChecked(ctx context.Context, c *config.Config, conn *pgx.Conn) ([]Finding, error) {
	var now time.Time
	var most int32
	if err := conn.QueryRow(ctx, clockSQL).Scan(&now, &most); err != nil {
		return nil, err
	}
	off := time.Since(now).Abs()
	return []Finding{
		{
			Check: "the clocks of server and database agree", OK: off < apart,
			Detail: fmt.Sprintf("they are %s apart", off.Round(time.Second)), Fix: "run an NTP client on both machines",
		},
		{
			Check: "the pool fits into the database's connections", OK: c.DB.PoolMax+5 <= most,
			Detail: fmt.Sprintf("DB_POOL_MAX_SIZE is %d, max_connections %d", c.DB.PoolMax, most), Fix: "lower DB_POOL_MAX_SIZE, or raise max_connections",
		},
		{
			Check: "no symmetric secret verifies tokens", OK: c.Auth.JWTSecret == "",
			Detail: "JWT_SECRET is set: whoever knows it can be anybody", Fix: "unset JWT_SECRET once the tokens that it signed have expired",
		},
	}, nil
}

func keysChecked(c *config.Config) Finding {
	f := Finding{Check: "signing keys are readable by their owner alone", OK: true}
	if _, err := token.Open(c.KeysDir(), c.Auth); err != nil {
		return Finding{Check: f.Check, Detail: err.Error(), Fix: "restore " + c.KeysDir() + " from a backup"}
	}
	err := filepath.WalkDir(c.KeysDir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			f = Finding{Check: f.Check, Detail: path + " is open to others", Fix: "chmod -R go= " + c.KeysDir()}
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		f = Finding{Check: f.Check, Detail: err.Error(), Fix: "make " + c.KeysDir() + " readable"}
	}
	return f
}
