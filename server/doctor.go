package server

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Finding is one check of `howdah doctor`.
type Finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Level  string `json:"level,omitempty"` // error, warning or info; empty is error
	Detail string `json:"detail,omitempty"`
	Fix    string `json:"fix,omitempty"`
}

// Sick says whether something should be done.
func (f *Finding) Sick() bool { return !f.OK && f.Level != "info" }

const (
	doctorSQL = `select "check", ok, '' as level, detail, fix from ops.doctor() union all select "check", ok, '', detail, fix from storage.doctor()
		union all select "check", ok, level, detail, fix from ops.doctor_machine()`
	adviceSQL = `select rule || ': ' || object as "check", false as ok, level, detail, fix from ops.advise()`
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
	own, err := pgx.CollectRows(rows, pgx.RowToStructByName[Finding])
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
