package mfa

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t,
		enrollSQL,
		unenrollSQL,
		statusSQL,
		registerBeginSQL,
		registerFinishSQL,
		loginBeginSQL,
		passkeyAnswerSQL,
		loginFinishSQL,
		passkeyListSQL,
		passkeyRenameSQL,
		passkeyDeleteSQL,
		recoverySetSQL,
		recoveryUseSQL,
		challengeSQL,
		verifyBeginSQL,
		verifyFinishSQL,
	)
}
