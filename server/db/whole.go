package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// MigrateWhole is Migrate in one transaction: migrations, sql/ and the books of
// both are there together or not at all. A migration that PostgreSQL does not
// take inside a transaction fails.
func MigrateWhole(ctx context.Context, ownerURL string, sources ...Source) (Report, error) {
	var report Report
	probe, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return report, err
	}
	cfg := probe.Config().Copy()
	if err := probe.Close(ctx); err != nil {
		return report, err
	}
	failed := new(failedQuery)
	cfg.Tracer = failed
	opened, err := stdlib.GetConnector(*cfg).Connect(ctx)
	if err != nil {
		return report, fmt.Errorf("connect as the owner: %w", err)
	}
	one, ok := opened.(*stdlib.Conn)
	if !ok {
		return report, errors.New("the driver is another one")
	}
	defer one.Close()
	err = pgx.BeginFunc(ctx, one.Conn(), func(tx pgx.Tx) error {
		const lockSQL = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('howdah.migrate', 0))`
		if _, err := tx.Exec(ctx, lockSQL); err != nil {
			return fmt.Errorf("wait for another migration: %w", err)
		}
		for _, src := range sources {
			done, err := gooseUpOn(ctx, sql.OpenDB(nested{Conn: one}), failed, src)
			if err != nil {
				return err
			}
			report.Migrated = append(report.Migrated, done...)
			plan, err := makePlan(ctx, tx, src)
			if err != nil {
				return err
			}
			if len(plan.changed)+len(plan.gone) == 0 {
				continue
			}
			applied, err := within(ctx, tx, src, plan, nil)
			if err != nil {
				return err
			}
			report.Applied = append(report.Applied, applied.files...)
			report.Dropped = append(report.Dropped, applied.dropped...)
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return report, nil
}

// nested gives database/sql, again and again, one connection that is inside a
// transaction: what begins there is a savepoint. The loader tells what files
// made by the transaction's own id, which a savepoint's rows do not carry.
type nested struct{ *stdlib.Conn }

// Connect and Driver make it a driver.Connector.
func (n nested) Connect(context.Context) (driver.Conn, error) { return n, nil }

// Driver is pgx's.
func (n nested) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// Close leaves the connection to its owner.
func (n nested) Close() error { return nil }

// ResetSession keeps what the transaction has set.
func (n nested) ResetSession(context.Context) error { return nil }

// BeginTx makes a savepoint.
func (n nested) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	point := savepoint{ctx, n.Conn.Conn()}
	return point, point.exec("savepoint howdah_step")
}

type savepoint struct {
	ctx  context.Context //nolint:containedctx // driver.Tx gives Commit and Rollback none
	conn *pgx.Conn
}

func (p savepoint) exec(sql string) error {
	_, err := p.conn.Exec(p.ctx, sql)
	return err
}

func (p savepoint) Commit() error   { return p.exec("release savepoint howdah_step") }
func (p savepoint) Rollback() error { return p.exec("rollback to savepoint howdah_step") }
