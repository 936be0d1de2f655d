package auth

import (
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
)

const attackers = "of the attacker"

// lockedOut says what lets an attacker still in who signed up with the victim's address.
func (a *api) lockedOut(t *testing.T, name, victim string, attack answer) {
	t.Helper()
	if got := a.call("POST", "/auth/v1/token", "", `{"email":"`+victim+`","password":"`+attackers+`"}`); got.body.Code != "invalid_credentials" {
		t.Errorf("%s: the attacker's password: %d %s", name, got.status, got.text)
	}
	if attack.body.AccessToken == "" {
		return
	}
	if got := a.call("GET", "/auth/v1/user", attack.body.AccessToken, ""); got.status != http.StatusForbidden {
		t.Errorf("%s: the attacker's session: %d", name, got.status)
	}
	if got := a.refresh(attack.body.RefreshToken); got.status != http.StatusBadRequest {
		t.Errorf("%s: the attacker's refresh token: %d", name, got.status)
	}
}

// TestNothingOfAnUnprovedAccountSurvivesItsOwner: whoever signs up with another's
// address is out as soon as its owner answers a mail, however that was asked for.
func TestNothingOfAnUnprovedAccountSurvivesItsOwner(t *testing.T) {
	for mode, option := range map[string]options{"confirmed": confirmed, "autoconfirmed": func(*config.Auth) {}} {
		a := newAPISerial(t, option)
		for name, ask := range map[string]struct{ path, kind, body string }{
			"otp":       {"/otp", "email", `{"email":"%"}`},
			"magiclink": {"/magiclink", "email", `{"email":"%"}`},
			"recover":   {"/recover", "recovery", `{"email":"%"}`},
		} {
			victim := name + "@example.test"
			attack := a.call("POST", "/auth/v1/signup", "", `{"email":"`+victim+`","password":"`+attackers+`"}`)
			a.call("POST", "/auth/v1"+ask.path, "", strings.Replace(ask.body, "%", victim, 1))
			got := a.call("POST", "/auth/v1/verify", "", `{"type":"`+ask.kind+`","email":"`+victim+`","token":"`+a.mail(victim).Token+`"}`)
			if got.status != http.StatusOK {
				t.Fatalf("%s, %s: %d %s", mode, name, got.status, got.text)
			}
			a.lockedOut(t, mode+", "+name, victim, attack)
		}
	}
}

// TestOfTwoSignUpsNeitherPasswordCounts: the victim signs up after the attacker,
// and confirms.
func TestOfTwoSignUpsNeitherPasswordCounts(t *testing.T) {
	a := newAPI(t, confirmed)
	signUp := func(password string) answer {
		return a.call("POST", "/auth/v1/signup", "", `{"email":"victim@example.test","password":"`+password+`"}`)
	}
	attack := signUp(attackers)
	if got := signUp("battery staple"); got.status != http.StatusOK {
		t.Fatalf("the victim's sign-up: %d %s", got.status, got.text)
	}
	signUp(attackers)
	a.call("POST", "/auth/v1/resend", "", `{"type":"signup","email":"victim@example.test"}`)
	got := a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"victim@example.test","token":"`+a.mail("victim@example.test").Token+`"}`)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.text)
	}
	a.lockedOut(t, "two sign-ups", "victim@example.test", attack)
	set := a.call("PUT", "/auth/v1/user", got.body.AccessToken, `{"password":"battery staple"}`)
	if set.status != http.StatusOK {
		t.Errorf("the owner sets a password: %d %s", set.status, set.text)
	}
}

func TestTheSamePasswordTwiceCounts(t *testing.T) {
	a := newAPI(t, confirmed)
	for range 2 {
		a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
	}
	a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"ada@example.test","token":"`+a.mail("ada@example.test").Token+`"}`)
	if got := a.call("POST", "/auth/v1/token", "", `{"email":"ada@example.test","password":"correct horse"}`); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// TestAnInviteKeepsNoStranger: an address that a stranger signed up with is invited.
func TestAnInviteKeepsNoStranger(t *testing.T) {
	a := newAPI(t, confirmed)
	attack := a.call("POST", "/auth/v1/signup", "", `{"email":"victim@example.test","password":"`+attackers+`"}`)
	a.call("POST", "/auth/v1/invite", a.key("service_role"), `{"email":"victim@example.test"}`)
	got := a.call("POST", "/auth/v1/verify", "", `{"type":"invite","email":"victim@example.test","token":"`+a.mail("victim@example.test").Token+`"}`)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.text)
	}
	a.lockedOut(t, "invited", "victim@example.test", attack)
}

// TestAProviderThatVouchesForNothing: an identity with the victim's address, which
// its provider did not verify, does not stay when the victim signs up and confirms.
func TestAProviderThatVouchesForNothing(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, confirmed, with(p))
	evil := jwt.MapClaims{"sub": "evil", "email": "victim@example.test", "email_verified": false}
	a.through(t, p, "", evil)
	a.call("POST", "/auth/v1/signup", "", `{"email":"victim@example.test","password":"battery staple"}`)
	got := a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"victim@example.test","token":"`+a.mail("victim@example.test").Token+`"}`)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.text)
	}
	back := a.through(t, p, "", evil)
	if _, _, fragment := back.location(t); fragment.Get("access_token") != "" {
		t.Errorf("the attacker's identity signs in: %s", back.header.Get("Location"))
	}
	if n := a.one(`select count(*)::text from auth.identities where provider_id = 'evil' and user_id = $1`, got.body.User.ID); n != "0" {
		t.Error("the attacker's identity is the victim's")
	}
}
