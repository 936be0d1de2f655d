package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The keyset on disk: signing keys with their states, and the secret that
// refresh tokens are derived from. The folder is 0700, the file 0600.
const keysetFile = "keyset.json"

// State says what a signing key is used for.
type State string

// A key verifies in every state. Standby is published before it signs, so that
// caches of the JWKS know it by then; retired no longer signs.
const (
	Active  State = "active"
	Standby State = "standby"
	Retired State = "retired"
)

type storedKey struct {
	KID       string    `json:"kid"`
	Algorithm string    `json:"alg"`
	State     State     `json:"state"`
	CreatedAt time.Time `json:"created_at"`
	PKCS8     []byte    `json:"pkcs8"`
}

type keyset struct {
	Keys    []storedKey    `json:"keys"`
	Refresh []byte         `json:"refresh"` // the root secret: see Purpose
	Secrets []storedSecret `json:"secrets,omitempty"`
}

// signingKey is a stored key, ready to use.
type signingKey struct {
	storedKey
	method jwt.SigningMethod
	signer crypto.Signer
	public map[string]string // the JWK's own members
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func generate(algorithm string) (storedKey, error) {
	var (
		private crypto.Signer
		err     error
	)
	switch algorithm {
	case "ES256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "RS256":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "EdDSA":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		return storedKey{}, fmt.Errorf("unknown algorithm %q", algorithm)
	}
	if err != nil {
		return storedKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return storedKey{}, err
	}
	key := storedKey{Algorithm: algorithm, State: Active, CreatedAt: time.Now().UTC().Truncate(time.Second), PKCS8: der}
	ready, err := key.open()
	if err != nil {
		return storedKey{}, err
	}
	key.KID = thumbprint(ready.public)
	return key, nil
}

// thumbprint is RFC 7638's: SHA-256 of the required members in order of name.
func thumbprint(public map[string]string) string {
	text, _ := json.Marshal(public) //nolint:errchkjson // a map of strings always encodes, its keys sorted
	sum := sha256.Sum256(text)
	return b64(sum[:])
}

func (k storedKey) open() (*signingKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", k.KID, err)
	}
	key := &signingKey{storedKey: k}
	switch private := parsed.(type) {
	case *ecdsa.PrivateKey:
		point, err := private.PublicKey.ECDH()
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", k.KID, err)
		}
		raw := point.Bytes() // 4, then x and y of 32 bytes each
		key.method, key.signer = jwt.SigningMethodES256, private
		key.public = map[string]string{"kty": "EC", "crv": "P-256", "x": b64(raw[1:33]), "y": b64(raw[33:])}
	case *rsa.PrivateKey:
		key.method, key.signer = jwt.SigningMethodRS256, private
		key.public = map[string]string{"kty": "RSA", "n": b64(private.N.Bytes()), "e": b64(big.NewInt(int64(private.E)).Bytes())}
	case ed25519.PrivateKey:
		key.method, key.signer = jwt.SigningMethodEdDSA, private
		public, _ := private.Public().(ed25519.PublicKey)
		key.public = map[string]string{"kty": "OKP", "crv": "Ed25519", "x": b64(public)}
	default:
		return nil, fmt.Errorf("signing key %s is of an unknown kind", k.KID)
	}
	if key.method.Alg() != k.Algorithm {
		return nil, fmt.Errorf("signing key %s is no %s key", k.KID, k.Algorithm)
	}
	return key, nil
}

// readKeyset reads the keyset under dir and makes one when there is none. Of
// two processes that make one at once, both get the one that was first.
func readKeyset(dir, algorithm string) (*keyset, error) {
	path := filepath.Join(dir, keysetFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyset(dir, algorithm); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	return parseKeyset(path, text)
}

// loadKeyset reads a keyset that must be there.
func loadKeyset(dir string) (*keyset, error) {
	path := filepath.Join(dir, keysetFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseKeyset(path, text)
}

func parseKeyset(path string, text []byte) (*keyset, error) {
	set := new(keyset)
	if err := json.Unmarshal(text, set); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if len(set.Refresh) < 32 || len(set.Keys) == 0 {
		return nil, fmt.Errorf("%s is damaged: it lacks keys", path)
	}
	return set, nil
}

func makeKeyset(dir, algorithm string) error {
	key, err := generate(algorithm)
	if err != nil {
		return err
	}
	set := &keyset{Keys: []storedKey{key}, Refresh: make([]byte, 32)}
	rand.Read(set.Refresh)
	tmp, err := set.stage(dir)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, filepath.Join(dir, keysetFile)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (s *keyset) stage(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(dir, ".keyset-*") // 0600
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(append(text, '\n'))
	return tmp.Name(), errors.Join(err, tmp.Sync(), tmp.Close())
}

// save replaces the keyset on disk at once.
func (s *keyset) save(dir string) error {
	tmp, err := s.stage(dir)
	if err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, keysetFile))
}

// Rotate adds a new standby key. Activate makes it sign; between the two,
// verifiers that cache the JWKS learn it.
func Rotate(dir, algorithm string) (kid string, err error) {
	set, err := readKeyset(dir, algorithm)
	if err != nil {
		return "", err
	}
	key, err := generate(algorithm)
	if err != nil {
		return "", err
	}
	key.State = Standby
	set.Keys = append(set.Keys, key)
	return key.KID, set.save(dir)
}

// Activate makes the key sign; the one that signed before is retired and still
// verifies.
func Activate(dir, kid string) error {
	set, err := readKeyset(dir, "ES256")
	if err != nil {
		return err
	}
	found := false
	for i := range set.Keys {
		k := &set.Keys[i]
		switch {
		case k.KID == kid:
			k.State, found = Active, true
		case k.State == Active:
			k.State = Retired
		}
	}
	if !found {
		return fmt.Errorf("there is no key %s", kid)
	}
	return set.save(dir)
}
