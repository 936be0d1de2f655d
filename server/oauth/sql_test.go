package oauth

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t,
		authorizeSQL,
		consentSQL,
		grantsSQL,
		grantRevokeSQL,
		registerSQL,
		adminCreateSQL,
		adminListSQL,
		adminUpdateSQL,
		adminDeleteSQL,
		purgeSQL,
		exchangeSQL,
		refreshSQL,
		revokeSQL,
		introspectSQL,
		userinfoSQL,
	)
}
