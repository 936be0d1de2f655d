package server

import (
	"sync"
	"testing"

	"howdah/server/db/dbtest"
)

func TestTheFirstAdminIsMadeOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, map[string]string{"HOWDAH_ADMIN_EMAIL": "root@example.test", "HOWDAH_ADMIN_PASSWORD": "correct horse battery"})
	var nodes sync.WaitGroup
	for range 3 {
		nodes.Go(func() {
			if err := firstAdmin(t.Context(), c, d.OwnerURL); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	c.Admin.Email = "late@example.test"
	if err := firstAdmin(t.Context(), c, d.OwnerURL); err != nil {
		t.Error(err)
	}
	var admins string
	err := d.Owner(t).QueryRow(t.Context(), `select string_agg(u.email || ' ' || r.role, ', ') from auth.users u left join orgs.user_roles r on r.user_id = u.id`).Scan(&admins)
	if err != nil || admins != "root@example.test superadmin" {
		t.Errorf("%q, %v", admins, err)
	}
	c.Admin.Email, c.Admin.Password = "weak@example.test", "short"
	if err := firstAdmin(t.Context(), c, d.OwnerURL); err == nil {
		t.Error("the first admin's password has to keep the policy")
	}
}
