package keys

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t,
		createSQL,
		adminCreateSQL,
		listSQL,
		revokeSQL,
		reportSQL,
		adminListSQL,
		adminRevokeSQL,
		recordSQL,
	)
}
