package mfa_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestTOTP(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada")
	other := a.signIn()
	factor := a.call("POST", "/factors", in.body.AccessToken, `{"factor_type":"totp","friendly_name":"phone"}`)
	if !strings.HasPrefix(factor.body.TOTP.QRCode, "<svg") || !strings.HasPrefix(factor.body.TOTP.URI, "otpauth://totp/app.example.test:ada@example.test?") {
		t.Fatalf("enroll: %d %s", factor.status, factor.text)
	}
	a.want(a.call("POST", "/factors", in.body.AccessToken, `{"factor_type":"totp","friendly_name":"phone"}`), 422, "mfa_factor_name_conflict")
	challenge := a.challenge(in.body.AccessToken, factor.body.ID)
	a.want(a.verify(in.body.AccessToken, factor.body.ID, challenge.body.ID, "000000x"), 422, "mfa_verification_failed")
	a.want(a.verify(in.body.AccessToken, factor.body.ID, challenge.body.ID, ""), 400, "validation_failed")
	lifted := a.verify(in.body.AccessToken, factor.body.ID, challenge.body.ID, a.code(factor.body.TOTP.Secret, 0))
	before, after := claims(t, in.body.AccessToken), claims(t, lifted.body.AccessToken)
	if after.AAL != "aal2" || after.SessionID != before.SessionID || after.AMR[0].Method != "totp" || after.AMR[1].Method != "password" {
		t.Errorf("claims %+v", after)
	}
	if f := lifted.body.User.Factors; len(f) != 1 || f[0].Status != "verified" {
		t.Errorf("factors of the user: %+v", f)
	}
	a.want(a.call("GET", "/user", other.body.AccessToken, ""), 403, "session_not_found")
	refreshed := a.call("POST", "/token?grant_type=refresh_token", "", `{"refresh_token":"`+lifted.body.RefreshToken+`"}`)
	if c := claims(t, refreshed.body.AccessToken); c.AAL != "aal2" || c.AMR[0].Method != "totp" {
		t.Errorf("after a refresh: %+v", c)
	}
	var secrets int
	if err := a.owner.QueryRow(t.Context(), `select count(*) from auth.mfa_factors where position($1::bytea in secret_sealed) > 0`, []byte(factor.body.TOTP.Secret)).Scan(&secrets); err != nil || secrets != 0 {
		t.Errorf("the secret rests in the clear: %d, %v", secrets, err)
	}
}

// The refresh token of before the verification never yields aal2.
func TestOldRefreshTokenIsReuse(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada")
	_, _, lifted := a.enroll(in.body.AccessToken)
	a.want(a.call("POST", "/refresh", "", `{"refresh_token":"`+in.body.RefreshToken+`"}`), 400, "refresh_token_already_used")
	a.want(a.call("GET", "/user", lifted.body.AccessToken, ""), 403, "session_not_found")
}

func TestFactorsNeedAAL2(t *testing.T) {
	a := newAPI(t)
	id, secret, lifted := a.enroll(a.signUp("ada").body.AccessToken)
	low := a.signIn().body.AccessToken
	a.want(a.call("POST", "/factors", low, `{"factor_type":"totp"}`), 403, "insufficient_aal")
	a.want(a.call("DELETE", "/factors/"+id, low, ""), 422, "insufficient_aal")
	a.want(a.call("POST", "/mfa/recovery/regenerate", low, ""), 403, "insufficient_aal")
	a.want(a.call("POST", "/passkeys/registration/options", low, ""), 403, "insufficient_aal")
	if got := a.prove(low, id, secret, 1); got.status != http.StatusOK {
		t.Fatalf("step up: %d %s", got.status, got.text)
	}
	stranger := a.signUp("bob").body.AccessToken
	a.want(a.challenge(stranger, id), 404, "mfa_factor_not_found")
	a.want(a.call("DELETE", "/factors/"+id, stranger, ""), 404, "mfa_factor_not_found")
	a.want(a.call("DELETE", "/factors/nonsense", stranger, ""), 404, "validation_failed")
	if got := a.call("DELETE", "/factors/"+id, lifted.body.AccessToken, ""); got.status != http.StatusOK || got.body.ID != id {
		t.Fatalf("unenroll: %d %s", got.status, got.text)
	}
	again := a.call("POST", "/refresh", "", `{"refresh_token":"`+lifted.body.RefreshToken+`"}`)
	if c := claims(t, again.body.AccessToken); c.AAL != "aal1" || len(c.AMR) != 1 {
		t.Errorf("after unenrolling: %+v", c)
	}
}

