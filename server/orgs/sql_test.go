package orgs

import (
	"testing"

	"howdah/server/db/dbtest"
)

// Every SQL text is a call that the database of today knows.
func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t,
		listOrgsSQL,
		createOrgSQL,
		updateOrgSQL,
		deleteOrgSQL,
		listMembersSQL,
		setRoleSQL,
		inviteSQL,
		listInvitesSQL,
		revokeInviteSQL,
		acceptInviteSQL,
		listRolesSQL,
		defineRoleSQL,
		assignRoleSQL,
		permissionsSQL,
		purgeSQL,
	)
}
