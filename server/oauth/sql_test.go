package oauth

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	conn, err := dbtest.New(t).Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{
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
	} {
		if _, err := conn.Conn().Prepare(t.Context(), "", sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
