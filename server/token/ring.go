package token

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	"howdah/server/config"
)

// Ring is the set of keys that tokens are signed and verified with. What it
// read of the keyset is replaced whole when the keyset changes: see Run.
type Ring struct {
	held      atomic.Pointer[held]
	dir       string
	algorithm string
	legacy    []byte
	issuer    string
	audience  string
	now       func() time.Time
}

// held is one reading of the keyset, never changed.
type held struct {
	active   *signingKey
	keys     map[string]*signingKey
	ordered  []*signingKey
	root     []byte
	secrets  map[Purpose][][]byte // the active one first; a purpose without any has the root's
	verified *otter.Cache[[sha256.Size]byte, *Claims]
}

// cachedTokens bounds the memory of verified tokens; verifying ES256 costs
// more than most queries. Nothing invalidates an entry but its expiry:
// revocation is looked up in the database on every request.
const cachedTokens = 10_000

// longestToken refuses what no honest client sends before any work is done.
const longestToken = 16 << 10

// Open reads the keyset under dir, made when there is none. If no active key
// has the configured algorithm, one is made and the others only verify.
func Open(dir string, c config.Auth) (*Ring, error) {
	set, err := readKeyset(dir, c.JWTAlgorithm)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(set.Keys, func(k storedKey) bool { return k.State == Active && k.Algorithm == c.JWTAlgorithm }) {
		key, err := generate(c.JWTAlgorithm)
		if err != nil {
			return nil, err
		}
		for i := range set.Keys {
			if set.Keys[i].State == Active {
				set.Keys[i].State = Retired
			}
		}
		set.Keys = append(set.Keys, key)
		if err := set.save(dir); err != nil {
			return nil, err
		}
	}
	r := &Ring{
		dir: dir, algorithm: c.JWTAlgorithm, legacy: []byte(c.JWTSecret.Reveal()), issuer: c.JWTIssuer, audience: c.JWTAudience, now: time.Now,
	}
	return r, r.hold(set)
}

// hold takes what the keyset says from now on. What was verified before is
// forgotten: a key may be gone.
func (r *Ring) hold(set *keyset) error {
	cache, err := otter.New(&otter.Options[[sha256.Size]byte, *Claims]{MaximumSize: cachedTokens})
	if err != nil {
		return err
	}
	h := &held{keys: map[string]*signingKey{}, root: set.Refresh, secrets: set.secrets(), verified: cache}
	for _, stored := range set.Keys {
		key, err := stored.open()
		if err != nil {
			return err
		}
		h.keys[key.KID] = key
		h.ordered = append(h.ordered, key)
		if key.State == Active && key.Algorithm == r.algorithm {
			h.active = key
		}
	}
	if h.active == nil {
		return fmt.Errorf("no %s key of %s is active", r.algorithm, r.dir)
	}
	r.held.Store(h)
	return nil
}

