package token

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"howdah/server/config"
)

func settings() config.Auth {
	return config.Auth{JWTAlgorithm: "ES256", JWTAudience: "authenticated", JWTIssuer: "http://localhost/auth/v1"}
}

func open(t testing.TB, dir string, c config.Auth) *Ring {
	t.Helper()
	r, err := Open(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sign(t testing.TB, r *Ring, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func reason(err error) Reason {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return ""
}

func TestSignedTokensVerify(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		c := settings()
		c.JWTAlgorithm = algorithm
		r := open(t, t.TempDir(), c)
		text := sign(t, r, map[string]any{"sub": "u", "role": "authenticated", "session_id": "s", "aud": "authenticated", "exp": time.Now().Unix() + 60})
		for range 2 { // the second comes from the cache
			got, err := r.Verify(text)
			if err != nil || got.Subject != "u" || got.Role != "authenticated" || got.SessionID != "s" {
				t.Errorf("%s: %+v, %v", algorithm, got, err)
			}
		}
		// The public half alone verifies too, as a stranger with the JWKS would.
		if _, err := jwt.Parse(text, func(*jwt.Token) (any, error) { return r.held.Load().active.signer.Public(), nil }); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	r, stranger := open(t, t.TempDir(), settings()), open(t, t.TempDir(), settings())
	now := time.Now().Unix()
	good := sign(t, r, map[string]any{"role": "anon"})
	parts := strings.Split(good, ".")
	header := func(h string) string { return b64([]byte(h)) + "." + parts[1] + "." + parts[2] }
	hs256 := func(key []byte) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "service_role"})
		token.Header["kid"] = r.held.Load().active.KID
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	point, _ := base64.RawURLEncoding.DecodeString(r.held.Load().active.public["x"])
	for _, tc := range []struct {
		name, text string
		want       Reason
	}{
		{"empty", "", Malformed},
		{"no JWT", "abc", Malformed},
		{"two parts", parts[0] + "." + parts[1], Malformed},
		{"too long", strings.Repeat("a", longestToken+1), Malformed},
		{"algorithm none", header(`{"alg":"none"}`), BadKey},
		{"algorithm none, signature empty", b64([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", BadKey},
		{"unknown kid", header(`{"alg":"ES256","kid":"nobody"}`), BadKey},
		{"no kid", header(`{"alg":"ES256"}`), BadKey},
		{"a stranger's key", sign(t, stranger, map[string]any{"role": "service_role"}), BadKey},
		{"public key as HMAC secret", hs256(point), BadKey},
		{"critical header", header(`{"alg":"ES256","kid":"` + r.held.Load().active.KID + `","crit":["b64"]}`), BadKey},
		{"payload changed", parts[0] + "." + b64([]byte(`{"role":"service_role"}`)) + "." + parts[2], BadSign},
		{"expired", sign(t, r, map[string]any{"exp": now - 1}), Expired},
		{"not yet", sign(t, r, map[string]any{"nbf": now + 3600}), NotYet},
		{"issued in the future", sign(t, r, map[string]any{"iat": now + 3600}), NotYet},
		{"another audience", sign(t, r, map[string]any{"aud": "other"}), BadAud},
		{"audiences without ours", sign(t, r, map[string]any{"aud": []string{"a", "b"}}), BadAud},
		{"audience of a wrong kind", sign(t, r, map[string]any{"aud": 7}), BadClaim},
		{"role of a wrong kind", sign(t, r, map[string]any{"role": []string{"service_role"}}), BadClaim},
		{"exp of a wrong kind", sign(t, r, map[string]any{"exp": "soon"}), BadClaim},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if c, err := r.Verify(tc.text); reason(err) != tc.want {
				t.Errorf("claims %+v, error %v, want %s", c, err, tc.want)
			}
		})
	}
}

func TestCachedTokensExpire(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), settings())
	text := sign(t, r, map[string]any{"exp": time.Now().Unix() + 60})
	if _, err := r.Verify(text); err != nil {
		t.Fatal(err)
	}
	r.now = func() time.Time { return time.Now().Add(time.Hour) }
	if _, err := r.Verify(text); reason(err) != Expired {
		t.Errorf("error %v", err)
	}
}

