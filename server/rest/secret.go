package rest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	"howdah/server/config"
	"howdah/server/token"
)

// secretVerifier checks tokens by PGRST_JWT_SECRET, a secret, a JWK or a JWKS,
// as a PostgREST that is replaced did, and refuses in its words.
type secretVerifier struct {
	keys     []verifyKey
	audience string
	role     []string // where the role is in the claims
	known    *otter.Cache[[sha256.Size]byte, *token.Claims]
}

type verifyKey struct {
	algorithms []string
	key        any // []byte, *rsa.PublicKey or *ecdsa.PublicKey
}

const (
	clockSkew       = 30
	maxKnownTokens  = 10_000
	longestToken    = 16 << 10
	hmacAlgorithms  = "HS256 HS384 HS512"
	rsaAlgorithms   = "RS256 RS384 RS512"
	ecdsaAlgorithms = "ES256 ES384"
)

// newSecretVerifier reads the keys, or says what to do so that it can.
func newSecretVerifier(c *config.Rest) (*secretVerifier, error) {
	v := &secretVerifier{
		audience: c.JWTAudience, role: claimPath(c.JWTRoleClaim),
		known: otter.Must(&otter.Options[[sha256.Size]byte, *token.Claims]{MaximumSize: maxKnownTokens}),
	}
	var err error
	v.keys, err = secretKeys(c.JWTSecret.Reveal(), c.JWTSecretBase64)
	return v, err
}

const shortestSecret = 32

func badSecret(format string, args ...any) error {
	return &config.Mistakes{Lines: []string{"PGRST_JWT_SECRET " + fmt.Sprintf(format, args...)}}
}

func secretKeys(secret string, base64ed bool) ([]verifyKey, error) {
	var set struct {
		Keys []jwk  `json:"keys"`
		Kty  string `json:"kty"`
	}
	switch {
	case json.Unmarshal([]byte(secret), &set) != nil:
		raw := []byte(secret)
		if base64ed {
			var err error
			if raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(secret), "=")); err != nil {
				return nil, badSecret("is not base64: encode it anew, or unset PGRST_JWT_SECRET_IS_BASE64")
			}
		}
		if len(secret) < shortestSecret {
			return nil, badSecret("must have %d characters or more: try openssl rand -hex 32", shortestSecret)
		}
		return []verifyKey{{strings.Fields(hmacAlgorithms), raw}}, nil
	case set.Kty != "":
		set.Keys = make([]jwk, 1)
		if json.Unmarshal([]byte(secret), &set.Keys[0]) != nil {
			return nil, badSecret("is no JWK: kty, and k, n and e, or crv, x and y must be strings")
		}
	}
	if set.Keys == nil {
		return nil, badSecret("is JSON without a key: give a secret, a JWK, or a JWKS as {\"keys\": [{\"kty\": …}]}")
	}
	keys := make([]verifyKey, len(set.Keys))
	for i := range set.Keys {
		var err error
		if keys[i], err = set.Keys[i].open(); err != nil {
			return nil, badSecret("holds a key that cannot be used, number %d: %v; give kty oct, RSA or EC (P-256 or P-384)", i+1, err)
		}
	}
	return keys, nil
}

type jwk struct{ Kty, K, N, E, Crv, X, Y string }

func (k *jwk) open() (verifyKey, error) {
	number := func(s string) (*big.Int, error) {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		return new(big.Int).SetBytes(b), err
	}
	switch k.Kty {
	case "oct":
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.K, "="))
		return verifyKey{strings.Fields(hmacAlgorithms), raw}, err
	case "RSA":
		n, err := number(k.N)
		e, err2 := number(k.E)
		return verifyKey{strings.Fields(rsaAlgorithms), &rsa.PublicKey{N: n, E: int(e.Int64())}}, errors.Join(err, err2)
	case "EC":
		curve, size := elliptic.P256(), 32
		if k.Crv == "P-384" {
			curve, size = elliptic.P384(), 48
		}
		x, err := number(k.X)
		y, err2 := number(k.Y)
		if err := errors.Join(err, err2); err != nil || x.BitLen() > 8*size || y.BitLen() > 8*size {
			return verifyKey{}, errors.Join(err, errors.New("the point is not on the curve"))
		}
		point := append([]byte{4}, x.FillBytes(make([]byte, size))...) // SEC 1, uncompressed
		public, err := ecdsa.ParseUncompressedPublicKey(curve, append(point, y.FillBytes(make([]byte, size))...))
		return verifyKey{strings.Fields(ecdsaAlgorithms), public}, err
	}
	return verifyKey{}, fmt.Errorf("key type %q is unknown", k.Kty)
}

