package rest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
	"howdah/server/problem"
)

func TestTokensByPostgRESTsSecret(t *testing.T) {
	t.Parallel()
	const secret = "a-secret-of-more-than-thirty-two-characters"
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwks := fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","x":%q,"y":%q}]}`, b64(point[1:33]), b64(point[33:]))
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		text, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	good := jwt.MapClaims{"role": "author", "sub": "ada"}
	for _, tc := range []struct {
		name, secret, text string
		ok                 bool
	}{
		{"a secret", secret, sign(jwt.SigningMethodHS256, []byte(secret), good), true},
		{"another's secret", secret, sign(jwt.SigningMethodHS256, []byte("x"+secret), good), false},
		{"a key of a set", jwks, sign(jwt.SigningMethodES256, private, good), true},
		{"the set as a secret", jwks, sign(jwt.SigningMethodHS256, []byte(jwks), good), false},
		{"the public point as a secret", jwks, sign(jwt.SigningMethodHS256, point, good), false},
		{"none", secret, sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good), false},
		{"expired", secret, sign(jwt.SigningMethodHS256, []byte(secret), jwt.MapClaims{"exp": time.Now().Unix() - 3600}), false},
		{"no keys at all", `{"keys":[]}`, sign(jwt.SigningMethodHS256, []byte(`{"keys":[]}`), good), false},
	} {
		v, err := newSecretVerifier(&config.Rest{JWTSecret: config.Secret(tc.secret), JWTRoleClaim: ".role"})
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		claims, err := v.Verify(tc.text)
		var p *problem.Problem
		switch {
		case tc.ok && (err != nil || claims.Role != "author" || claims.Subject != "ada"):
			t.Errorf("%s: %+v, %v", tc.name, claims, err)
		case !tc.ok && (!errors.As(err, &p) || p.Status != http.StatusUnauthorized):
			t.Errorf("%s: %+v, %v", tc.name, claims, err)
		}
	}
	off := fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":%q,"y":%q}`, b64(point[33:]), b64(point[1:33]))
	if _, err := newSecretVerifier(&config.Rest{JWTSecret: config.Secret(off)}); err == nil {
		t.Error("a point off the curve is no key")
	}
}

func TestSecretsThatVerifyNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]config.Rest{
		"short":         {JWTSecret: "too short"},
		"no base64":     {JWTSecret: "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%", JWTSecretBase64: true},
		"other JSON":    {JWTSecret: `{}`},
		"unknown kind":  {JWTSecret: `{"kty":"OKP","crv":"Ed25519","x":"AA"}`},
		"broken member": {JWTSecret: `{"kty":"oct","k":1}`},
		"broken point":  {JWTSecret: `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`},
	} {
		_, err := New(Deps{Config: c})
		var mistakes *config.Mistakes
		if !errors.As(err, &mistakes) || !strings.HasPrefix(mistakes.Lines[0], "PGRST_JWT_SECRET ") || strings.Contains(err.Error(), "too short") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