func TestLegacySecret(t *testing.T) {
	t.Parallel()
	const secret = "a-secret-of-more-than-thirty-two-characters"
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "anon"}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, t.TempDir(), settings()).Verify(text); reason(err) != BadKey {
		t.Errorf("without the secret: %v", err)
	}
	c := settings()
	c.JWTSecret = secret
	if got, err := open(t, t.TempDir(), c).Verify(text); err != nil || got.Role != "anon" {
		t.Errorf("with the secret: %+v, %v", got, err)
	}
	own, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "authenticated", "sub": "u"}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(t, t.TempDir(), c).Verify(own)
	if err != nil || got.Subject != "" || !strings.Contains(string(got.Raw), `"sub":"u"`) {
		t.Errorf("a self-made token has no session to look up: %+v, %v", got, err)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := open(t, dir, settings())
	old := sign(t, before, map[string]any{"role": "anon"})
	kid, err := Rotate(dir, "ES256")
	if err != nil {
		t.Fatal(err)
	}
	if r := open(t, dir, settings()); r.held.Load().active.KID == kid || len(r.JWKS()["keys"]) != 2 {
		t.Error("a new key is published before it signs")
	}
	if err := Activate(dir, kid); err != nil {
		t.Fatal(err)
	}
	after := open(t, dir, settings())
	if after.held.Load().active.KID != kid {
		t.Error("the activated key signs")
	}
	if _, err := after.Verify(old); err != nil {
		t.Errorf("tokens of the old key: %v", err)
	}
	if err := Activate(dir, "nobody"); err == nil {
		t.Error("an unknown key cannot be activated")
	}
}

func TestKeysetIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	errs := make(chan error, 8)
	kids := make(chan string, cap(errs))
	for range cap(errs) {
		go func() {
			r, err := Open(dir, settings())
			if err == nil {
				kids <- r.held.Load().active.KID
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	first := <-kids
	for range cap(errs) - 1 {
		if kid := <-kids; kid != first {
			t.Error("servers that start at once share one key")
		}
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, keysetFile): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	for _, key := range open(t, dir, settings()).JWKS()["keys"] {
		for _, secret := range []string{"d", "p", "q", "k", "pkcs8"} {
			if _, leaks := key[secret]; leaks {
				t.Errorf("the JWKS shows %s", secret)
			}
		}
	}
}

func TestRefreshTokens(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir(), settings())
	session := uuid.New()
	for _, counter := range []int64{0, 1, 127, 128, 1 << 40} {
		got, n, err := r.ParseRefresh(r.MintRefresh(session, counter))
		if err != nil || got != session || n != counter {
			t.Errorf("counter %d: %v %d %v", counter, got, n, err)
		}
	}
	text := r.MintRefresh(session, 5)
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	for i := range raw {
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		if _, _, err := r.ParseRefresh(b64(changed)); err == nil {
			t.Errorf("byte %d changed and still accepted", i)
		}
	}
	if _, _, err := open(t, t.TempDir(), settings()).ParseRefresh(text); !errors.Is(err, ErrRefreshUnknown) {
		t.Errorf("another server: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	r := open(f, f.TempDir(), settings())
	f.Add(sign(f, r, map[string]any{"role": "anon"}))
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := r.Verify(text)
		if (c == nil) == (err == nil) || err != nil && reason(err) == "" {
			t.Fatalf("%+v, %v", c, err)
		}
	})
}

func FuzzParseRefresh(f *testing.F) {
	r := open(f, f.TempDir(), settings())
	f.Add(r.MintRefresh(uuid.New(), 7))
	f.Add("AgAA")
	f.Fuzz(func(t *testing.T, text string) {
		session, counter, err := r.ParseRefresh(text)
		if err == nil && r.MintRefresh(session, counter) != text {
			t.Fatalf("%q parses to another token", text)
		}
	})
}