// claimPath takes .a.b, $.a.b or ."a b" apart.
func claimPath(s string) []string {
	c := newCursor(strings.TrimPrefix(s, "$"))
	var path []string
	for c.take(".") {
		name, ok := c.fieldName()
		if !ok {
			break
		}
		path = append(path, name)
	}
	if len(path) == 0 {
		return []string{"role"}
	}
	return path
}

func jwtError(code, message, details string) error {
	p := refusal(http.StatusUnauthorized, code, message, details, "")
	p.Header = http.Header{"Www-Authenticate": {`Bearer error="invalid_token", error_description=` + strconv.Quote(message)}}
	return p
}

// Verify checks signature, times and audience, and finds the role.
func (v *secretVerifier) Verify(text string) (*token.Claims, error) {
	if n := strings.Count(text, ".") + 1; n != 3 || len(text) > longestToken {
		return nil, jwtError("PGRST301", "Expected 3 parts in JWT; got "+itoa(n), "")
	}
	id := sha256.Sum256([]byte(text))
	if c, ok := v.known.GetIfPresent(id); ok && (c.Expires == 0 || c.Expires > time.Now().Unix()) {
		return c, nil
	}
	raw, err := v.open(text)
	if err != nil {
		return nil, err
	}
	c, err := v.check(raw)
	if err == nil {
		v.known.Set(id, c)
	}
	return c, err
}

func (v *secretVerifier) open(text string) ([]byte, error) {
	parts := strings.Split(text, ".")
	var head struct{ Alg string }
	h, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(h, &head) != nil {
		return nil, jwtError("PGRST301", "JWT cryptographic operation failed", "")
	}
	if head.Alg == "none" {
		return nil, jwtError("PGRST301", "Wrong or unsupported encoding algorithm", "JWT is unsecured but expected 'alg' was not 'none'")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	payload, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	method := jwt.GetSigningMethod(head.Alg)
	if err == nil && err2 == nil && method != nil {
		for _, k := range v.keys {
			if slices.Contains(k.algorithms, head.Alg) && method.Verify(parts[0]+"."+parts[1], signature, k.key) == nil {
				return payload, nil
			}
		}
	}
	return nil, jwtError("PGRST301", "No suitable key or wrong key type", "None of the keys was able to decode the JWT")
}

func (v *secretVerifier) check(raw []byte) (*token.Claims, error) {
	var claims map[string]json.RawMessage
	if json.Unmarshal(raw, &claims) != nil || claims == nil {
		return nil, jwtError("PGRST303", "Parsing claims failed", "")
	}
	c := &token.Claims{Raw: raw}
	now := float64(time.Now().Unix())
	for _, check := range []struct {
		name, message string
		bad           func(at float64) bool
	}{
		{"exp", "JWT expired", func(at float64) bool { c.Expires = int64(at) + clockSkew; return at < now-clockSkew }},
		{"nbf", "JWT not yet valid", func(at float64) bool { return at > now+clockSkew }},
		{"iat", "JWT issued at future", func(at float64) bool { return at > now+clockSkew }},
	} {
		value, ok := claims[check.name]
		if !ok || string(value) == "null" {
			continue
		}
		var at float64
		if json.Unmarshal(value, &at) != nil {
			return nil, jwtError("PGRST303", "The JWT '"+check.name+"' claim must be a number", "")
		}
		if check.bad(at) {
			return nil, jwtError("PGRST303", check.message, "")
		}
	}
	if err := v.checkAudience(claims["aud"]); err != nil {
		return nil, err
	}
	c.Role = roleAt(raw, v.role)
	_ = json.Unmarshal(claims["sub"], &c.Subject)          // a subject of another kind is none
	_ = json.Unmarshal(claims["session_id"], &c.SessionID) // likewise
	return c, nil
}

func (v *secretVerifier) checkAudience(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil {
		many = []string{one}
	} else if json.Unmarshal(raw, &many) != nil {
		return jwtError("PGRST303", "The JWT 'aud' claim must be a string or an array of strings", "")
	}
	if v.audience != "" && len(many) > 0 && !slices.Contains(many, v.audience) {
		return jwtError("PGRST303", "JWT not in audience", "")
	}
	return nil
}

// roleAt is the role at a path of the claims; empty for none.
func roleAt(raw json.RawMessage, path []string) string {
	for _, name := range path {
		var m map[string]json.RawMessage
		if json.Unmarshal(raw, &m) != nil {
			return ""
		}
		raw = m[name]
	}
	var role string
	if json.Unmarshal(raw, &role) != nil {
		return strings.TrimSpace(string(raw))
	}
	return role
}
