package problem

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// sqlstates is PostgREST's table (docs, "Errors from PostgreSQL"), most
// specific first: a whole code, then its class.
var sqlstates = map[string]int{
	"08": http.StatusServiceUnavailable, "09": http.StatusInternalServerError, "0L": http.StatusForbidden, "0P": http.StatusForbidden,
	"23503": http.StatusConflict, "23505": http.StatusConflict, "25006": http.StatusMethodNotAllowed, "25": http.StatusInternalServerError,
	"28": http.StatusForbidden, "2D": http.StatusInternalServerError, "38": http.StatusInternalServerError, "39": http.StatusInternalServerError,
	"3B": http.StatusInternalServerError, "40": http.StatusInternalServerError, "53400": http.StatusInternalServerError,
	"53": http.StatusServiceUnavailable, "54": http.StatusInternalServerError, "55": http.StatusInternalServerError,
	"57P01": http.StatusServiceUnavailable, "57": http.StatusInternalServerError, "58": http.StatusInternalServerError,
	"F0": http.StatusInternalServerError, "HV": http.StatusInternalServerError, "P0001": http.StatusBadRequest,
	"P0": http.StatusInternalServerError, "XX": http.StatusInternalServerError, "42883": http.StatusNotFound, "42P01": http.StatusNotFound,
	"42P17": http.StatusInternalServerError, "42501": http.StatusForbidden, "21000": http.StatusBadRequest, "22023": http.StatusBadRequest,
	"57014": http.StatusGatewayTimeout, "57P02": http.StatusServiceUnavailable, "57P03": http.StatusServiceUnavailable,
}

// StatusOf is the HTTP status of a SQLSTATE: PTnnn is nnn, the table's row
// else, and 400 for all that the table does not name.
func StatusOf(sqlstate string) int {
	if nnn, ok := strings.CutPrefix(sqlstate, "PT"); ok {
		if n, err := strconv.Atoi(nnn); err == nil && n >= 200 && n <= 599 {
			return n
		}
		return http.StatusInternalServerError
	}
	if status, ok := sqlstates[sqlstate]; ok {
		return status
	}
	if len(sqlstate) >= 2 {
		if status, ok := sqlstates[sqlstate[:2]]; ok {
			return status
		}
	}
	return http.StatusBadRequest
}

func fromPostgres(pg *pgconn.PgError, err error) *Problem {
	p := &Problem{Status: StatusOf(pg.Code), Code: pg.Code, Message: pg.Message, Details: Text(pg.Detail), Hint: pg.Hint, Cause: err}
	if strings.HasPrefix(pg.Code, "PT") && pg.ConstraintName != "" {
		p.Code = pg.ConstraintName
	}
	if p.Status == http.StatusServiceUnavailable {
		p.RetryAfter = 2
	}
	return p
}
