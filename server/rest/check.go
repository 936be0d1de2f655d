package rest

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// swallowed is how rest.check_affected tells that a nested insert lost rows.
const swallowed = "nested_rows_swallowed"

const (
	checkRoleSQL = `select set_config('role', 'none', true)`
	checkSQL     = `select rest.check_affected(_least => $1, _most => $2, _code => $3, _status => $4), set_config('role', $5, true)`
)

// bounds are the row counts between which a write may commit.
func (rq *request) bounds() (least, most []byte, code, status string) {
	const any64 = "9223372036854775807"
	switch {
	case rq.op == opPut:
		return []byte("1"), []byte("1"), "PGRST115", "400"
	case rq.single():
		return []byte("1"), []byte("1"), "PGRST116", "406"
	case rq.prefer.strict() && rq.prefer.maxAffected >= 0:
		return []byte("0"), strconv.AppendInt(nil, rq.prefer.maxAffected, 10), "PGRST124", "400"
	}
	return []byte("0"), []byte(any64), "", "400"
}

// checkError words what rest.check_affected refused; its message is the count.
func (rq *request) checkError(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	rows := atoi([]byte(pg.Message))
	switch pg.ConstraintName {
	case "PGRST115":
		return putMismatch()
	case "PGRST116":
		return singularError(rows)
	case swallowed:
		return refusal(http.StatusBadRequest, "PGRST127", "Feature not implemented", "A trigger or rule swallowed a row of the nested insert, so the keys of its rows are unknown.", "")
	case "PGRST124":
		return maxAffectedError(rows)
	}
	return err
}