// Sign makes a JWT of a payload that is JSON already; blanks are left out.
func (r *Ring) Sign(payload json.RawMessage) (string, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, payload); err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	active := r.held.Load().active
	header := fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"JWT"}`, active.Algorithm, active.KID)
	text := b64([]byte(header)) + "." + b64(compact.Bytes())
	signature, err := active.method.Sign(text, any(active.signer))
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return text + "." + b64(signature), nil
}

// MintAPIKey is a token for a role and no user: the anon and service keys. It
// lives ten years; replacing the signing keys ends it sooner.
func (r *Ring) MintAPIKey(role string) (string, error) {
	now := r.held.Load().active.CreatedAt
	payload, err := json.Marshal(map[string]any{
		"role": role, "iss": r.issuer, "iat": now.Unix(), "exp": now.AddDate(10, 0, 0).Unix(),
	})
	if err != nil {
		return "", err
	}
	return r.Sign(payload)
}

// Verify checks a JWT as RFC 8725 asks: the key decides the algorithm, not the
// token; no critical headers; times, audience and role are of the right kind.
// An API key is only recognised here: see Claims.Key.
func (r *Ring) Verify(text string) (*Claims, error) {
	if IsAPIKey(text) {
		return r.apiKey(text)
	}
	if len(text) > longestToken {
		return nil, &Error{Malformed, "it is longer than 16 KiB"}
	}
	id := sha256.Sum256([]byte(text))
	h := r.held.Load()
	if c, ok := h.verified.GetIfPresent(id); ok {
		if c.Expires != 0 && c.Expires <= r.now().Unix() {
			return nil, &Error{Expired, "it has expired"}
		}
		return c, nil
	}
	c, err := r.verify(h, text)
	if err != nil {
		return nil, err
	}
	h.verified.Set(id, c)
	return c, nil
}

// skew forgives clocks that run ahead where a token says from when it holds.
const skew = 30 * time.Second

func (r *Ring) verify(h *held, text string) (*Claims, error) {
	parser := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding(),
		jwt.WithValidMethods([]string{"ES256", "RS256", "EdDSA", "HS256"}))
	parsed, err := parser.Parse(text, func(t *jwt.Token) (any, error) { return r.keyOf(h, t) })
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return nil, refused
	case errors.Is(err, jwt.ErrTokenMalformed):
		return nil, &Error{Malformed, "it is no JWT"}
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid) && strings.Contains(err.Error(), "signing method"):
		return nil, &Error{BadKey, "its algorithm is not accepted"}
	case err != nil:
		return nil, &Error{BadSign, "its signature does not hold"}
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		return nil, &Error{Malformed, "it is no JWT"}
	}
	c, err := r.check(raw)
	if err == nil && parsed.Method == jwt.SigningMethodHS256 && c.SessionID == "" {
		// Who holds the legacy secret makes tokens of their own, which name a
		// user and no session: there is none to look up, and policies read sub
		// in the claims.
		c.Subject = ""
	}
	return c, err
}

func (r *Ring) keyOf(h *held, t *jwt.Token) (any, error) {
	if _, critical := t.Header["crit"]; critical {
		return nil, &Error{BadKey, "it has critical headers"}
	}
	kid, _ := t.Header["kid"].(string)
	if t.Method == jwt.SigningMethodHS256 && kid == "" && len(r.legacy) > 0 {
		return r.legacy, nil
	}
	key, ok := h.keys[kid]
	if !ok || key.method != t.Method {
		return nil, &Error{BadKey, "it was signed with no key of this server"}
	}
	return publicKey(key.signer), nil
}

func publicKey(s crypto.Signer) crypto.PublicKey { return s.Public() }

// check reads the claims that Go must know, each of its right kind.
func (r *Ring) check(raw []byte) (*Claims, error) {
	var in struct {
		Sub       any             `json:"sub"`
		Role      any             `json:"role"`
		SessionID any             `json:"session_id"`
		Aud       json.RawMessage `json:"aud"`
		Exp       *float64        `json:"exp"`
		Nbf       *float64        `json:"nbf"`
		Iat       *float64        `json:"iat"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, &Error{BadClaim, "exp, nbf and iat must be numbers"}
	}
	c := &Claims{Raw: raw}
	for _, claim := range []struct {
		name string
		from any
		to   *string
	}{{"sub", in.Sub, &c.Subject}, {"role", in.Role, &c.Role}, {"session_id", in.SessionID, &c.SessionID}} {
		if claim.from == nil {
			continue
		}
		value, ok := claim.from.(string)
		if !ok {
			return nil, &Error{BadClaim, claim.name + " must be a string"}
		}
		*claim.to = value
	}
	now := r.now()
	late := float64(now.Add(skew).Unix())
	switch {
	case in.Exp != nil && *in.Exp <= float64(now.Unix()):
		return nil, &Error{Expired, "it has expired"}
	case in.Nbf != nil && *in.Nbf > late:
		return nil, &Error{NotYet, "it is not yet valid"}
	case in.Iat != nil && *in.Iat > late:
		return nil, &Error{NotYet, "it was issued in the future"}
	}
	if in.Exp != nil {
		c.Expires = int64(*in.Exp)
	}
	return c, r.checkAudience(in.Aud)
}

func (r *Ring) checkAudience(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil // API keys have none
	}
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil {
		many = []string{one}
	} else if json.Unmarshal(raw, &many) != nil {
		return &Error{BadClaim, "aud must be a string or a list of strings"}
	}
	if !slices.Contains(many, r.audience) {
		return &Error{BadAud, "it is for another audience"}
	}
	return nil
}

// JWK is one public key as RFC 7517 writes it.
type JWK map[string]any

// JWKS is what /.well-known/jwks.json answers: every key that verifies, public
// members only.
func (r *Ring) JWKS() map[string][]JWK {
	ordered := r.held.Load().ordered
	keys := make([]JWK, 0, len(ordered))
	for _, k := range ordered {
		jwk := JWK{"kid": k.KID, "alg": k.Algorithm, "use": "sig", "key_ops": []string{"verify"}}
		for name, value := range k.public {
			jwk[name] = value
		}
		keys = append(keys, jwk)
	}
	return map[string][]JWK{"keys": keys}
}

// Algorithm is that of the key that signs.
func (r *Ring) Algorithm() string { return r.held.Load().active.Algorithm }
