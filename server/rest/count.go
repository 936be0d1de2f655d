package rest

import (
	"encoding/json"
	"fmt"

	"howdah/server/db"
)

// plannedRows reads the planner's guess out of explain (format json).
func plannedRows(p *db.Pipe) (int64, error) {
	rr, err := p.Next()
	if err != nil {
		return 0, err
	}
	var plan []struct {
		Plan struct {
			Rows int64 `json:"Plan Rows"`
		} `json:"Plan"`
	}
	var parseErr error
	for rr.NextRow() {
		parseErr = json.Unmarshal(rr.Values()[0], &plan)
	}
	if _, err := rr.Close(); err != nil {
		return 0, err
	}
	if parseErr != nil || len(plan) == 0 {
		return 0, fmt.Errorf("read the plan: %w", parseErr)
	}
	return plan[0].Plan.Rows, nil
}

// estimate puts the planner's guess in place of a count: always when planned,
// beyond max-rows when estimated.
func (r *result) estimate(rows int64, mode string, maxRows int64) {
	switch {
	case mode == "planned":
		r.total = rows
	case mode == "estimated" && r.total > maxRows:
		r.total = max(r.total, rows)
	}
}
