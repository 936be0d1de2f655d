package mfa_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp/totp"

	"howdah/server/auth"
	"howdah/server/auth/mfa"
	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
	"howdah/server/token"
)

const site = "http://app.example.test"

// api is the auth surface over a database of its own.
type api struct {
	t     *testing.T
	echo  *echo.Echo
	owner *pgx.Conn
}

func newAPI(t *testing.T, more ...map[string]string) *api {
	t.Helper()
	t.Parallel()
	d := dbtest.New(t)
	vars := map[string]string{
		"HOWDAH_HOME": t.TempDir(), "AUTH_ARGON2_MEMORY_KIB": "7168", "AUTH_ARGON2_TIME": "1", "AUTH_RATE_LIMIT_SIGNUP_PER_WINDOW": "1000",
		"MFA_RATE_LIMIT_CHALLENGE_AND_VERIFY": "200", "SITE_URL": site,
	}
	for _, some := range more {
		maps.Copy(vars, some)
	}
	c, err := config.Parse(vars)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	users, err := auth.New(t.Context(), auth.Deps{Pool: d.Pool, Ring: ring, Config: c.Auth, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := mfa.New(users.Kit(), c.Auth.MFA, site)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(problem.Wire{Prefix: "/auth/v1", Render: problem.GoTrue})
	users.Mount(e)
	s.Mount(e)
	return &api{t: t, echo: e, owner: d.Owner(t)}
}

type answer struct {
	status int
	text   string
	body   struct {
		Code         any    `json:"code"`
		ID           string `json:"id"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ChallengeID  string `json:"challenge_id"`
		TOTP         struct {
			QRCode string `json:"qr_code"`
			Secret string `json:"secret"`
			URI    string `json:"uri"`
		} `json:"totp"`
		User struct {
			Factors []struct{ ID, Status string } `json:"factors"`
		} `json:"user"`
		Factors  []struct{ ID, Status string } `json:"factors"`
		Codes    []string                      `json:"codes"`
		Options  json.RawMessage               `json:"options"`
		WebAuthn struct {
			Type    string `json:"type"`
			Options struct {
				PublicKey json.RawMessage `json:"publicKey"`
			} `json:"credential_options"`
		} `json:"webauthn"`
	}
}

func (a *api) call(method, path, bearer, body string) answer {
	a.t.Helper()
	req := httptest.NewRequestWithContext(a.t.Context(), method, "/auth/v1"+path, strings.NewReader(body))
	req.Header.Set("X-Supabase-Api-Version", "2024-01-01")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	rec := httptest.NewRecorder()
	a.echo.ServeHTTP(rec, req)
	text, err := io.ReadAll(rec.Body)
	if err != nil {
		a.t.Error(err)
	}
	out := answer{status: rec.Code, text: string(text)}
	_ = json.Unmarshal(text, &out.body) // a list has none of these members
	return out
}

func (a *api) want(got answer, status int, code any) {
	a.t.Helper()
	if got.status != status || got.body.Code != code {
		a.t.Errorf("%d %s, want %d %v", got.status, got.text, status, code)
	}
}

func (a *api) signUp(name string) answer {
	a.t.Helper()
	out := a.call("POST", "/signup", "", `{"email":"`+name+`@example.test","password":"correct horse"}`)
	if out.body.AccessToken == "" {
		a.t.Fatalf("sign up: %d %s", out.status, out.text)
	}
	return out
}

// signIn is another session of ada's, at aal1.
func (a *api) signIn() answer {
	a.t.Helper()
	return a.call("POST", "/token?grant_type=password", "", `{"email":"ada@example.test","password":"correct horse"}`)
}

// enroll adds a verified authenticator app and answers its id, its secret and
// the session of the verification.
func (a *api) enroll(bearer string) (id, secret string, lifted answer) {
	a.t.Helper()
	factor := a.call("POST", "/factors", bearer, `{"factor_type":"totp"}`)
	if factor.status != http.StatusOK {
		a.t.Fatalf("enroll: %d %s", factor.status, factor.text)
	}
	lifted = a.prove(bearer, factor.body.ID, factor.body.TOTP.Secret, 0)
	if lifted.status != http.StatusOK {
		a.t.Fatalf("verify: %d %s", lifted.status, lifted.text)
	}
	return factor.body.ID, factor.body.TOTP.Secret, lifted
}

func (a *api) challenge(bearer, factor string) answer {
	a.t.Helper()
	return a.call("POST", "/factors/"+factor+"/challenge", bearer, "")
}

// prove challenges and verifies with the code of a time step ahead of now.
func (a *api) prove(bearer, factor, secret string, ahead int) answer {
	a.t.Helper()
	return a.verify(bearer, factor, a.challenge(bearer, factor).body.ID, a.code(secret, ahead))
}

func (a *api) verify(bearer, factor, challenge, code string) answer {
	a.t.Helper()
	return a.call("POST", "/factors/"+factor+"/verify", bearer, fmt.Sprintf(`{"challenge_id":%q,"code":%q}`, challenge, code))
}

func (a *api) code(secret string, ahead int) string {
	a.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(ahead)*30*time.Second))
	if err != nil {
		a.t.Fatal(err)
	}
	return code
}

func claims(t *testing.T, access string) (c struct {
	AAL       string
	SessionID string `json:"session_id"`
	AMR       []struct{ Method string }
},
) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(access, ".")[1])
	if err != nil || json.Unmarshal(raw, &c) != nil {
		t.Fatalf("no claims in %q", access)
	}
	return c
}
