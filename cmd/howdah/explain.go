package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
	"howdah/server/dev"
)

// explain is an error as a person reads it: one line that says what is wrong,
// and what mends it where that is known.
func explain(err error) string {
	var (
		connect *pgconn.ConnectError
		file    *db.FileError
		pg      *pgconn.PgError
		dial    *net.OpError
		dns     *net.DNSError
		path    *fs.PathError
	)
	switch {
	case errors.As(err, &pg) && pg.Code == "53100":
		return "the disk of the database is full: " + pg.Message + " (make room, then run the same command again)"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full: " + err.Error() + " (make room, then run the same command again)"
	case errors.As(err, &file):
		return err.Error() + dev.Advice(file)
	case errors.As(err, &connect) && errors.As(err, &pg):
		mend := "correct DATABASE_URL"
		switch pg.Code {
		case "3D000":
			mend = fmt.Sprintf("createdb %s, or correct DATABASE_URL", connect.Config.Database)
		case "53300":
			mend = "lower DB_POOL_MAX_SIZE, or raise max_connections"
		case "57P03":
			mend = "it is starting: try again in a moment"
		}
		return fmt.Sprintf("the database refuses %s: %s (%s)", connect.Config.User, pg.Message, mend)
	case errors.As(err, &connect) && errors.As(err, &dial):
		return fmt.Sprintf("no database answers at %s:%d (%v): start it, or correct DATABASE_URL; without DATABASE_URL howdah runs one of its own",
			connect.Config.Host, connect.Config.Port, dial.Err)
	case errors.As(err, &connect) && errors.As(err, &dns):
		return fmt.Sprintf("there is no host %s (%s): correct DATABASE_URL", dns.Name, dns.Err)
	case errors.As(err, &connect):
		return fmt.Sprintf("the database at %s cannot be reached: %s (correct DATABASE_URL)", connect.Config.Host, oneLine(connect.Error()))
	case errors.As(err, &pg) && pg.Code == "42501":
		return err.Error() + "\n  fix: DATABASE_URL must be the database owner's, who may make roles (createrole)"
	case errors.Is(err, fs.ErrPermission) && errors.As(err, &path):
		return fmt.Sprintf("%s: permission denied (its owner can allow it: chown or chmod)", path.Path)
	case errors.As(err, &path) && (errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EROFS)):
		return fmt.Sprintf("%s: %v (HOWDAH_HOME and HOWDAH_PROJECT must name folders that you may write)", path.Path, path.Err)
	default:
		return err.Error()
	}
}

// oneLine joins the lines of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
