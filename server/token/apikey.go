package token

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// An API key is hd_<prefix>_<secret>: eight characters to find it by, and 256
// bits. Its parts are taken by position: the secret may hold underscores.
const (
	apiKeyMark   = "hd_"
	apiKeyPrefix = 8
	apiKeyLength = len(apiKeyMark) + apiKeyPrefix + 1 + 43
)

// APIKey is what a key is looked up by; the key itself is not kept.
type APIKey struct {
	Prefix string
	MAC    []byte
}

// IsAPIKey says whether text claims to be an API key.
func IsAPIKey(text string) bool { return strings.HasPrefix(text, apiKeyMark) }

// APIKeyPrefix is the public part of a well-formed key.
func APIKeyPrefix(text string) (string, bool) {
	if len(text) != apiKeyLength || !IsAPIKey(text) {
		return "", false
	}
	prefix, rest := text[len(apiKeyMark):len(apiKeyMark)+apiKeyPrefix], text[len(apiKeyMark)+apiKeyPrefix:]
	for _, c := range []byte(prefix) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "", false
		}
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(rest[1:])
	return prefix, err == nil && rest[0] == '_' && len(secret) == 32
}

// NewAPIKey makes a key: its text, to be shown once, and what to keep of it.
func (r *Ring) NewAPIKey() (string, APIKey) {
	secret := make([]byte, 32)
	rand.Read(secret)
	prefix := strings.ToLower(rand.Text()[:apiKeyPrefix])
	text := apiKeyMark + prefix + "_" + b64(secret)
	return text, APIKey{Prefix: prefix, MAC: r.MAC("api key", []byte(text))}
}

// apiKey is the claims of a key: none but what the database finds it by. It
// says the rest, in the transaction of each request.
func (r *Ring) apiKey(text string) (*Claims, error) {
	prefix, ok := APIKeyPrefix(text)
	if !ok {
		return nil, &Error{Malformed, "it is no API key of this server"}
	}
	return &Claims{Key: &APIKey{Prefix: prefix, MAC: r.MAC("api key", []byte(text))}}, nil
}
