package jobs

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text of this package still fits the functions that it calls.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	conn := d.Owner(t) // the API's functions are the callers', not the login role's
	for name, sql := range map[string]string{
		"configure": configureSQL, "claim": claimSQL, "sleep": sleepSQL, "put back": putBackSQL, "leave": leaveSQL, "run sql": runSQLSQL, "limit": limitSQL,
		"complete": completeSQL, "fail": failSQL, "snooze": snoozeSQL, "beat": beatSQL, "extend": extendSQL, "sweep": sweepSQL, "tick": tickSQL, "housekeep": housekeepSQL, "configure schedules": configureSchedulesSQL, "workers": workersSQL,
		"enqueue": enqueueManySQL, "list": listSQL, "show": showSQL, "cancel": cancelOneSQL, "retry": retryOneSQL, "poll": pollSQL, "heartbeat": heartbeatSQL,
		"report": reportSQL, "stats": statsSQL, "pause": pauseSQL, "limit queue": limitQueueSQL,
	} {
		if _, err := conn.Prepare(t.Context(), name, sql); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