// One code, ten challenges, at once: it is spent once.
func TestOneCodeInParallelWinsOnce(t *testing.T) {
	a := newAPI(t)
	id, secret, lifted := a.enroll(a.signUp("ada").body.AccessToken)
	bearer, code := lifted.body.AccessToken, a.code(secret, 1)
	challenges := make([]string, 10)
	for i := range challenges {
		challenges[i] = a.challenge(bearer, id).body.ID
	}
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  int
	)
	for _, challenge := range challenges {
		wait.Go(func() {
			got := a.verify(bearer, id, challenge, code)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case got.status == http.StatusOK:
				won++
			case got.body.Code != "mfa_verification_failed":
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if won != 1 {
		t.Errorf("the code was accepted %d times", won)
	}
	a.want(a.prove(bearer, id, secret, 0), 422, "mfa_verification_failed") // a step before the spent one
}

func TestGuessesAreCounted(t *testing.T) {
	a := newAPI(t)
	bearer := a.signUp("ada").body.AccessToken
	factor := a.call("POST", "/factors", bearer, `{"factor_type":"totp"}`)
	challenge := a.challenge(bearer, factor.body.ID).body.ID
	for range 5 {
		a.want(a.verify(bearer, factor.body.ID, challenge, "wrong"), 422, "mfa_verification_failed")
	}
	a.want(a.verify(bearer, factor.body.ID, challenge, a.code(factor.body.TOTP.Secret, 0)), 422, "mfa_challenge_expired")
}

func TestRecoveryCodes(t *testing.T) {
	a := newAPI(t)
	bearer := a.signUp("ada").body.AccessToken
	a.want(a.call("POST", "/mfa/recovery/regenerate", bearer, ""), 422, "mfa_factor_not_found")
	id, _, lifted := a.enroll(bearer)
	first := a.call("POST", "/mfa/recovery/regenerate", lifted.body.AccessToken, "")
	codes := a.call("POST", "/mfa/recovery/regenerate", lifted.body.AccessToken, "").body.Codes
	if len(codes) != 10 {
		t.Fatalf("codes %q", codes)
	}
	low := a.signIn().body.AccessToken
	use := func(code string) answer { return a.call("POST", "/mfa/recovery/verify", low, `{"code":"`+code+`"}`) }
	a.want(use(first.body.Codes[0]), 422, "mfa_verification_failed") // replaced
	got := use(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
	if c := claims(t, got.body.AccessToken); c.AAL != "aal2" || c.AMR[0].Method != "mfa/recovery" {
		t.Errorf("claims %+v", c)
	}
	a.want(use(codes[3]), 422, "mfa_verification_failed") // used
	if left := a.call("GET", "/mfa/status", got.body.AccessToken, ""); !strings.Contains(left.text, `"recovery_codes_left": 9`) {
		t.Errorf("status: %s", left.text)
	}
	if gone := a.call("DELETE", "/factors/"+id, got.body.AccessToken, ""); gone.status != http.StatusOK {
		t.Errorf("unenroll what was lost: %d %s", gone.status, gone.text)
	}
}

func TestShortEndpoints(t *testing.T) {
	a := newAPI(t)
	bearer := a.signUp("ada").body.AccessToken
	start := a.call("POST", "/mfa/start", bearer, "")
	a.want(a.call("POST", "/mfa/confirm", bearer, `{"code":"wrong"}`), 422, "mfa_verification_failed")
	confirmed := a.call("POST", "/mfa/confirm", bearer, `{"code":"`+a.code(start.body.TOTP.Secret, 0)+`"}`)
	if claims(t, confirmed.body.AccessToken).AAL != "aal2" {
		t.Fatalf("confirm: %s", confirmed.text)
	}
	low := a.signIn().body.AccessToken
	a.want(a.call("POST", "/mfa/disable", low, ""), 422, "insufficient_aal")
	verified := a.call("POST", "/mfa/verify", low, `{"code":"`+a.code(start.body.TOTP.Secret, 1)+`"}`)
	if claims(t, verified.body.AccessToken).AAL != "aal2" {
		t.Fatalf("verify: %s", verified.text)
	}
	if got := a.call("POST", "/mfa/disable", verified.body.AccessToken, ""); got.status != http.StatusOK {
		t.Errorf("disable: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/mfa/status", verified.body.AccessToken, ""); !strings.Contains(got.text, `"enabled": false`) {
		t.Errorf("status: %s", got.text)
	}
	a.want(a.call("POST", "/mfa/start", bearer, `{"factor_type":"phone","phone":"+4912345678"}`), 422, "mfa_phone_enroll_not_enabled")
	a.want(a.call("POST", "/mfa/start", bearer, `{"factor_type":"smoke"}`), 400, "validation_failed")
	a.want(a.call("POST", "/mfa/start", "", ""), 401, "no_authorization")
}
