package mfa_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"howdah/server/auth/hooks/hookstest"
)

// An HTTP hook has a say in each attempt; a rejection ends all sessions, an error none.
func TestAHookHasASayInSecondFactors(t *testing.T) {
	var answer atomic.Value
	answer.Store(`{"decision": "continue"}`)
	r := hookstest.New(t, func(hookstest.Call) string { return answer.Load().(string) })
	a := newAPI(t, map[string]string{
		"HOOK_MFA_VERIFICATION_ATTEMPT_ENABLED": "true", "HOOK_MFA_VERIFICATION_ATTEMPT_URI": r.URL, "HOOK_MFA_VERIFICATION_ATTEMPT_SECRETS": hookstest.Secrets,
	})
	id, secret, lifted := a.enroll(a.signUp("ada").body.AccessToken)
	calls := r.Calls("mfa-verification")
	if len(calls) != 1 || !calls[0].Input.Valid || calls[0].Input.FactorType != "totp" || calls[0].Input.UserID == "" || lifted.status != http.StatusOK {
		t.Fatalf("%d %s %+v", lifted.status, lifted.text, calls)
	}
	bearer := a.signIn().body.AccessToken
	a.want(a.verify(bearer, id, a.challenge(bearer, id).body.ID, "000000"), 422, "mfa_verification_failed")
	if calls = r.Calls("mfa-verification"); len(calls) != 2 || calls[1].Input.Valid {
		t.Errorf("a wrong code: %+v", calls)
	}
	answer.Store(`{"error": {"http_code": 429, "message": "Later."}}`)
	a.want(a.prove(bearer, id, secret, 1), 429, "unknown")
	answer.Store(`{"decision": "reject", "message": "Not from there."}`)
	a.want(a.prove(bearer, id, secret, 1), 403, "mfa_verification_rejected") // the code was not spent by the attempt before
	a.want(a.call("GET", "/user", lifted.body.AccessToken, ""), 403, "session_not_found")
}
